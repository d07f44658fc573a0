"""SASL/SCRAM secrets of clusters."""

from rehearsal.aws.account import Account
from rehearsal.aws.msk.brokers import Brokers
from rehearsal.aws.service import Call, Document, page


class ScramSecrets:
    """BatchAssociateScramSecret, BatchDisassociateScramSecret, ListScramSecrets."""

    def __init__(self, brokers: Brokers, *, account: Account) -> None:
        self._brokers = brokers
        self._account = account

    def batch_associate_scram_secret(self, call: Call) -> Document:
        record = self._brokers.records.get(call.input["ClusterArn"])
        refused = []
        for arn in call.input["SecretArnList"]:
            reason = self._invalid(call.region, arn)
            if reason:
                refused.append({"ErrorCode": "InvalidSecret", "ErrorMessage": reason, "SecretArn": arn})
            elif arn not in record.secrets:
                record.secrets.append(arn)
        return {"ClusterArn": record.arn, "UnprocessedScramSecrets": refused}

    def batch_disassociate_scram_secret(self, call: Call) -> Document:
        record = self._brokers.records.get(call.input["ClusterArn"])
        requested = call.input["SecretArnList"]
        unknown = [arn for arn in requested if arn not in record.secrets]
        record.secrets = [arn for arn in record.secrets if arn not in requested]
        refused = [
            {"ErrorCode": "InvalidSecret", "ErrorMessage": "is not associated", "SecretArn": arn} for arn in unknown
        ]
        return {"ClusterArn": record.arn, "UnprocessedScramSecrets": refused}

    def list_scram_secrets(self, call: Call) -> Document:
        listed, token = page(call, self._brokers.records.get(call.input["ClusterArn"]).secrets)
        return {"SecretArnList": listed, "NextToken": token}

    def _invalid(self, region: str, arn: str) -> str | None:
        """Why MSK refuses a secret, None for a valid one (AWS MSK developer guide, SASL/SCRAM)."""
        if not arn.rpartition(":")[2].startswith("AmazonMSK_"):
            return "the secret's name must start with AmazonMSK_"
        try:
            key = self._account.secret_key(region, arn)
        except LookupError as error:
            return str(error)
        return None if key else "the secret must be encrypted with a customer managed key"
