"""The decisions for each role, for the permission report and for diagnoses."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Final

# Kafka's and Connect's clients request it, and work without it.
HARMLESS: Final = frozenset({"kafka-cluster:DescribeTopicDynamicConfiguration"})


@dataclass(frozen=True)
class Denial:
    """A request that was denied to a role; ``at`` is on the clock of ``time.monotonic``.

    ``via`` is the service that makes the request for the role, as ``kms:ViaService`` has it.
    """

    role: str
    action: str
    resource: str
    reason: str
    at: float
    via: str = ""


@dataclass(frozen=True)
class PermissionUse:
    """A permission that allowed a request: the statement's patterns for action and resource."""

    role: str
    policy: str
    statement: int
    action: str
    resource: str


class DecisionLog:
    """Thread-safe. ``speculative`` requests are those by which Kafka filters what a client may see."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._denials: list[Denial] = []
        self._speculative: set[tuple[str, str, str]] = set()
        self._uses: set[PermissionUse] = set()
        self._roles: dict[str, None] = {}

    def allowed(self, uses: Sequence[PermissionUse]) -> None:
        with self._lock:
            self._uses.update(uses)

    def denied(
        self, role: str, action: str, resource: str, why: str, *, speculative: bool = False, via: str = ""
    ) -> None:
        with self._lock:
            if speculative or action in HARMLESS:
                self._speculative.add((role, action, resource))
            else:
                self._denials.append(Denial(role, action, resource, why, time.monotonic(), via))

    def forget_denials(self) -> None:
        """Forgets what was denied so far."""
        with self._lock:
            self._denials.clear()
            self._speculative.clear()

    def add_role(self, role: str) -> None:
        """Adds a role that made a request."""
        with self._lock:
            self._roles[role] = None

    @property
    def roles(self) -> tuple[str, ...]:
        with self._lock:
            return tuple(self._roles)

    @property
    def uses(self) -> frozenset[PermissionUse]:
        with self._lock:
            return frozenset(self._uses)

    def denials(self, role: str | None = None, *, since: float = 0) -> list[Denial]:
        """Each denied request since then, without duplicates, in order."""
        with self._lock:
            found = [one for one in self._denials if one.at >= since and role in (None, one.role)]
        return list({(one.role, one.action, one.resource, one.via): one for one in reversed(found)}.values())[::-1]

    def harmless(self, role: str) -> list[tuple[str, str]]:
        """Action and resource of requests whose denial does not matter."""
        with self._lock:
            return sorted((action, resource) for who, action, resource in self._speculative if who == role)
