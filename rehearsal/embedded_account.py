"""What brokers and workers read from the embedded AWS, and write to it: secrets, tags, logs, metrics."""

import json
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from rehearsal.aws.access import AwsAccess
from rehearsal.aws.client import client
from rehearsal.processes.logs import cloudwatch


class EmbeddedAccount:
    """Calls ``aws`` in ``region``."""

    def __init__(self, aws: AwsAccess, region: str) -> None:
        self._aws = aws
        self._region = region

    def secret(self, name: str) -> Mapping[str, str]:
        """The content of a secret; raises LookupError for a missing one, and for one that is not flat JSON."""
        manager = self._client("secretsmanager")
        try:
            text = manager.get_secret_value(SecretId=name)["SecretString"]
        except manager.exceptions.ResourceNotFoundException as error:
            raise LookupError(f"no secret {name}") from error
        try:
            return {key: str(value) for key, value in json.loads(text).items()}
        except (AttributeError, ValueError) as error:
            raise LookupError(f"secret {name} must be a JSON object with username and password") from error

    def object(self, bucket: str, key: str) -> bytes:
        """The content of an object of S3; raises LookupError for a missing one."""
        try:
            content: bytes = self._client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
        except ClientError as error:
            raise LookupError(error.response["Error"]["Message"]) from error
        return content

    def cluster_tags(self, arn: str) -> Mapping[str, str]:
        tags: Mapping[str, str] = self._client("kafka").list_tags_for_resource(ResourceArn=arn)["Tags"]
        return tags

    def subnet_ids(self) -> list[str]:
        return [subnet["SubnetId"] for subnet in self._client("ec2").describe_subnets()["Subnets"]]

    def put_logs(self, group: str, stream: str, lines: Any) -> None:
        cloudwatch(self._client("logs"))(group, stream, lines)

    def put_metrics(self, namespace: str, data: Any) -> None:
        self._client("cloudwatch").put_metric_data(Namespace=namespace, MetricData=data)

    def _client(self, service: str) -> Any:
        return client(self._aws, service, self._region)
