"""Findings that a project accepts: a committed file with rule, address, reason and last day."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Final

import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    StringConstraints,
    TypeAdapter,
    ValidationError,
)

from cdc.plans.findings import RULES, Finding
from modules.messages.problems import either, nearest

DEFAULT: Final = Path("plan-overrides.yaml")


class OverridesError(Exception):
    """The file cannot be used; one line for each error in it."""


def _day(value: Any) -> Any:
    """A date or its text; without this pydantic would accept a number as a timestamp."""
    if type(value) is date or (isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value)):
        return value
    raise ValueError("must be a date, YYYY-MM-DD")


def _known(rule: str) -> str:
    if rule not in RULES:
        hint = f"did you mean {meant}?" if (meant := nearest(rule, RULES)) else f"rules are {either(RULES, last='and')}"
        raise ValueError(f"there is no rule {rule!r}; {hint}")
    return rule


_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, strict=True)]


class Override(BaseModel):
    """Allows one finding until the end of ``until``; ``stack`` limits it to one environment."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    rule: Annotated[_Text, AfterValidator(_known)]
    address: _Text
    reason: _Text
    until: Annotated[date, BeforeValidator(_day)]
    stack: _Text | None = None

    def covers(self, finding: Finding) -> bool:
        """Whether it is for ``finding``, expired or not."""
        here = (self.rule, self.address) == (finding.rule.name, finding.address)
        return here and self.stack in (None, finding.stack)

    def expired(self, today: date) -> bool:
        return today > self.until

    def __str__(self) -> str:
        return f"{self.rule} at {f'{self.stack}: ' if self.stack else ''}{self.address}"


@dataclass(frozen=True)
class Result:
    """Findings with overrides applied."""

    refused: tuple[Finding, ...]
    allowed: tuple[tuple[Finding, Override], ...]
    expired: tuple[Override, ...]
    unused: tuple[Override, ...]


def load(path: Path) -> tuple[Override, ...]:
    """The overrides in ``path``; raises OverridesError."""
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise OverridesError(f"{path}: cannot be read: {error}") from None
    except yaml.YAMLError as error:
        raise OverridesError(f"{path}: is not YAML: {' '.join(str(error).split())}") from None
    if content is None:
        return ()
    try:
        return TypeAdapter(tuple[Override, ...]).validate_python(content)
    except ValidationError as error:
        raise OverridesError("\n".join(_described(path, one) for one in error.errors())) from None


_WORDS: Final = {
    "missing": "is missing",
    "extra_forbidden": "is an unknown key",
    "string_too_short": "must not be empty",
}


def _described(path: Path, error: Any) -> str:
    """``plan-overrides.yaml: [0].reason is missing``."""
    if not error["loc"]:
        return f"{path}: must be a list of overrides, each with rule, address, reason and until"
    index, *keys = error["loc"]
    place = f"[{index}]{''.join(f'.{key}' for key in keys)}"
    words = _WORDS.get(error["type"]) or error["msg"].removeprefix("Value error, ").lower()
    return f"{path}: {place}: {words}"


def apply(findings: Iterable[Finding], overrides: Sequence[Override], *, today: date) -> Result:
    """``findings``, split by whether a valid override covers them."""
    findings = tuple(findings)
    valid = [one for one in overrides if not one.expired(today)]
    covered = {finding: one for finding in findings for one in reversed(valid) if one.covers(finding)}
    return Result(
        refused=tuple(finding for finding in findings if finding not in covered),
        allowed=tuple(covered.items()),
        expired=tuple(one for one in overrides if one.expired(today)),
        unused=tuple(one for one in valid if not any(map(one.covers, findings))),
    )
