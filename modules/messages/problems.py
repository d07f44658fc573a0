"""Errors of an environment file, one line each: place, what is allowed, the value."""

from collections.abc import Iterable
from dataclasses import InitVar, dataclass
from typing import Final

from pydantic_core import InitErrorDetails, PydanticCustomError, ValidationError

from modules.messages import secrecy

ABSENT: Final = object()

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """``message`` is lower case and says what is allowed; ``value`` is the found value, as it may be printed."""

    path: Path
    message: str
    found: InitVar[object] = ABSENT
    value: str = ""
    file: str = ""
    line: int | None = None

    def __post_init__(self, found: object) -> None:
        if found is not ABSENT:
            key = next((step for step in reversed(self.path) if isinstance(step, str)), "")
            object.__setattr__(self, "value", secrecy.shown_value(key, found))

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        message = f"{self.message}, got {self.value}" if self.value else self.message
        return ": ".join(part for part in (place, shown(self.path), message) if part)


def shown(path: Path) -> str:
    """``connectors.orders.source.tables[1]``."""
    steps = (f"[{step}]" if isinstance(step, int) else f".{secrecy.shown_key(step)}" for step in path)
    return "".join(steps).removeprefix(".")


class EnvironmentErrors(Exception):  # noqa: N818 - several errors
    """All errors of one or more environment files."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda problem: (problem.file, problem.line or 0)))
        super().__init__("\n".join(map(str, self.problems)))


RULE: Final = "rule"


def failure(problems: Iterable[Problem]) -> ValidationError:
    """The problems as pydantic's error, for a validator to raise."""
    lines = [
        InitErrorDetails(
            type=PydanticCustomError(RULE, "{message}", {"message": problem.message}),
            loc=problem.path,
            input=problem.value,
        )
        for problem in problems
    ]
    return ValidationError.from_exception_data("Environment", lines, hide_input=True)


def either(options: Iterable[object], *, last: str = "or") -> str:
    """``a, b or c``."""
    *most, end = map(str, options)
    return f"{', '.join(most)} {last} {end}" if most else end


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that was probably intended; of such that are as near, the first."""
    from difflib import SequenceMatcher, get_close_matches  # only imported for an error

    listed = list(known)
    if same := next((candidate for candidate in listed if candidate.lower() == word.strip().lower()), None):
        return same
    near = sorted(get_close_matches(word, listed), key=listed.index)
    return max(near, key=lambda candidate: SequenceMatcher(None, candidate, word).ratio(), default=None)
