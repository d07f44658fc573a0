"""What a check found, and how to fix it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Level(StrEnum):
    """How serious a finding is. UNKNOWN: it could not be checked."""

    OK = "ok"
    WARNING = "warning"
    ERROR = "error"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Finding:
    """One line of a check; ``fix`` is the next step, empty where there is none."""

    level: Level
    message: str
    fix: str = ""


@dataclass(frozen=True)
class Result:
    """A finding of the check ``check``, about the account or a connector (``subject``)."""

    subject: str
    check: str
    finding: Finding

    @property
    def document(self) -> dict[str, Any]:
        """For JSON."""
        found = self.finding
        return {
            "subject": self.subject,
            "check": self.check,
            "level": str(found.level),
            "message": found.message,
            "fix": found.fix,
        }


def ok(message: str) -> Finding:
    return Finding(Level.OK, message)


def warning(message: str, fix: str) -> Finding:
    return Finding(Level.WARNING, message, fix)


def error(message: str, fix: str) -> Finding:
    return Finding(Level.ERROR, message, fix)


def unknown(message: str, fix: str) -> Finding:
    return Finding(Level.UNKNOWN, message, fix)
