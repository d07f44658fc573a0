"""A deploy with real Terraform, from nothing to nothing: state, platform, connect, second plan, destroy."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from modules.environment.models.state import S3State
from rehearsal.aws.client import client
from rehearsal.deploy.stacks import CONNECT, PLATFORM, STATE, Stacks
from rehearsal.deploy.terraform import Progress
from rehearsal.engine import Engine
from rehearsal.processes.background import Background
from rehearsal.processes.errors import RehearsalError
from rehearsal.steps import Steps

# What the S3 backend needs of the state store. The rest of that stack may still be on its way.
_USABLE_STATE: Final = (("s3", "PutBucketVersioning"), ("dynamodb", "CreateTable"), ("kms", "CreateAlias"))
_POLL_SECONDS: Final = 0.2


@dataclass
class Deploy:
    """The stacks, applied in order through ``engine``; ``resources`` counts them per stack.

    Where a stack has parts that nothing waits for (a bucket's lifecycle takes the provider a minute), the next one
    starts while they are made.
    """

    stacks: Stacks
    engine: Engine
    steps: Steps
    resources: dict[str, int] = field(default_factory=dict)
    _state: Background[None] | None = None
    _connect: Background[None] | None = None

    def begin_state_store(self) -> None:
        """The bucket and the lock table, where they are ours to make; the stack's own state then moves in."""
        if self.stacks.makes_state_store:
            self._state = Background(self._make_state_store)

    def _make_state_store(self) -> None:
        stack = self.stacks.prepare(STATE, local=True)
        stack.init()
        self.resources[STATE] = stack.apply()
        self._move_state(STATE)

    def apply_platform(self) -> None:
        """Network, key and Kafka, with the state beside them for now: its brokers answer when this returns."""
        with self.steps.step("platform") as step:
            stack = self.stacks.prepare(PLATFORM, local=self.stacks.makes_state_store)
            stack.init()
            self.resources[PLATFORM] = stack.apply(told=self._told)
            step.result = f"{self.resources[PLATFORM]} resources"

    def move_platform_state(self) -> None:
        """Into the state store, once that is usable: from here on every stack is locked."""
        if self._state:
            with self.steps.step("state") as step:
                self.engine.wait_for(*_USABLE_STATE, check=self._state.check)
                self._move_state(PLATFORM)
                step.result = "in S3, locked in DynamoDB"

    def _move_state(self, part: str) -> None:
        self.stacks.prepare(part).init("-migrate-state", "-force-copy")

    def begin_connect(self) -> Background[None]:
        """Plugins, connectors, consumers, alarms; the connectors may stream before this is through."""
        self._connect = Background(self._apply_connect)
        return self._connect

    def _apply_connect(self) -> None:
        stack = self.stacks.prepare(CONNECT)
        stack.init()
        self.resources[CONNECT] = stack.apply()

    def finish(self) -> None:
        """Waits for what was begun."""
        for begun in (self._connect, self._state):
            if begun:
                begun.result()

    def restart_connectors(self, check: Callable[[], object]) -> None:
        """Each by MSK Connect's own operation; ``check`` raises what else went wrong meanwhile."""
        connect = client(self.engine.url, "kafkaconnect", self.stacks.environment.region)
        arns = [connector["connectorArn"] for connector in connect.list_connectors()["connectors"]]
        for arn in arns:
            connect.restart_connector(connectorArn=arn)
        while not all(connect.describe_connector(connectorArn=arn)["connectorState"] == "RUNNING" for arn in arns):
            check()
            time.sleep(_POLL_SECONDS)
        for arn in arns:
            _check_restarted(connect.list_connector_operations(connectorArn=arn)["connectorOperations"][0])

    def second_plan(self) -> bool:
        """Whether a second plan of every stack is empty."""
        with self.steps.step("second plan") as step:
            plans = [Background(self.stacks[part].plan_is_empty) for part in self.stacks.parts]
            empty = all(plan.result() for plan in plans)
            step.result = "no changes" if empty else "CHANGES"
        return empty

    def destroy(self) -> None:
        """The stacks in reverse order; the state store last, with its own state beside it again."""
        for part in reversed(self.stacks.parts):
            with self.steps.step(f"destroy {part}") as step:
                self._let_go(part)
                self.stacks[part].destroy(told=self._told)
                step.result = f"{self.resources[part]} resources"

    def _let_go(self, part: str) -> None:
        """Takes away what stands in the way of destruction on purpose, as whoever gives an environment up would."""
        stack = self.stacks.prepare(part, local=part == STATE, destroyable=True)
        if part == STATE:
            stack.init("-migrate-state", "-force-copy")
            self._empty_state_store()

    def _empty_state_store(self) -> None:
        """The states of what is destroyed by now, and the lock table's own guard."""
        state = self.stacks.environment.state
        assert isinstance(state, S3State), "only then is there such a stack"
        region = state.region or self.stacks.environment.region
        s3, dynamodb = (client(self.engine.url, service, region) for service in ("s3", "dynamodb"))
        versions = s3.list_object_versions(Bucket=state.bucket)
        for one in [*versions.get("Versions", []), *versions.get("DeleteMarkers", [])]:
            s3.delete_object(Bucket=state.bucket, Key=one["Key"], VersionId=one["VersionId"])
        dynamodb.update_table(TableName=state.lock_table, DeletionProtectionEnabled=False)

    def _told(self, progress: Progress) -> None:
        self.steps.teller.detail(f"{progress.done} of {progress.planned} resources")


def _check_restarted(operation: Mapping[str, Any]) -> None:
    if operation["connectorOperationState"] != "RESTART_COMPLETE":
        raise RehearsalError(f"a connector must run again after a restart, got {operation['connectorOperationState']}")
