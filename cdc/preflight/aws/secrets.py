"""The secrets that workers read: they exist, are flat JSON with their keys, and their KMS key may be used."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, Final

from botocore.exceptions import ClientError

from cdc.aws import Aws, code
from cdc.findings import Finding, error, ok, unknown, warning
from modules.debezium import configuration
from modules.deployment import Deployment
from modules.environment.environment import Environment

_DENIED: Final = ("AccessDenied", "AccessDeniedException")
_DECRYPT: Final = "kms:Decrypt"


@dataclass(frozen=True)
class Key:
    """A customer managed KMS key; ``policy`` is None where the caller may not read it."""

    arn: str
    state: str
    policy: Mapping[str, Any] | None


@dataclass(frozen=True)
class Secret:
    """What may be said of a secret; no value. ``keys`` is None where it is no JSON object, or cannot be read.

    ``nested`` are keys whose values are no text, number or bool; ``owner`` is the AWS service that manages it.
    """

    exists: bool
    readable: bool = True
    deleted: bool = False
    owner: str = ""
    keys: tuple[str, ...] | None = None
    nested: tuple[str, ...] = ()
    key: Key | None = None


def read(aws: Aws, environment: Environment) -> dict[str, Secret]:
    return {name: _secret(aws, name) for name in _wanted(environment)}


def _wanted(environment: Environment) -> dict[str, dict[str, tuple[str, ...]]]:
    """The keys that each connector needs of each secret."""
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for key, connector in environment.connectors.items():
        for name, keys in configuration.secrets(connector, environment.registry).items():
            found.setdefault(name, {})[key] = keys
    return found


def _secret(aws: Aws, name: str) -> Secret:
    manager = aws.client("secretsmanager")
    try:
        described = manager.describe_secret(SecretId=name)
    except manager.exceptions.ResourceNotFoundException:
        return Secret(exists=False)
    if described.get("DeletedDate"):
        return Secret(exists=True, deleted=True)
    owner, key = described.get("OwningService", ""), _key(aws, described.get("KmsKeyId"))
    try:
        text = manager.get_secret_value(SecretId=name).get("SecretString")
    except ClientError as failed:
        if code(failed) not in _DENIED:
            raise
        return Secret(exists=True, readable=False, owner=owner, key=key)
    keys, nested = _keys(text)
    return Secret(exists=True, owner=owner, keys=keys, nested=nested, key=key)


def _keys(text: str | None) -> tuple[tuple[str, ...] | None, tuple[str, ...]]:
    try:
        content = json.loads(text or "")
    except ValueError:
        return None, ()
    if not isinstance(content, dict):
        return None, ()
    nested = tuple(key for key, value in content.items() if not isinstance(value, str | int | float))
    return tuple(sorted(content)), nested


def _key(aws: Aws, id_: str | None) -> Key | None:
    """None for AWS's own key of Secrets Manager, which every role of the account may use."""
    if not id_ or "alias/aws/" in id_:
        return None
    kms = aws.client("kms")
    described = kms.describe_key(KeyId=id_)["KeyMetadata"]
    if described.get("KeyManager") == "AWS":
        return None
    try:
        policy = json.loads(kms.get_key_policy(KeyId=described["KeyId"], PolicyName="default")["Policy"])
    except ClientError as failed:
        if code(failed) not in _DENIED:
            raise
        policy = None
    return Key(described["Arn"], described["KeyState"], policy)


def judge(environment: Environment, found: Mapping[str, Secret]) -> Iterator[Finding]:
    for name, keys in _wanted(environment).items():
        yield from _judge(name, {key for each in keys.values() for key in each}, found[name])


def _judge(name: str, keys: set[str], secret: Secret) -> Iterator[Finding]:
    if not secret.exists:
        yield error(f"secret {name} must exist", f"create it, as flat JSON with {_listed(keys)}")
    elif secret.deleted:
        yield error(f"secret {name} is scheduled for deletion", f"aws secretsmanager restore-secret --secret-id {name}")
    elif not secret.readable:
        yield unknown(f"secret {name} exists; its keys cannot be read", "allow the caller GetSecretValue, or check it")
    elif secret.keys is None:
        yield error(f"secret {name} must be a JSON object", f"store flat JSON with {_listed(keys)}")
    elif missing := keys - {*secret.keys}:
        yield error(
            f"secret {name} must have {_listed(missing)}, has {', '.join(secret.keys) or 'no key'}",
            "add it, or correct source.username_field and source.password_field",
        )
    elif nested := keys & {*secret.nested}:
        yield error(f"secret {name} must be flat JSON, {_listed(nested)} is no text", "store text under each key")
    else:
        yield ok(f"secret {name} has {_listed(keys)}")
    if secret.owner:
        yield warning(
            f"secret {name} is managed by {secret.owner}, which changes its password, and its user may do more than"
            " the connector needs",
            "create a user and a secret for the connector, as docs/source-database.md says",
        )


def judge_keys(environment: Environment, found: Mapping[str, Secret]) -> Iterator[Finding]:
    """A role's own policy counts only where the key's policy gives the account, or the role, the right."""
    for name, connectors in _wanted(environment).items():
        key = found[name].key
        if key is None:
            yield ok(f"secret {name}: " + ("the key of Secrets Manager" if found[name].exists else "none yet"))
        elif key.state != "Enabled":
            yield error(f"secret {name}: its key {key.arn} must be enabled, is {key.state}", "enable the key")
        elif key.policy is None:
            yield unknown(f"secret {name}: the policy of {key.arn} cannot be read", "allow the caller kms:GetKeyPolicy")
        else:
            refused = [role for role in _roles(environment, connectors, key) if not _allows(key.policy, key.arn, role)]
            for role in refused:
                yield error(
                    f"secret {name}: the policy of {key.arn} must allow {_DECRYPT} to the account or to {role}",
                    "add a statement for the account's root, and the role's own policy decides",
                )
            if not refused:
                yield ok(f"secret {name}: the key's policy allows {_DECRYPT}")


def _roles(environment: Environment, connectors: Mapping[str, object], key: Key) -> list[str]:
    account = key.arn.split(":")[4]
    deployment = Deployment(
        environment.name, environment.region, environment.partition, account, iam_path=environment.iam_path
    )
    return [deployment.role_arn(f"{deployment.name(one)}-worker") for one in connectors]


def _allows(policy: Mapping[str, Any], key: str, role: str) -> bool:
    """Whether a statement allows it; conditions are not evaluated, such as one on the calling service."""
    account = key.split(":")[4]
    named = {"*", account, f"arn:{key.split(':')[1]}:iam::{account}:root", role}
    statements = policy.get("Statement", [])
    about = [
        one
        for one in (statements if isinstance(statements, list) else [statements])
        if named & {*_principals(one)} and any(fnmatchcase(_DECRYPT.lower(), str(a).lower()) for a in _actions(one))
    ]
    denied = any(one["Effect"] == "Deny" and not one.get("Condition") for one in about)
    return not denied and any(one["Effect"] == "Allow" for one in about)


def _principals(statement: Mapping[str, Any]) -> list[str]:
    principal = statement.get("Principal", ())
    given = principal.get("AWS", ()) if isinstance(principal, Mapping) else principal
    return [given] if isinstance(given, str) else list(given)


def _actions(statement: Mapping[str, Any]) -> list[str]:
    given = statement.get("Action", ())
    return [given] if isinstance(given, str) else list(given)


def _listed(names: set[str]) -> str:
    return " and ".join(sorted(names))
