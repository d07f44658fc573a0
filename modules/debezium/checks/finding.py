"""What is said about a connector's properties."""

from dataclasses import dataclass
from typing import Literal

Place = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """``message`` says what is allowed and what to write instead; ``value`` is what was there.

    ``place`` starts at the connector. What is ``acceptable`` is silent once the file accepts it with a reason.
    """

    place: Place
    message: str
    value: object = None
    level: Literal["error", "warning"] = "error"
    acceptable: bool = False

    @property
    def key(self) -> str:
        """As ``accept`` names it: the property, or the path of the file's own key."""
        return self.place[1] if self.place[0] == "properties" else ".".join(self.place)


def error(key: str, message: str, value: object = None, *, acceptable: bool = False) -> Finding:
    """About the property ``key`` of ``properties``."""
    return Finding(("properties", key), message, value, acceptable=acceptable)


def loss(key: str, message: str, value: object = None) -> Finding:
    """About a property that loses data without an error: allowed, once somebody says why."""
    return Finding(("properties", key), message, value, level="warning", acceptable=True)
