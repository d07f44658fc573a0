"""MSK Connect's operations on custom plugins: copies of objects in S3."""

import hashlib
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from threading import RLock

from rehearsal.aws import names
from rehearsal.aws.account import Account
from rehearsal.aws.backends import ServerError
from rehearsal.aws.custom_id import CUSTOM_ID_TAG
from rehearsal.aws.records import Records
from rehearsal.aws.service import Call, Document, bad_request, not_found, page
from rehearsal.aws.work import BackgroundWork


@dataclass
class Plugin:
    """``archive`` exists once the state is ACTIVE; later changes of the object in S3 do not change it."""

    arn: str
    name: str
    description: str
    content_type: str
    location: Document
    tags: dict[str, str]
    archive: Path
    revision: int = 1
    created: datetime = field(default_factory=names.now)
    state: str = "CREATING"
    failure: str | None = None
    file: Document | None = None

    @property
    def document(self) -> Document:
        revision = {
            "contentType": self.content_type,
            "creationTime": self.created,
            "description": self.description,
            "fileDescription": self.file,
            "location": self.location,
            "revision": self.revision,
        }
        return {
            "creationTime": self.created,
            "customPluginArn": self.arn,
            "customPluginState": self.state,
            "description": self.description,
            "latestRevision": revision,
            "name": self.name,
            "stateDescription": {"code": "InvalidInput", "message": self.failure} if self.failure else None,
        }


class Plugins:
    """Stores the archives in ``folder``; ``in_use`` says whether a connector uses the plugin with this ARN."""

    def __init__(
        self, folder: Path, *, account: Account, lock: RLock, work: BackgroundWork, in_use: Callable[[str], bool]
    ) -> None:
        self._folder = folder
        self._account = account
        self._lock = lock
        self._work = work
        self._in_use = in_use
        self._plugins: Records[Plugin] = Records("custom plugin")

    def get(self, arn: str) -> Plugin:
        return self._plugins.get(arn)

    def active(self, arn: str, revision: int) -> Plugin:
        """An ACTIVE plugin; raises ServiceError for any other state or revision."""
        plugin = self.get(arn)
        if plugin.state != "ACTIVE":
            raise bad_request(f"custom plugin {plugin.name} must be ACTIVE, is {plugin.state}")
        if revision != plugin.revision:
            raise not_found(f"custom plugin {plugin.name} has no revision {revision}")
        return plugin

    def create_custom_plugin(self, call: Call) -> Document:
        """The tag for a chosen id may name an existing plugin's, and its revision after a space."""
        name, location = call["name"], call["location"]
        self._plugins.check_name(call.region, name)
        tags = dict(call.get("tags", {}))
        identity, _, revision = tags.pop(CUSTOM_ID_TAG, names.uuid_suffix()).partition(" ")
        plugin = Plugin(
            arn=names.arn("kafkaconnect", call.region, f"custom-plugin/{name}/{identity}"),
            name=name,
            description=call.get("description", ""),
            content_type=call["contentType"],
            location={"s3Location": location["s3Location"]},
            tags=tags,
            archive=self._folder / f"{identity}.{call['contentType'].lower()}",
            revision=int(revision or 1),
        )
        self._plugins.add(plugin)
        self._work.start(lambda: self._create(plugin, call))
        return {
            "customPluginArn": plugin.arn,
            "customPluginState": plugin.state,
            "name": name,
            "revision": plugin.revision,
        }

    def describe_custom_plugin(self, call: Call) -> Document:
        return self.get(call["customPluginArn"]).document

    def list_custom_plugins(self, call: Call) -> Document:
        found = self._plugins.in_region(call.region, prefix=call.get("namePrefix", ""))
        listed, token = page(call, found)
        return {"customPlugins": [one.document for one in listed], "nextToken": token}

    def delete_custom_plugin(self, call: Call) -> Document:
        plugin = self.get(call["customPluginArn"])
        if plugin.state == "CREATING":
            raise bad_request(f"custom plugin {plugin.name} is CREATING")
        if self._in_use(plugin.arn):
            raise bad_request(f"custom plugin {plugin.name} is used by a connector")
        self._plugins.remove(plugin)
        plugin.archive.unlink(missing_ok=True)
        return {"customPluginArn": plugin.arn, "customPluginState": "DELETING"}

    def _create(self, plugin: Plugin, call: Call) -> None:
        failure = self._work.run(call.operation, lambda: self._fetch(plugin, call.region))
        with self._lock:
            plugin.failure = failure
            plugin.state = "ACTIVE" if failure is None else "CREATE_FAILED"

    def _fetch(self, plugin: Plugin, region: str) -> None:
        s3 = plugin.location["s3Location"]
        bucket, version = s3["bucketArn"].rpartition(":")[2], s3.get("objectVersion")
        self._folder.mkdir(parents=True, exist_ok=True)
        try:
            self._account.download(region, bucket=bucket, key=s3["fileKey"], version=version, path=plugin.archive)
        except LookupError as error:
            raise ServerError(str(error)) from error
        plugin.file = _file_description(plugin.archive, plugin.content_type)


def _file_description(archive: Path, content_type: str) -> Document:
    """The file's size and hash; raises ServerError where it is not of its content type."""
    if not zipfile.is_zipfile(archive):
        raise ServerError(f"the object must be a {content_type}, got a file that is not a ZIP archive")
    with zipfile.ZipFile(archive) as opened:
        members = opened.namelist()
    if content_type == "ZIP" and not any(name.endswith(".jar") for name in members):
        raise ServerError("the ZIP must have at least one .jar")
    with archive.open("rb") as content:
        md5 = hashlib.file_digest(content, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
    return {"fileMd5": md5, "fileSize": archive.stat().st_size}
