"""Why something does not work, as one screen shows it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Self


@dataclass(frozen=True)
class Finding:
    """``cause`` in one line, ``next_step`` that fixes it, ``evidence`` are the lines of a log that show it.

    ``where`` says what it concerns: connector, transform, table, topic, property.
    """

    cause: str
    next_step: str = ""
    evidence: str = ""
    where: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        line = f"{self.cause}; {self.next_step}" if self.next_step else self.cause
        return f"{line}\n{self.evidence}" if self.evidence else line

    def at(self, **where: str) -> Self:
        """The same, with further places; empty ones are left out."""
        return replace(self, where={**self.where, **{kind: place for kind, place in where.items() if place}})

    @property
    def document(self) -> dict[str, Any]:
        """As JSON prints it."""
        return asdict(self)
