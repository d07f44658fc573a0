"""Looks up resources of the embedded account that requests to MSK and MSK Connect refer to."""

from collections.abc import Iterable
from pathlib import Path

from botocore.client import BaseClient
from botocore.exceptions import ClientError

from rehearsal.aws.access import AwsAccess
from rehearsal.aws.client import client


class Account:
    """Looks up resources through the API of the embedded AWS."""

    def __init__(self, aws: AwsAccess) -> None:
        self._aws = aws

    def zones(self, region: str, subnets: Iterable[str]) -> list[str]:
        """The zone id of each subnet; raises LookupError with AWS's message."""
        ids = list(subnets)
        try:
            found = self._client("ec2", region).describe_subnets(SubnetIds=ids)["Subnets"]
        except ClientError as error:
            raise LookupError(error.response["Error"]["Message"]) from error
        zones = {subnet["SubnetId"]: str(subnet["AvailabilityZoneId"]) for subnet in found}
        return [zones[id_] for id_ in ids]

    def has_security_groups(self, region: str, groups: Iterable[str]) -> bool:
        try:
            self._client("ec2", region).describe_security_groups(GroupIds=list(groups))
        except ClientError:
            return False
        return True

    def has_log_group(self, region: str, name: str) -> bool:
        found = self._client("logs", region).describe_log_groups(logGroupNamePrefix=name)["logGroups"]
        return any(group["logGroupName"] == name for group in found)

    def has_role(self, arn: str) -> bool:
        name = arn.rpartition("/")[2]
        try:
            role = self._client("iam", "us-east-1").get_role(RoleName=name)["Role"]
        except ClientError:
            return False
        return bool(role["Arn"] == arn)

    def secret_key(self, region: str, arn: str) -> str | None:
        """The customer managed key that encrypts a secret, None for the AWS managed one; raises LookupError."""
        try:
            secret = self._client("secretsmanager", region).describe_secret(SecretId=arn)
        except ClientError as error:
            raise LookupError(error.response["Error"]["Message"]) from error
        key: str | None = secret.get("KmsKeyId")
        return key

    def download(self, region: str, *, bucket: str, key: str, version: str | None, path: Path) -> None:
        """Downloads an S3 object to ``path``; raises LookupError with S3's message."""
        extra = {"VersionId": version} if version else None
        try:
            self._client("s3", region).download_file(bucket, key, str(path), ExtraArgs=extra)
        except ClientError as error:
            where = f"s3://{bucket}/{key}" + (f", version {version}" if version else "")
            raise LookupError(f"{where}: {error.response['Error']['Message']}") from error

    def _client(self, service: str, region: str) -> BaseClient:
        return client(self._aws, service, region)
