"""Custom plugins: a connector's ZIP in S3, registered with MSK Connect here or elsewhere."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

from modules.archive.zips import MOST_BYTES
from modules.deployment import Deployment
from modules.environment.models.plugins import (
    ArchivePlugin,
    PublishedPlugin as PublishedPluginConfig,
    RegisteredPlugin as RegisteredPluginConfig,
)
from modules.storage.bucket import PrivateBucket
from modules.synthesis.sdk import (
    AssetType,
    Construct,
    DataAwsMskconnectCustomPlugin,
    DataAwsS3Objects,
    Fn,
    MskconnectCustomPlugin,
    Op,
    Precondition,
    TerraformAsset,
    TerraformResourceLifecycle,
    Token,
)
from modules.user_files.reading import read


class Plugin(Construct):
    """A custom plugin; another archive is another plugin, created before the old one is destroyed.

    Public: ``arn`` (str), ``revision`` (number, or its token), ``preconditions`` of connectors.
    """

    preconditions: Sequence[Precondition] = ()

    def __init__(self, scope: Construct, id_: str, *, name: str, deployment: Deployment) -> None:
        super().__init__(scope, id_)
        self._name = deployment.name(name)
        self._deployment = deployment

    def _register(
        self, *, content: str, bucket: str, key: str, version: str, preconditions: list[Precondition] | None = None
    ) -> None:
        """``content`` identifies the bytes: MSK Connect cannot update a plugin, so its name must contain their hash."""
        partition = self._deployment.partition
        s3 = {"bucket_arn": f"arn:{partition}:s3:::{bucket}", "file_key": key, "object_version": version}
        plugin = MskconnectCustomPlugin(
            self,
            "plugin",
            name=f"{self._name}-{content[:12]}",
            content_type="ZIP",
            location={"s3": s3},
            timeouts={"create": "20m"},
            lifecycle=TerraformResourceLifecycle(create_before_destroy=True, precondition=preconditions),
        )
        self.arn = plugin.arn
        self.revision: float = plugin.latest_revision


class UploadedPlugin(Plugin):
    """An archive on this machine, uploaded to the plugin bucket under its hash; raises OSError if it is missing."""

    def __init__(
        self, scope: Construct, id_: str, *, config: ArchivePlugin, deployment: Deployment, bucket: PrivateBucket
    ) -> None:
        super().__init__(scope, id_, name=id_, deployment=deployment)
        content = hashlib.sha256(read(Path(config.archive), most=MOST_BYTES)).hexdigest()
        asset = TerraformAsset(self, "archive", path=str(Path(config.archive).resolve()), type=AssetType.FILE)
        key = f"plugins/{id_}/{content}.zip"
        uploaded = bucket.stored(self, asset=asset, key=key, digest=content, content_type="application/zip")
        self._register(content=content, bucket=bucket.bucket, key=uploaded.key, version=uploaded.version_id)


class PublishedPlugin(Plugin):
    """An object that is already in S3: looked up at plan time, used by its version."""

    def __init__(self, scope: Construct, id_: str, *, config: PublishedPluginConfig, deployment: Deployment) -> None:
        super().__init__(scope, id_, name=id_, deployment=deployment)
        identity = f"{config.bucket}/{config.key}@{config.version}"
        self._register(
            content=hashlib.sha256(identity.encode()).hexdigest(),
            bucket=config.bucket,
            key=config.key,
            version=config.version,
            preconditions=[self._published(config)],
        )

    def _published(self, config: PublishedPluginConfig) -> Precondition:
        found = DataAwsS3Objects(self, "published", bucket=config.bucket, prefix=config.key, max_keys=1)
        return Precondition(
            condition=Token.as_string(Fn.contains(found.keys, config.key)),
            error_message=(
                f"plugins.{self.node.id}: s3://{config.bucket}/{config.key} does not exist;"
                " upload the archive first, or correct bucket and key"
            ),
        )


class RegisteredPlugin(Plugin):
    """A custom plugin that exists: nothing of it is created."""

    def __init__(self, scope: Construct, id_: str, *, config: RegisteredPluginConfig, deployment: Deployment) -> None:
        super().__init__(scope, id_, name=id_, deployment=deployment)
        self.arn = config.arn
        self.revision = config.revision
        found = DataAwsMskconnectCustomPlugin(self, "registered", name=config.plugin_name)
        self.preconditions = [
            Precondition(
                condition=Token.as_string(Op.eq(found.arn, config.arn)),
                error_message=f"plugins.{id_}: {config.arn} does not exist; {config.plugin_name} is {found.arn}",
            )
        ]
