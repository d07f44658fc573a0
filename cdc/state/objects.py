"""A stack's state in S3: the object and its versions, its locks, and its digest.

Their names are those of Terraform's S3 backend: the DynamoDB item ``<bucket>/<key>`` is the lock,
``<bucket>/<key>-md5`` the digest of the state that was written last, and the object ``<key>.tflock`` the lock in S3.
"""

import hashlib
import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import islice
from typing import Any

from botocore.exceptions import ClientError

from cdc.state.account import Account, aws_errors, refused_as
from cdc.state.errors import StateError
from modules.states import s3_key

_ABSENT = ("404", "NoSuchKey", "NoSuchVersion", "NotFound", "MethodNotAllowed", "405")


class Digest(StrEnum):
    """How the digest in DynamoDB compares with the state in S3."""

    OK = "ok"
    DIFFERS = "differs"
    MISSING = "missing"


@dataclass(frozen=True)
class Lock:
    """The lock of a run that has not released it; ``places`` are DynamoDB, S3 or both."""

    id: str
    who: str
    operation: str
    created: str
    places: tuple[str, ...]


@dataclass(frozen=True)
class Version:
    """One version of a state; ``content`` is None for a deletion, or if it is not a Terraform state."""

    id: str
    modified: datetime
    latest: bool
    content: dict[str, Any] | None
    deletion: bool = False

    @property
    def serial(self) -> int:
        return int(self.content["serial"]) if self.content else 0

    @property
    def resources(self) -> int:
        """Managed instances, as ``terraform state list`` counts them."""
        return sum(len(one["instances"]) for one in self._managed)

    @property
    def addresses(self) -> set[str]:
        """Of the managed resources."""
        return {f"{one['type']}.{one['name']}" for one in self._managed}

    @property
    def _managed(self) -> list[dict[str, Any]]:
        found = self.content["resources"] if self.content else []
        return [one for one in found if one["mode"] == "managed"]


class StateObject:
    """The state of ``<env>-<part>``."""

    def __init__(self, account: Account, part: str) -> None:
        self._account = account
        self.stack = f"{account.environment.name}-{part}"
        self.key = s3_key(self.stack)
        self._bucket = account.state.bucket
        self._item = f"{self._bucket}/{self.key}"

    @property
    def exists(self) -> bool:
        return self._body() is not None

    @property
    def url(self) -> str:
        return f"s3://{self._bucket}/{self.key}"

    def versions(self, newest: int) -> list[Version]:
        """The newest versions, latest first."""
        with aws_errors():
            return [self._version(one) for one in islice(self._listed(), newest)]

    def version(self, id_: str) -> Version:
        """A version that can be restored; raises StateError."""
        with aws_errors():
            listed = next((one for one in self._listed() if one["VersionId"] == id_), None)
            if listed is None:
                raise StateError(f"{self.url} has no version {id_}; see: cdc state versions")
            found = self._version(listed)
        if found.content is None:
            raise StateError(f"version {id_} of {self.url} must be a Terraform state, got a deletion or another file")
        return found

    def _listed(self) -> Iterator[dict[str, Any]]:
        """Versions and delete markers of the object, newest first."""
        try:
            return self._sorted()
        except ClientError as error:
            if refused_as(error, "NoSuchBucket"):
                name = self._account.environment.name
                raise StateError(
                    f"state.bucket: {self._bucket} does not exist; create it with: .venv/bin/cdc bootstrap {name}"
                ) from error
            raise

    def _sorted(self) -> Iterator[dict[str, Any]]:
        pages = self._account.s3.get_paginator("list_object_versions").paginate(Bucket=self._bucket, Prefix=self.key)
        found = [
            one | {"Deletion": kind == "DeleteMarkers"}
            for page in pages
            for kind in ("Versions", "DeleteMarkers")
            for one in page.get(kind, [])
            if one["Key"] == self.key
        ]
        return iter(sorted(found, key=lambda one: (one["IsLatest"], one["LastModified"]), reverse=True))

    def _version(self, listed: dict[str, Any]) -> Version:
        body = None if listed["Deletion"] else self._body(VersionId=listed["VersionId"])
        return Version(
            id=listed["VersionId"],
            modified=listed["LastModified"],
            latest=listed["IsLatest"],
            content=_state(body),
            deletion=listed["Deletion"],
        )

    def _body(self, **version: str) -> bytes | None:
        try:
            body: bytes = self._account.s3.get_object(Bucket=self._bucket, Key=self.key, **version)["Body"].read()
        except ClientError as error:
            if refused_as(error, *_ABSENT):
                return None
            raise
        return body

    def locks(self) -> list[Lock]:
        """Usually none or one, in every place where the environment locks."""
        with aws_errors():
            infos = {"DynamoDB": self._item_of(self._item).get("Info", {}).get("S"), "S3": self._lock_file()}
        found: dict[str, Lock] = {}
        for place, info in infos.items():
            if info:
                one = json.loads(info)
                before = found[one["ID"]].places if one["ID"] in found else ()
                found[one["ID"]] = Lock(one["ID"], one["Who"], one["Operation"], one["Created"], (*before, place))
        return list(found.values())

    def unlock(self, id_: str) -> None:
        """Removes this lock from DynamoDB and S3; raises StateError if there is no lock with this id."""
        held = {lock.id: lock for lock in self.locks()}
        if id_ not in held:
            others = f"its lock is {', '.join(held)}" if held else "it is not locked"
            raise StateError(f"{self.stack} has no lock {id_}; {others}")
        with aws_errors():
            if "DynamoDB" in held[id_].places:
                self._account.dynamodb.delete_item(
                    TableName=self._account.state.lock_table,
                    Key={"LockID": {"S": self._item}},
                    ConditionExpression="contains(Info, :id)",
                    ExpressionAttributeValues={":id": {"S": id_}},
                )
            if "S3" in held[id_].places:
                self._account.s3.delete_object(Bucket=self._bucket, Key=f"{self.key}.tflock")

    def _lock_file(self) -> str | None:
        with suppress(self._account.s3.exceptions.NoSuchKey):
            body: bytes = self._account.s3.get_object(Bucket=self._bucket, Key=f"{self.key}.tflock")["Body"].read()
            return body.decode()
        return None

    def digest(self) -> Digest:
        """Whether DynamoDB has the digest of what is in S3.

        Terraform reads a state without a digest; but if that state is deleted, it plans to create everything again.
        """
        with aws_errors():
            digest, md5 = self._digest(), self._md5()
        if digest == md5:
            return Digest.OK
        return Digest.MISSING if digest is None else Digest.DIFFERS

    def update_digest(self) -> None:
        """Sets the digest in DynamoDB to that of the state in S3."""
        with aws_errors():
            table, key = self._account.state.lock_table, {"LockID": {"S": f"{self._item}-md5"}}
            if md5 := self._md5():
                self._account.dynamodb.put_item(TableName=table, Item=key | {"Digest": {"S": md5}})
            else:
                self._account.dynamodb.delete_item(TableName=table, Key=key)

    def _digest(self) -> str | None:
        found: str | None = self._item_of(f"{self._item}-md5").get("Digest", {}).get("S")
        return found

    def _md5(self) -> str | None:
        body = self._body()
        return None if body is None else hashlib.md5(body, usedforsecurity=False).hexdigest()

    def _item_of(self, id_: str) -> dict[str, Any]:
        table = self._account.state.lock_table
        try:
            answer = self._account.dynamodb.get_item(TableName=table, Key={"LockID": {"S": id_}}, ConsistentRead=True)
        except ClientError as error:
            if refused_as(error, "ResourceNotFoundException"):
                raise StateError(
                    f"state.lock_table: {table} does not exist: deleted, or not created yet; see docs/recovery.md"
                ) from error
            raise
        item: dict[str, Any] = answer.get("Item", {})
        return item


def _state(body: bytes | None) -> dict[str, Any] | None:
    """A Terraform state (format 4), or None."""
    if body is None:
        return None
    try:
        content = json.loads(body)
    except ValueError:
        return None
    known = isinstance(content, dict) and {"serial", "lineage", "resources"} <= content.keys()
    return content if known else None
