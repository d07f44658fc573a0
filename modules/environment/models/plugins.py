"""A connector's plugin: a local ZIP, one in S3, or a custom plugin of MSK Connect."""

from typing import Annotated, Any

from pydantic import Discriminator, Field, Tag

from modules.debezium.configuration import RELEASE
from modules.environment import names
from modules.environment.models.base import Model


class ArchivePlugin(Model):
    """A local ZIP; its path is relative to the directory in which synthesis runs."""

    archive: names.ArchivePath
    debezium_version: names.DebeziumVersion = RELEASE


class PublishedPlugin(Model):
    """A ZIP in S3, pinned to one object version; ``lag``: it has this project's transform, which measures the lag."""

    bucket: names.BucketName
    key: names.ArchivePath
    version: names.ObjectVersion
    debezium_version: names.DebeziumVersion = RELEASE
    lag: bool = False


class RegisteredPlugin(Model):
    """A custom plugin that exists in MSK Connect; ``lag`` as for a published one."""

    arn: names.CustomPluginArn
    revision: Annotated[int, Field(ge=1)] = 1
    debezium_version: names.DebeziumVersion = RELEASE
    lag: bool = False

    @property
    def plugin_name(self) -> str:
        """The name in the ARN."""
        return self.arn.split("/")[1]


def plugin_kind(value: Any) -> str | None:
    """The kind of a plugin, which follows from its keys."""
    if isinstance(value, RegisteredPlugin) or (isinstance(value, dict) and value.keys() & {"arn", "revision"}):
        return "arn"
    if isinstance(value, ArchivePlugin) or (isinstance(value, dict) and "archive" in value):
        return "archive"
    published = isinstance(value, PublishedPlugin) or (
        isinstance(value, dict) and value.keys() & {"bucket", "key", "version"}
    )
    return "bucket" if published else None


Plugin = Annotated[
    Annotated[ArchivePlugin, Tag("archive")]
    | Annotated[PublishedPlugin, Tag("bucket")]
    | Annotated[RegisteredPlugin, Tag("arn")],
    Discriminator(
        plugin_kind,
        custom_error_type="expected",
        custom_error_message="must have archive, or bucket, key and version, or arn",
    ),
]
