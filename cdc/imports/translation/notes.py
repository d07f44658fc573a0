"""Notes on every property that is not imported unchanged, with the reason."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from cdc.imports.formats.described import Unresolved, Value
from modules.messages import secrecy


class Kind(StrEnum):
    """``TODO`` and ``LOST`` need action; the others do not."""

    MOVED = "moved"
    DROPPED = "dropped"
    ADDED = "added"
    TODO = "to do"
    LOST = "not expressed"


OPEN: Final = (Kind.TODO, Kind.LOST)


@dataclass(frozen=True, slots=True)
class Note:
    """One line of the report. ``before`` and ``after`` have no secrets, and may be empty."""

    connector: str
    kind: Kind
    key: str
    before: str
    after: str
    why: str

    def __str__(self) -> str:
        return f"{self.connector}: {self.line}"

    @property
    def line(self) -> str:
        """Without the connector's name."""
        before = f" {self.before}" if self.before else ""
        after = f" → {self.after}" if self.after else ""
        return f"{self.kind}: {secrecy.shown_key(self.key)}{before}{after}: {self.why}"

    @property
    def document(self) -> dict[str, str]:
        """As ``--json`` prints it."""
        return {
            "connector": self.connector,
            "kind": str(self.kind),
            "property": secrecy.shown_key(self.key),
            "from": self.before,
            "to": self.after,
            "why": self.why,
        }


def shown(key: str, value: Value | int | None) -> str:
    """``value`` without secrets."""
    if value is None:
        return ""
    if isinstance(value, Unresolved):
        return str(value)
    return secrecy.shown_value(key, value)
