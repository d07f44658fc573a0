"""Pydantic's errors in the words of the file: its paths, its types, what is allowed and what was there."""

from dataclasses import dataclass
from typing import Any, Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from modules import shape
from modules.problems import ABSENT, RULE, Path, Problem, either
from modules.secrecy import names_secret

_LIMITS: Final = {
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
    "too_short": "must have at least {min_length}, got {actual_length}",
    "too_long": "must have at most {max_length}, got {actual_length}",
}
_OURS: Final = ("wanted", "repeated", "block")


@dataclass(frozen=True, slots=True)
class Told:
    """A problem of one field, and the path that rules cannot rely on because of it."""

    problem: Problem
    broken: Path | None
    unknown: bool = False


def told(error: ValidationError) -> list[Told]:
    """The errors of single fields; what the rules said is left out."""
    return [_told(detail) for detail in error.errors(include_url=False) if detail["type"] != RULE]


def _told(error: ErrorDetails) -> Told:
    path, kind, owner = shape.locate(error["loc"])
    type_, context, value = error["type"], error.get("ctx", {}), error["input"]
    if type_ == "extra_forbidden" and owner:
        return _unknown(path, owner)
    if error["loc"][-1:] == ("[key]",):
        return Told(Problem(path, f"the name {error['msg']}", value), broken=None)
    if type_ in ("union_tag_invalid", "union_tag_not_found"):
        absent = type_ == "union_tag_not_found"
        message = f"{'is missing; ' if absent else ''}must be {either(shape.variants(kind))}"
        return Told(Problem((*path, "kind"), message, ABSENT if absent else context["tag"]), broken=path)
    if type_ == "missing":
        return Told(Problem(path, f"is missing; must be {shape.wanted(kind)}"), broken=path)
    if type_ in _LIMITS:
        sized = "actual_length" in context
        return Told(Problem(path, _LIMITS[type_].format(**context), ABSENT if sized else value), broken=path)
    message = error["msg"] if type_ in _OURS else f"must be {shape.wanted(kind)}"
    return Told(Problem(path, message + _quotes(kind, value, message), value), broken=path)


def _quotes(kind: Any, value: object, message: str) -> str:
    """The hint that a number or a truth becomes text in quotes."""
    number = isinstance(value, bool | int | float)
    return " (put it in quotes)" if number and shape.bare(kind) is str and "quotes" not in message else ""


def _unknown(path: Path, owner: shape.Model) -> Told:
    key = str(path[-1])
    message, meant = shape.unknown_key(key, owner)
    if names_secret(key):
        message += "; a secret belongs in Secrets Manager, and its name in source.secret"
    return Told(Problem(path, message), broken=(*path[:-1], meant) if meant else None, unknown=True)
