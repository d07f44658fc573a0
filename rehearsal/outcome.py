"""The result of a rehearsal."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from modules.environment.environment import Environment
from modules.messages.tokens import hidden
from rehearsal.events.results import Flow
from rehearsal.failures import Failure
from rehearsal.steps import Step
from rehearsal.substitutions import Substitution


@dataclass
class Outcome:
    """The result of a rehearsal: ``resources`` per stack, ``events`` by kind, ``sample`` one event in full.

    ``flows`` has what became of each table's events; ``silent`` says why a connector or a consumer had none,
    ``undecodable`` which events no application can read.
    ``lost`` counts committed changes that were not received, ``duplicates`` events that were received again.
    ``unfilled`` has the reason for each table that some rows or changes could not be written to. ``failure`` is the
    error that ended the rehearsal in the step ``failed_step``; ``logs`` is the folder that a failed rehearsal left,
    ``seconds`` how long it took with its cleanup. ``observed`` is what only a report shows, and ``hide`` replaces the
    secrets in a text of it. ``deployed`` is the whole environment with the archives that ran.
    """

    environment: str
    substitutions: Sequence[Substitution]
    steps: Sequence[Step]
    resources: Mapping[str, int] = field(default_factory=dict)
    changes: Mapping[str, int] = field(default_factory=dict)
    events: Mapping[str, int] = field(default_factory=dict)
    flows: Sequence[Flow] = ()
    silent: Sequence[str] = ()
    undecodable: Sequence[str] = ()
    sample: Mapping[str, Any] = field(default_factory=dict)
    first_event: float | None = None
    lost: int = 0
    duplicates: int = 0
    second_plan_empty: bool = False
    left_behind: Sequence[str] = ()
    unfilled: Mapping[str, str] = field(default_factory=dict)
    endpoints: Mapping[str, Any] = field(default_factory=dict)
    permissions: Sequence[Mapping[str, Any]] = ()
    failure: Failure | None = None
    failed_step: Step | None = None
    logs: str = ""
    seconds: float = 0.0
    observed: Mapping[str, Any] = field(default_factory=dict)
    hide: Callable[[str], str] = field(default=hidden, repr=False)
    deployed: Environment | None = field(default=None, repr=False)

    @property
    def passed(self) -> bool:
        return not self.failures

    @property
    def failures(self) -> list[str]:
        """Why the rehearsal did not pass."""
        return [*([self.failure.text] if self.failure else []), *self.shortcomings]

    @property
    def shortcomings(self) -> list[str]:
        """Why a rehearsal that took all its steps did not pass, and what it left behind, a line each."""
        return [*([] if self.failure else self._unproven()), *(f"left behind: {what}" for what in self.left_behind)]

    def _unproven(self) -> list[str]:
        found = [] if self.second_plan_empty else ["the second plan is not empty: what runs differs from the stacks"]
        if self.lost:
            found.append(f"{self.lost} events were lost")
            found += [f"{flow.connector}: {flow}" for flow in self.flows if flow.lost]
        found += [*self.silent, *self.undecodable, *self._unused_statements]
        return found + [
            f"{role} was denied {action} on {resource}: {why}" for role, action, resource, why in self._denials
        ]

    @property
    def _unused_statements(self) -> list[str]:
        """Statements of which nothing was used, and no reason says why they are there.

        A run that stopped early cannot judge them; a part of a statement may depend on settings, like heartbeats.
        """
        found = []
        for role in self.permissions:
            used = {(one["policy"], one["statement"]) for one in role["used"]}
            explained = {(one["policy"], one["statement"]) for one in role["unused"] if one["reason"] is not None}
            idle = dict.fromkeys((one["policy"], one["statement"]) for one in role["unused"])
            found += [
                f"nothing used the statement {statement} of {policy}, which {role['role']} has, and no reason is known"
                for policy, statement in idle
                if (policy, statement) not in used | explained
            ]
        return found

    @property
    def dropped(self) -> int:
        """Events that a transform or a property dropped."""
        return sum(flow.dropped.total() for flow in self.flows)

    @property
    def _denials(self) -> list[tuple[str, str, str, str]]:
        return [
            (role["role"], denial["action"], denial["resource"], denial["why"])
            for role in self.permissions
            for denial in role["denied"]
        ]

    @property
    def document(self) -> dict[str, Any]:
        """As ``--json`` prints it."""
        return {
            "environment": self.environment,
            "passed": self.passed,
            "failures": self.failures,
            "failure": self.failure and self.failure.document,
            "failed_step": self.failed_step and self.failed_step.name,
            "logs": self.logs or None,
            "seconds": round(self.seconds, 3),
            "resources": dict(self.resources),
            "steps": [step.document for step in self.steps],
            "first_event_seconds": self.first_event and round(self.first_event, 3),
            "events": dict(self.events),
            "flows": [flow.document for flow in self.flows],
            "sample": dict(self.sample),
            "dropped": self.dropped,
            "changes": dict(self.changes),
            "unfilled": dict(self.unfilled),
            "lost": self.lost,
            "duplicates": self.duplicates,
            "second_plan_empty": self.second_plan_empty,
            "permissions": list(self.permissions),
            "substitutions": [
                {"name": one.name, "deployed": one.deployed, "here": one.here} for one in self.substitutions
            ],
            "left_behind": list(self.left_behind),
            **({"endpoints": dict(self.endpoints)} if self.endpoints else {}),
        }
