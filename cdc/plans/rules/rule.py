"""A rule of the plan guard, and a plan that breaks it."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Grade(StrEnum):
    """What a plan that breaks a rule needs before it passes."""

    REFUSED = "refused"
    """It loses data: an override, with a reason and a last day."""

    TO_CONFIRM = "to confirm"
    """It stops a connector, and loses events only once the binlog is purged, or repeats events: a confirmation."""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What it ``finds`` in a plan, with an ``example``; ``why`` that loses data, and what to do ``instead``."""

    name: str
    grade: Grade = Grade.REFUSED
    finds: str
    example: str
    why: str
    instead: str


@dataclass(frozen=True)
class Finding:
    """A rule that a plan breaks; ``what`` the plan does at ``address``."""

    rule: Rule
    stack: str
    address: str
    what: str

    def __str__(self) -> str:
        rule = self.rule
        return f"{rule.name}: {self.stack}: {self.address}: {self.what}: {rule.why}; {rule.instead}"

    @property
    def document(self) -> dict[str, str]:
        """As ``--json`` prints it."""
        return {
            "rule": self.rule.name,
            "grade": self.rule.grade.value,
            "stack": self.stack,
            "address": self.address,
            "what": self.what,
            "why": self.rule.why,
            "instead": self.rule.instead,
        }


def listed(values: Iterable[object]) -> tuple[Rule, ...]:
    """The rules among the values of a module, in the order of the file."""
    return tuple(one for one in values if isinstance(one, Rule))
