"""The plugins: the object in S3, or the custom plugin of MSK Connect."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from cdc.aws import Aws, code
from cdc.findings import Finding, error, ok
from modules.environment.environment import Environment
from modules.environment.models.plugins import ArchivePlugin, PublishedPlugin, RegisteredPlugin


@dataclass(frozen=True)
class Found:
    """``problem`` is empty for an object that can be read, or a custom plugin that is ACTIVE; ``size`` in bytes."""

    problem: str = ""
    size: int = 0


def read(aws: Aws, environment: Environment) -> dict[str, Found]:
    found = {}
    for name, plugin in environment.plugins.items():
        if isinstance(plugin, PublishedPlugin):
            found[name] = _published(aws, plugin)
        elif isinstance(plugin, RegisteredPlugin):
            found[name] = _registered(aws, plugin)
    return found


def _published(aws: Aws, plugin: PublishedPlugin) -> Found:
    """S3 answers a HEAD with the status alone."""
    try:
        head = aws.client("s3").head_object(Bucket=plugin.bucket, Key=plugin.key, VersionId=plugin.version)
    except ClientError as failed:
        reasons = {"403": "access is denied", "404": "there is no such object", "400": "there is no such version"}
        status = str(failed.response["ResponseMetadata"]["HTTPStatusCode"])
        if status not in reasons:
            raise
        return Found(reasons[status])
    return Found(size=head["ContentLength"]) if head["ContentLength"] else Found("it is empty")


def _registered(aws: Aws, plugin: RegisteredPlugin) -> Found:
    try:
        described: Mapping[str, Any] = aws.client("kafkaconnect").describe_custom_plugin(customPluginArn=plugin.arn)
    except ClientError as failed:
        if code(failed) != "NotFoundException":
            raise
        return Found("there is no such custom plugin")
    latest = described.get("latestRevision", {})
    if described["customPluginState"] != "ACTIVE":
        return Found(f"it is {described['customPluginState']}")
    if latest.get("revision", 1) < plugin.revision:
        return Found(f"its latest revision is {latest['revision']}")
    return Found(size=latest.get("fileDescription", {}).get("fileSize", 0))


def judge(environment: Environment, found: Mapping[str, Found]) -> Iterator[Finding]:
    for name, plugin in environment.plugins.items():
        if isinstance(plugin, ArchivePlugin):
            yield ok(f"{name}: {plugin.archive}, uploaded by the deploy")
            continue
        if isinstance(plugin, PublishedPlugin):
            what = f"s3://{plugin.bucket}/{plugin.key} ({plugin.version})"
            fix = "upload the archive, or correct bucket, key and version"
        else:
            what, fix = f"{plugin.arn} (revision {plugin.revision})", "correct arn and revision"
        if problem := found[name].problem:
            yield error(f"{name}: {what} must be readable: {problem}", f"{fix} of plugins.{name}")
        else:
            yield ok(f"{name}: {what}, {found[name].size / 1e6:.1f} MB")
