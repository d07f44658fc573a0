"""What a deployer may do: an action on a resource under a condition, with the reason."""

from dataclasses import dataclass
from typing import Any, NamedTuple


class Condition(NamedTuple):
    """A condition of one key."""

    operator: str
    key: str
    value: str

    @property
    def document(self) -> dict[str, dict[str, str]]:
        """As in a policy."""
        return {self.operator: {self.key: self.value}}


@dataclass(frozen=True)
class Permission:
    """One action on one ARN, or on ``*``.

    ``why`` says what needs it. ``source`` is where AWS or Terraform documents it; empty where it was recorded.
    """

    action: str
    resource: str
    why: str
    source: str = ""
    condition: Condition | None = None

    @property
    def document(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "action": self.action,
            "resource": self.resource,
            "condition": self.condition.document if self.condition else None,
            "why": self.why,
            "source": self.source or "recorded with the real provider",
        }
