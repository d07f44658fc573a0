"""What was decided for each role: the log that reports and diagnoses are made of."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Final

# What Kafka's and Connect's own clients ask for and do well without.
HARMLESS: Final = frozenset({"kafka-cluster:DescribeTopicDynamicConfiguration"})


@dataclass(frozen=True)
class Denial:
    """A request that was refused to a role; ``at`` is on ``time.monotonic``'s clock."""

    role: str
    action: str
    resource: str
    why: str
    at: float


@dataclass(frozen=True)
class Use:
    """A permission that let a request pass: a statement's own patterns of action and resource."""

    role: str
    policy: str
    statement: int
    action: str
    resource: str


class Log:
    """From many threads. ``speculative`` requests are those by which Kafka finds out what it may show."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._denials: list[Denial] = []
        self._speculative: set[tuple[str, str, str]] = set()
        self._uses: set[Use] = set()
        self._roles: dict[str, None] = {}

    def allowed(self, uses: Sequence[Use]) -> None:
        with self._lock:
            self._uses.update(uses)

    def denied(self, role: str, action: str, resource: str, why: str, *, speculative: bool = False) -> None:
        with self._lock:
            if speculative or action in HARMLESS:
                self._speculative.add((role, action, resource))
            else:
                self._denials.append(Denial(role, action, resource, why, time.monotonic()))

    def met(self, role: str) -> None:
        """A role that asked for something."""
        with self._lock:
            self._roles[role] = None

    @property
    def roles(self) -> tuple[str, ...]:
        with self._lock:
            return tuple(self._roles)

    @property
    def uses(self) -> frozenset[Use]:
        with self._lock:
            return frozenset(self._uses)

    def denials(self, role: str | None = None, *, since: float = 0) -> list[Denial]:
        """Each request that was refused since then, once, the first first."""
        with self._lock:
            found = [one for one in self._denials if one.at >= since and role in (None, one.role)]
        return list({(one.role, one.action, one.resource): one for one in reversed(found)}.values())[::-1]

    def speculative(self, role: str) -> list[tuple[str, str]]:
        """Action and resource of what was refused harmlessly."""
        with self._lock:
            return sorted((action, resource) for who, action, resource in self._speculative if who == role)
