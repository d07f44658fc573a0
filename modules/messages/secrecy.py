"""Finds secrets by their keys and by their shapes, to refuse them in an environment file and to hide them in errors."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from modules.messages import tokens
from modules.messages.tokens import HIDDEN

__all__ = ["HIDDEN", "found", "literal", "names_secret", "shown_key", "shown_value"]

_WORD: Final = r"pass(?:word|wd|phrase)|secret|token|credential|(?:api|private|access)[._-]?key|user\.info"
_SECRET_KEY: Final = re.compile(_WORD)
# Suffixes of keys that refer to a secret but do not contain it: sasl.oauthbearer.token.endpoint.url.
_REFERENCE: Final = re.compile(
    r"[._-](?:algorithm|alias|arn|class|columns|enabled|endpoint|expiry|fields?|file|id|iterations|length|list|location|mode|"
    r"ms|name|path|policy|provider|refresh|selector|source|topic|ttl|type|uri|url|version)$"
)
# Users choose a part of these keys, such as a transform named tokenize, a salt, or a table of tokens.
_USER_CHOSEN: Final = re.compile(r"^(?:transforms|predicates|topic\.creation)\.[^.]+\.|^(?:column|snapshot)\..*")
# What names a secret: a placeholder of Kafka Connect, two of them as USER:PASSWORD, or an ARN.
_NAMES_ONE: Final = re.compile(r"\$\{\w+:[^}]+\}(?::\$\{\w+:[^}]+\})?|arn:aws[\w-]*:secretsmanager:\S+")
_ASSIGNMENT: Final = re.compile(rf"(?:{_WORD})\w*\s*[:=]\s*\S", re.IGNORECASE)
_SALT: Final = re.compile(r"(\.with\.salt\.).+")


def names_secret(key: str) -> bool:
    """Whether the value of ``key`` must be a secret."""
    fixed = _USER_CHOSEN.sub("", key.lower())
    return bool(_SECRET_KEY.search(fixed)) and not _REFERENCE.search(fixed)


def literal(key: str, value: object) -> str | None:
    """The kind of secret that ``value`` is; None for what names one: a ``${provider:…}`` placeholder, or an ARN."""
    if isinstance(value, bool) or not isinstance(value, str | int | float) or value == "":
        return None
    text = str(value)
    if kind := tokens.kind(text):
        return kind
    return "a secret" if names_secret(key) and not _NAMES_ONE.fullmatch(text) else None


def found(node: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Path and kind of every literal secret in ``node``, which is plain data or a model."""
    for step, value in _parts(node):
        here = (*path, step)
        if kind := literal(_key(here), value) or literal("", step):
            yield here, kind
        yield from found(value, here)


def _parts(node: object) -> Iterable[tuple[str | int, object]]:
    if isinstance(node, list | tuple):
        return enumerate(node)
    if isinstance(node, dict):
        return ((str(key), value) for key, value in node.items())
    return vars(node).items() if hasattr(node, "model_fields_set") else ()


def _key(path: tuple[str | int, ...]) -> str:
    """The key that shows whether a value is secret; empty for our own keys that contain a secret's name."""
    if path[2:4] == ("source", "secret") or path[:2] in (("kafka", "scram_secrets"), ("schema_registry", "secret")):
        return ""
    return next((step for step in reversed(path) if isinstance(step, str)), "")


def shown_key(key: str) -> str:
    """``key`` as an error may print it; ``{password:x}`` in YAML is a key that contains the password."""
    if _ASSIGNMENT.search(key) or tokens.kind(key):
        return HIDDEN
    return _SALT.sub(rf"\1{HIDDEN}", key)


def shown_value(key: str, value: object) -> str:
    """``value`` as an error may print it: in YAML notation, on one short line."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict | list | tuple):
        return "a mapping" if isinstance(value, dict) else "a list"
    text = str(value)
    if text == HIDDEN:
        return HIDDEN
    # An ARN only names a secret, and people often write it instead of the name.
    if literal("", text) or (not text.startswith("arn:aws") and (names_secret(key) or _ASSIGNMENT.search(text))):
        return HIDDEN
    short = text if len(text) <= 120 else f"{text[:117]}…"
    return repr(short) if isinstance(value, str) else short
