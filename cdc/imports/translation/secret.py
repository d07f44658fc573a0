"""The database's user and password: the secret, and the keys that it must have. No value is ever printed."""

import re
from collections.abc import Iterable
from typing import Final, NamedTuple
from urllib.parse import unquote

from cdc.imports.formats.described import Unresolved, Value
from cdc.imports.translation.draft import Draft
from cdc.imports.translation.notes import Kind

USER, PASSWORD = "database.user", "database.password"
_FIELDS: Final = {USER: "username", PASSWORD: "password"}
_PLACEHOLDER: Final = re.compile(r"\$\{(?P<provider>[^:}]+):(?P<path>[^}]*):(?P<field>[^:}]+)\}")
_ANY: Final = re.compile(r"\$\{([\w.-]+):[^}]*\}")
# Usual names of the config provider for Secrets Manager, if the worker configuration is not given.
_SECRETS_MANAGER: Final = re.compile(r"(aws[-_.]?)?(asm|sm|secrets?[-_.]?manager)[-_.]?\w*", re.IGNORECASE)
# CloudFormation reads {{resolve:secretsmanager:NAME:SecretString:KEY:…}} itself.
_DYNAMIC: Final = re.compile(
    r"\{\{resolve:secretsmanager:(?P<path>arn:[^}]+?:secret:[^:}]+|[^:}]+):SecretString:(?P<field>[^:}]+)[^}]*\}\}"
)
_ARN: Final = re.compile(r"arn:[\w-]+:secretsmanager:[\w-]+:\d+:secret:(?P<name>.+?)(?:-[A-Za-z0-9]{6})?")
_NAME: Final = re.compile(r"[A-Za-z0-9/_+=.@-]{1,512}")


class Location(NamedTuple):
    """A value in the secret called ``secret``, under ``field``."""

    secret: str
    field: str


def take(draft: Draft) -> None:
    """Fills ``source.secret``."""
    given = {key: draft.take(key) for key in _FIELDS}
    user, password = (_location(draft, given[key]) for key in _FIELDS)
    secret = password.secret if password else f"cdc/{draft.key}"
    draft.put("source.secret", secret)
    fields = dict(_FIELDS)
    if user and password and user.secret == password.secret:
        fields = {USER: user.field, PASSWORD: password.field}
    for key, field in fields.items():
        if given[key] is not None:
            draft.note(Kind.MOVED, key, f"read from the secret's key {field}", after=f"source.secret: {secret}")
        if field != _FIELDS[key]:
            draft.put(f"source.{_FIELDS[key]}_field", field)
    if password is None:
        _create(draft, secret, given)
    elif (user, password) != (Location(secret, fields[USER]), Location(secret, fields[PASSWORD])):
        now = f"the user is {_place(user)}, the password is {_place(password)}"
        why = f"must have username and password as flat JSON; now {now}"
        draft.note(Kind.TODO, "source.secret", why, after=secret)


def _create(draft: Draft, secret: str, given: dict[str, Value | None]) -> None:
    draft.comments["source", "secret"] = "to be created, with username and password"
    draft.note(Kind.TODO, "source.secret", creation(secret, given.values()), after=secret)


def creation(secret: str, given: Iterable[Value | None]) -> str:
    """How to create ``secret``, and where its values are now."""
    places = sorted({_origin(value) for value in given})
    return (
        f"create it, as flat JSON with username and password, which are {' and '.join(places)} now:"
        f" aws secretsmanager create-secret --name {secret} --secret-string file://secret.json"
    )


def _origin(value: Value | None) -> str:
    if value is None:
        return "not in this input"
    if isinstance(value, Unresolved):
        return "set by Terraform or CloudFormation"
    placeholder = _ANY.search(value)
    return f"read by the config provider {placeholder[1]}" if placeholder else "written in the configuration"


def _place(location: Location | None) -> str:
    return f"in {location.secret} under {location.field}" if location else "not in Secrets Manager"


def _location(draft: Draft, value: Value | None) -> Location | None:
    """The location of ``value`` in Secrets Manager; None if it is not there or its secret's name is unknown."""
    if not isinstance(value, str):
        return None
    if found := _DYNAMIC.fullmatch(value.strip()):
        return _named(found["path"], found["field"])
    found = _PLACEHOLDER.fullmatch(value.strip())
    if found and _is_secrets_manager(draft, found["provider"]):
        return _named(unquote(found["path"]), found["field"])
    return None


def _is_secrets_manager(draft: Draft, provider: str) -> bool:
    declared = (draft.described.worker or {}).get(f"config.providers.{provider}.class")
    if isinstance(declared, str):
        return "SecretsManager" in declared or "SecretManager" in declared
    return _SECRETS_MANAGER.fullmatch(provider) is not None


def _named(path: str, field: str) -> Location | None:
    """A secret's name; an ARN ends in six more characters, which AWS adds."""
    name = found["name"] if (found := _ARN.fullmatch(path)) else path
    return Location(name, field) if _NAME.fullmatch(name) else None
