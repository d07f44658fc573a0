"""An environment's state store in the account: which resources exist, and which environment owns them."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from botocore.exceptions import ClientError

from cdc.state.account import Account, aws_errors, refused_as
from cdc.state.errors import StateError
from cdc.state.objects import StateObject

_TAGS: Final = ("environment", "project")
_ABSENT: Final = ("404", "NoSuchBucket", "NotFound", "NotFoundException", "ResourceNotFoundException", "NoSuchTagSet")
_FORBIDDEN: Final = ("403", "AccessDenied", "Forbidden")


class StateStack:
    """``<env>-state`` as synthesized into ``folder``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._json: dict[str, Any] = json.loads((folder / "cdk.tf.json").read_text())

    def address(self, type_: str) -> str:
        """The address of the only resource of a type."""
        [name] = self._json["resource"][type_]
        return f"{type_}.{name}"

    def value(self, type_: str, attribute: str) -> str:
        [body] = self._json["resource"][type_].values()
        found: str = body[attribute]
        return found

    @property
    def tags(self) -> dict[str, str]:
        """The tags that every resource of this environment has."""
        [provider] = self._json["provider"]["aws"]
        tags: dict[str, str] = provider["default_tags"][0]["tags"]
        return {key: tags[key] for key in _TAGS}


@dataclass(frozen=True)
class Found:
    """What exists: ids of the resources to import, by Terraform address, and whether there is a state."""

    imports: dict[str, str]
    state: bool

    @property
    def names(self) -> set[str]:
        return set(self.imports.values())


class Survey:
    """Looks for the resources of ``stack`` in ``account``; refuses those of another owner, and changes nothing.

    ``adopt`` accepts a bucket without tags, such as one that an interrupted run created.
    """

    def __init__(self, account: Account, stack: StateStack, *, adopt: bool) -> None:
        self._account = account
        self._stack = stack
        self._adopt = adopt

    def found(self) -> Found:
        """Raises StateError for resources of another owner."""
        with aws_errors():
            imports = {
                "aws_s3_bucket": self._bucket(),
                "aws_dynamodb_table": self._table(),
                **self._key(),
            }
            # Creating a lifecycle takes a minute: an existing one is imported.
            imports["aws_s3_bucket_lifecycle_configuration"] = imports["aws_s3_bucket"] and self._lifecycle()
            existing = {self._stack.address(type_): id_ for type_, id_ in imports.items() if id_}
            return Found(existing, state=bool(imports["aws_s3_bucket"]) and self._state())

    def _bucket(self) -> str | None:
        s3, name, owner = self._account.s3, self._account.state.bucket, self._account.id
        try:
            head = s3.head_bucket(Bucket=name, ExpectedBucketOwner=owner)
        except ClientError as error:
            if refused_as(error, *_ABSENT):
                return None
            if refused_as(error, *_FORBIDDEN):
                raise StateError(
                    f"state.bucket must be a bucket of account {owner}, got {name}: access denied; another account"
                    " owns the bucket, or s3:ListBucket is missing"
                ) from error
            if refused_as(error, "301", "PermanentRedirect"):
                raise self._other_region(error.response["ResponseMetadata"]["HTTPHeaders"]) from error
            raise
        self._check_region(head)
        self._check_tags(f"state.bucket: {name}", self._bucket_tags(name))
        return name

    def _check_region(self, head: dict[str, Any]) -> None:
        headers = head["ResponseMetadata"]["HTTPHeaders"]
        if headers.get("x-amz-bucket-region", self._account.region) != self._account.region:
            raise self._other_region(headers)

    def _other_region(self, headers: dict[str, str]) -> StateError:
        return StateError(
            f"state.bucket must be in {self._account.region}, got {self._account.state.bucket} in"
            f" {headers.get('x-amz-bucket-region')}: name another bucket, or set state.region"
        )

    def _bucket_tags(self, name: str) -> dict[str, str]:
        try:
            tags = self._account.s3.get_bucket_tagging(Bucket=name)["TagSet"]
        except ClientError as error:
            if refused_as(error, *_ABSENT):
                return {}
            raise
        return {tag["Key"]: tag["Value"] for tag in tags}

    def _lifecycle(self) -> str | None:
        try:
            self._account.s3.get_bucket_lifecycle_configuration(Bucket=self._account.state.bucket)
        except ClientError as error:
            if refused_as(error, "NoSuchLifecycleConfiguration"):
                return None
            raise
        return self._account.state.bucket

    def _check_tags(self, what: str, tags: dict[str, str]) -> None:
        own = self._stack.tags
        if all(tags.get(key) == value for key, value in own.items()) or (not tags and self._adopt):
            return
        owner = (
            f"for environment {tags['environment']}" if tags.get("project") == own["project"] else "by another project"
        )
        hint = "" if tags else "; if an interrupted bootstrap created it, use --adopt"
        raise StateError(
            f"{what} exists in account {self._account.id} and was created {owner}: to keep state there, set"
            f" create: false; else choose another name{hint}"
        )

    def _table(self) -> str | None:
        name = self._account.state.lock_table
        try:
            table = self._account.dynamodb.describe_table(TableName=name)["Table"]
        except ClientError as error:
            if refused_as(error, *_ABSENT):
                return None
            raise
        tags = self._account.dynamodb.list_tags_of_resource(ResourceArn=table["TableArn"])["Tags"]
        self._check_tags(f"state.lock_table: {name}", {tag["Key"]: tag["Value"] for tag in tags})
        return name

    def _key(self) -> dict[str, str | None]:
        """The key and its alias; a key without an alias was created by a run that was interrupted."""
        alias = self._stack.value("aws_kms_alias", "name")
        try:
            key = self._account.kms.describe_key(KeyId=alias)["KeyMetadata"]
        except ClientError as error:
            if refused_as(error, *_ABSENT):
                return {"aws_kms_key": self._orphan(), "aws_kms_alias": None}
            raise
        if key["KeyState"] != "Enabled":
            raise StateError(f"{alias} must refer to an enabled key, got {key['KeyId']}, which is {key['KeyState']}")
        return {"aws_kms_key": key["KeyId"], "aws_kms_alias": alias}

    def _orphan(self) -> str | None:
        kms, description = self._account.kms, self._stack.value("aws_kms_key", "description")
        aliased = {
            one.get("TargetKeyId") for page in kms.get_paginator("list_aliases").paginate() for one in page["Aliases"]
        }
        for page in kms.get_paginator("list_keys").paginate():
            for key in page["Keys"]:
                if key["KeyId"] not in aliased and self._is_own(key["KeyId"], description):
                    found: str = key["KeyId"]
                    return found
        return None

    def _is_own(self, key: str, description: str) -> bool:
        metadata = self._account.kms.describe_key(KeyId=key)["KeyMetadata"]
        if metadata["KeyState"] != "Enabled" or metadata.get("Description") != description:
            return False
        tags = {tag["TagKey"]: tag["TagValue"] for tag in self._account.kms.list_resource_tags(KeyId=key)["Tags"]}
        return all(tags.get(name) == value for name, value in self._stack.tags.items())

    def _state(self) -> bool:
        """Whether this stack's own state is in the bucket."""
        return StateObject(self._account, "state").exists
