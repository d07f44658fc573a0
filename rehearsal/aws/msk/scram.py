"""SASL/SCRAM secrets of clusters."""

from rehearsal.aws.account import Account
from rehearsal.aws.msk.brokers import Fleet
from rehearsal.aws.service import Call, Document, page


class ScramSecrets:
    """BatchAssociateScramSecret, BatchDisassociateScramSecret, ListScramSecrets."""

    def __init__(self, fleet: Fleet, *, account: Account) -> None:
        self._fleet = fleet
        self._account = account

    def batch_associate_scram_secret(self, call: Call) -> Document:
        record = self._fleet.get(call.input["ClusterArn"])
        refused = []
        for arn in call.input["SecretArnList"]:
            reason = self._refusal(call.region, arn)
            if reason:
                refused.append({"ErrorCode": "InvalidSecret", "ErrorMessage": reason, "SecretArn": arn})
            elif arn not in record.secrets:
                record.secrets.append(arn)
        return {"ClusterArn": record.arn, "UnprocessedScramSecrets": refused}

    def batch_disassociate_scram_secret(self, call: Call) -> Document:
        record = self._fleet.get(call.input["ClusterArn"])
        asked = call.input["SecretArnList"]
        unknown = [arn for arn in asked if arn not in record.secrets]
        record.secrets = [arn for arn in record.secrets if arn not in asked]
        refused = [
            {"ErrorCode": "InvalidSecret", "ErrorMessage": "is not associated", "SecretArn": arn} for arn in unknown
        ]
        return {"ClusterArn": record.arn, "UnprocessedScramSecrets": refused}

    def list_scram_secrets(self, call: Call) -> Document:
        listed, token = page(call, self._fleet.get(call.input["ClusterArn"]).secrets)
        return {"SecretArnList": listed, "NextToken": token}

    def _refusal(self, region: str, arn: str) -> str | None:
        """Why brokers cannot take logins from a secret (AWS MSK developer guide, SASL/SCRAM)."""
        if not arn.rpartition(":")[2].startswith("AmazonMSK_"):
            return "the secret's name must start with AmazonMSK_"
        try:
            key = self._account.secret_key(region, arn)
        except LookupError as error:
            return str(error)
        return None if key else "the secret must be encrypted with a customer key"
