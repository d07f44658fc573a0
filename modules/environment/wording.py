"""Pydantic's errors in the words of the file: its paths, its types, what is allowed and what was there."""

from dataclasses import dataclass
from typing import Any, Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from modules.environment import foreign, shape
from modules.messages.problems import ABSENT, RULE, Path, Problem, either, nearest
from modules.messages.secrecy import names_secret

_LIMITS: Final = {
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
    "too_short": "must have {min_length} or more entries, got {actual_length}",
    "too_long": "must have {max_length} entries or fewer, got {actual_length}",
}
# The types of our own errors, whose messages are in these words already.
_OURS: Final = ("expected", "repeated", "block")
_SCALARS: Final = (str, int, float, bool)


@dataclass(frozen=True, slots=True)
class Wording:
    """A problem of one field: the path that rules cannot rely on then, and the key that was ``meant``.

    ``certain``: nothing better can be said of the place. ``unknown``: nothing at all of what is below it.
    """

    problem: Problem
    broken: Path | None = None
    meant: Path | None = None
    certain: bool = False
    missing: bool = False
    unknown: bool = False


def worded(error: ValidationError) -> list[Wording]:
    """The errors of single fields; what the rules said is left out."""
    details = [detail for detail in error.errors(include_url=False) if detail["type"] != RULE]
    unknown = [_worded(detail) for detail in details if detail["type"] == "extra_forbidden"]
    known = [_worded(detail) for detail in details if detail["type"] != "extra_forbidden"]
    meant = {each.meant for each in unknown}
    return unknown + [each for each in known if not (each.missing and each.problem.path in meant)]


def _worded(error: ErrorDetails) -> Wording:
    path, kind = shape.locate(error["loc"])
    type_, context, value = error["type"], error.get("ctx", {}), error["input"]
    if type_ == "extra_forbidden":
        return _unknown(path, error["loc"][:-1])
    if error["loc"][-1:] == ("[key]",):
        return Wording(Problem(path, f"the name {error['msg']}", value))
    if type_ in ("union_tag_invalid", "union_tag_not_found"):
        absent = type_ == "union_tag_not_found"
        message = f"{'is missing; ' if absent else ''}must be {either(shape.variants(kind))}"
        return Wording(
            Problem((*path, "kind"), message, ABSENT if absent else context["tag"]), broken=path, certain=True
        )
    if type_ == "missing":
        wanted = f"is missing; must be {shape.wanted(kind)}{shape.alternatives(error['loc'])}"
        return Wording(Problem(path, wanted), broken=path, missing=True)
    if path == ("name",):
        return Wording(Problem((), f"the file's name {error['msg']}", value), broken=path)
    return Wording(Problem(path, *_message(error, path, kind)), broken=path, certain=shape.bare(kind) not in _SCALARS)


def _message(error: ErrorDetails, path: Path, kind: Any) -> tuple[str, object]:
    """What is allowed, and the value where it tells more."""
    type_, value = error["type"], error["input"]
    if type_ in _LIMITS:
        sized = type_.startswith("too_")
        return _LIMITS[type_].format(**error["ctx"]), ABSENT if sized else value
    if type_ == "repeated" or (type_ in _OURS and isinstance(value, dict)):
        return error["msg"], ABSENT
    if isinstance(value, str) and (reason := foreign.instead(path, value)):
        return reason, value
    message = error["msg"] if type_ in _OURS else f"must be {shape.wanted(kind)}"
    if isinstance(value, str) and (became := foreign.word(path, value)):
        return f"{message} ({became})", value
    return message + _hint(kind, value, message), value


def _hint(kind: Any, value: object, message: str) -> str:
    """A number becomes text in quotes; of many words one was meant."""
    if isinstance(value, bool | int | float) and "quotes" not in message:
        return " (put it in quotes)" if shape.is_text(kind, str(value)) else ""
    near = nearest(value, shape.choices(kind)) if isinstance(value, str) else None
    return f" (did you mean {near}?)" if near else ""


def _unknown(path: Path, loc: tuple[int | str, ...]) -> Wording:
    key = str(path[-1])
    message, meant = shape.unknown_key(key, loc)
    if names_secret(key) and "source.secret" not in message:
        message += "; a secret belongs in Secrets Manager, and its name in source.secret"
    return Wording(Problem(path, message), meant=(*path[:-1], meant) if meant else None, certain=True, unknown=True)
