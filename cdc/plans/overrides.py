"""Findings that a project accepts: overrides with a reason and a last day, and confirmations."""

import re
from abc import abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    StringConstraints,
    Tag,
    TypeAdapter,
    ValidationError,
)

from cdc.plans import located
from cdc.plans.located import Located, Place
from cdc.plans.rules.catalog import RULES
from cdc.plans.rules.rule import Finding, Grade
from modules.messages.escaping import on_one_line
from modules.messages.problems import either, nearest
from modules.user_files.reading import read, reason

DEFAULT: Final = Path("plan-overrides.yaml")
_MOST_BYTES: Final = 1_000_000


class OverridesError(Exception):
    """The file cannot be used; one line for each error in it."""


def _day(value: object) -> date:
    """Of its text, which the file has even where YAML would read a date."""
    if isinstance(value, date):
        return value
    if not isinstance(value, str) or not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        raise ValueError("must be a date, YYYY-MM-DD")
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise ValueError(f"must be a date, YYYY-MM-DD, and {value} does not exist") from None


def _known(rule: str) -> str:
    if rule not in RULES:
        hint = f"did you mean {meant}?" if (meant := nearest(rule, RULES)) else f"rules are {either(RULES, last='and')}"
        raise ValueError(f"there is no rule {rule!r}; {hint}")
    return rule


def _confirmable(rule: str) -> str:
    if RULES[_known(rule)].grade is not Grade.TO_CONFIRM:
        raise ValueError(f"{rule} loses data, so it cannot be confirmed: write an override with rule, reason and until")
    return rule


_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, strict=True)]
_Rule = Annotated[_Text, AfterValidator(_known)]
_Day = Annotated[date, BeforeValidator(_day)]


class _Accepted(BaseModel):
    """Accepts one finding; ``stack`` limits it to one environment."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    address: _Text
    stack: _Text | None = None

    @property
    @abstractmethod
    def named(self) -> str:
        """The rule that it is for."""

    @property
    @abstractmethod
    def last_day(self) -> date | None:
        """None where it has none."""

    def covers(self, finding: Finding) -> bool:
        """Whether it is for ``finding``, expired or not."""
        here = (self.named, self.address) == (finding.rule.name, finding.address)
        return here and self.stack in (None, finding.stack)

    def expired(self, today: date) -> bool:
        return self.last_day is not None and today > self.last_day

    def __str__(self) -> str:
        return f"{self.named} at {f'{self.stack}: ' if self.stack else ''}{self.address}"


class Override(_Accepted):
    """Allows any finding, through the day ``until``."""

    rule: _Rule
    reason: _Text
    until: _Day

    @property
    def named(self) -> str:
        return self.rule

    @property
    def last_day(self) -> date:
        return self.until


class Confirmation(_Accepted):
    """Confirms a finding of the second grade; without ``until`` it has no last day."""

    confirm: Annotated[_Text, AfterValidator(_confirmable)]
    reason: _Text | None = None
    until: _Day | None = None

    @property
    def named(self) -> str:
        return self.confirm

    @property
    def last_day(self) -> date | None:
        return self.until


Accepted = Override | Confirmation


@dataclass(frozen=True)
class Result:
    """Findings with overrides and confirmations applied; ``allowed`` has those that one of them covers."""

    refused: tuple[Finding, ...]
    to_confirm: tuple[Finding, ...]
    allowed: tuple[tuple[Finding, Accepted], ...]
    expired: tuple[Accepted, ...]
    unused: tuple[Accepted, ...]

    @property
    def passes(self) -> bool:
        return not self.refused and not self.to_confirm


def confirmation(text: str) -> Confirmation:
    """Of ``RULE@ADDRESS``, as it is given on the command line; raises OverridesError."""
    rule, _, address = text.partition("@")
    try:
        return Confirmation(confirm=rule, address=address)
    except ValidationError as error:
        words = _words(error.errors()[0])
        raise OverridesError(f"--confirm must be RULE@ADDRESS, got {text!r}: {words}") from None


def load(path: Path) -> tuple[Accepted, ...]:
    """The overrides and confirmations in ``path``; raises OverridesError."""
    try:
        found = located.parse(read(path, most=_MOST_BYTES).decode("utf-8"))
    except UnicodeDecodeError:
        raise OverridesError(f"{path}: must be UTF-8 text") from None
    except OSError as error:
        raise OverridesError(f"{path}: cannot be read: {reason(error)}") from None
    except located.LocatedError as error:
        raise OverridesError(f"{_at(path, error.line)}: {error}") from None
    problems = [
        (place, f"must not be repeated, line {first} has it already") for place, first in found.repeated.items()
    ]
    given: tuple[Accepted, ...] = ()
    try:
        given = _List.validate_python([] if found.data is None else found.data)
    except ValidationError as error:
        problems += map(_problem, error.errors())
    if problems:
        raise OverridesError("\n".join(_line(path, found, *problem) for problem in problems))
    return given


def _kind(entry: object) -> str:
    return _CONFIRM if isinstance(entry, dict) and "confirm" in entry else _OVERRIDE


_OVERRIDE: Final = "override"
_CONFIRM: Final = "confirmation"
_Entry = Annotated[Annotated[Override, Tag(_OVERRIDE)] | Annotated[Confirmation, Tag(_CONFIRM)], Discriminator(_kind)]
_List: Final[TypeAdapter[tuple[Accepted, ...]]] = TypeAdapter(tuple[_Entry, ...])
_WORDS: Final = {
    "missing": "is missing",
    "extra_forbidden": "is an unknown key",
    "string_too_short": "must not be empty",
}


def _problem(error: Any) -> tuple[Place, str]:
    """Its place in the file, without the kind of the entry, which pydantic adds."""
    if not error["loc"]:
        return (), "must be a list of overrides, each with rule, address, reason and until"
    index, *rest = error["loc"]
    return (index, *rest[1:]), _words(error)


def _line(path: Path, found: Located, place: Place, words: str) -> str:
    """``plan-overrides.yaml:3: [0].reason: is missing``."""
    steps = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in place)
    return ": ".join(filter(None, (_at(path, found.line(place)), on_one_line(steps), on_one_line(words))))


def _at(path: Path, line: int | None) -> str:
    return f"{path}:{line}" if line else str(path)


def _words(error: Any) -> str:
    message: str = error["msg"].removeprefix("Value error, ")
    return _WORDS.get(error["type"]) or message[:1].lower() + message[1:]


def apply(findings: Iterable[Finding], given: Sequence[Accepted], *, today: date) -> Result:
    """``findings``, split by whether a valid override or confirmation covers them."""
    findings = tuple(findings)
    valid = [one for one in given if not one.expired(today)]
    covered = {finding: one for finding in findings for one in reversed(valid) if one.covers(finding)}
    left = [finding for finding in findings if finding not in covered]
    return Result(
        refused=tuple(one for one in left if one.rule.grade is Grade.REFUSED),
        to_confirm=tuple(one for one in left if one.rule.grade is Grade.TO_CONFIRM),
        allowed=tuple(covered.items()),
        expired=tuple(one for one in given if one.expired(today)),
        unused=tuple(one for one in valid if not any(map(one.covers, findings))),
    )
