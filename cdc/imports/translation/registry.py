"""Converters of schema registries: the format of an entry, and the registry of the file."""

import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from cdc.imports.formats.described import Unresolved, Value
from cdc.imports.translation import secret
from cdc.imports.translation.draft import Draft
from cdc.imports.translation.notes import Kind
from modules.debezium.configuration import PLACEHOLDER
from modules.debezium.formats import CLASSES, KEY, VALUE
from modules.environment.checks.document_rules import FILL_IN

_KINDS: Final = {class_: of for of, class_ in CLASSES.items()}
_URLS: Final = {"confluent": "schema.registry.url", "apicurio": "apicurio.registry.url"}
_LOGINS: Final = ("basic.auth.credentials.source", "basic.auth.user.info")
_NAME: Final = "registry.name"
_DEFAULT_NAME: Final = "default-registry"
_SET: Final = (*_URLS.values(), *_LOGINS, _NAME, "region", "compatibility", "schemas.enable")
_SECRET: Final = "cdc/registry"
_PUBLIC: Final = 443


def take(draft: Draft) -> None:
    """Fills ``format`` and the draft's ``registry`` where a registry's converter writes the values."""
    _from_worker(draft)
    class_ = draft.known(VALUE)
    if class_ not in _KINDS:
        return
    kind, format_ = _KINDS[class_]
    login = draft.left.get(f"{VALUE}.{_LOGINS[1]}")
    draft.registry = _glue(draft) if kind == "glue" else _by_url(draft, kind)
    draft.move(VALUE, "format", format_, "has its own key", before=draft.take(VALUE))
    draft.note(Kind.ADDED, "schema_registry", "the file has one registry", after=_shown(draft.registry))
    for key in (key for key, value in draft.registry.items() if value == FILL_IN):
        draft.note(Kind.TODO, f"schema_registry.{key}", "it is not in this input", after=FILL_IN)
    if draft.registry.get("secret") == _SECRET and not _placeholders(login):
        draft.note(Kind.TODO, "schema_registry.secret", secret.creation(_SECRET, [login]), after=_SECRET)
    if draft.known(KEY) == class_:
        why = "keys are JSON without schemas: Glue's names the schemas of keys and values alike"
        kept = (Kind.LOST, why) if kind == "glue" else (Kind.MOVED, "format sets it, too")
        draft.note(kept[0], KEY, kept[1], before=draft.take(KEY))
        _drop(draft, KEY)
    _drop(draft, VALUE)


def _from_worker(draft: Draft) -> None:
    """Converters that the worker configuration sets."""
    worker: Mapping[str, Value] = draft.described.worker or {}
    if VALUE in draft.left or worker.get(VALUE) not in _KINDS:
        return
    for alias in (KEY, VALUE):
        if alias not in draft.left:
            draft.left |= {key: one for key, one in worker.items() if key == alias or key.startswith(f"{alias}.")}


def _drop(draft: Draft, alias: str) -> None:
    for name in _SET:
        draft.drop(f"{alias}.{name}", "schema_registry sets it")


def _glue(draft: Draft) -> dict[str, Any]:
    name = draft.left.get(f"{VALUE}.{_NAME}", _DEFAULT_NAME)
    found = {"kind": "glue", "name": FILL_IN if isinstance(name, Unresolved) else name, "create": False}
    compatibility = draft.known(f"{VALUE}.compatibility")
    return found | ({"compatibility": compatibility.upper()} if compatibility else {})


def _by_url(draft: Draft, kind: str) -> dict[str, Any]:
    given = draft.known(f"{VALUE}.{_URLS[kind]}")
    url = re.split(r"\s*,\s*", given.strip())[0] if given else FILL_IN
    found: dict[str, Any] = {"kind": kind, "url": url}
    if url == FILL_IN or _port(url) != _PUBLIC:
        found["security_group_id"] = FILL_IN
    return found | _login(draft)


def _port(url: str) -> int | None:
    try:
        parts = urlsplit(url)
        return parts.port or {"https": _PUBLIC}.get(parts.scheme)
    except ValueError:
        return None


def _login(draft: Draft) -> dict[str, Any]:
    """The secret of two placeholders, or one to create."""
    given = draft.left.get(f"{VALUE}.{_LOGINS[1]}")
    if given is None:
        return {}
    if both := _placeholders(given):
        fields = dict(zip(("username_field", "password_field"), (one["key"] for one in both), strict=True))
        other = {field: key for field, key in fields.items() if key != field.removesuffix("_field")}
        return {"secret": both[0]["secret"], **other}
    return {"secret": _SECRET}


def _placeholders(login: Value | None) -> list[re.Match[str]]:
    """The user and the password of one secret; empty where the login is anything else."""
    both = list(PLACEHOLDER.finditer(login)) if isinstance(login, str) else []
    return both if len(both) == 2 and both[0]["secret"] == both[1]["secret"] else []


def _shown(registry: Mapping[str, Any]) -> str:
    return ", ".join(
        f"{key}: {str(value).lower() if isinstance(value, bool) else value}" for key, value in registry.items()
    )
