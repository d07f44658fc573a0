"""Deploys the stacks with real Terraform and destroys them: state, platform, connect, second plan, destroy."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from threading import Event
from typing import Any, Final

from modules.debezium import topics
from modules.environment.models.state import S3State
from rehearsal.aws.client import client
from rehearsal.daemon_client import DaemonClient
from rehearsal.deploy.stacks import CONNECT, PLATFORM, STATE, Stacks
from rehearsal.deploy.terraform import Progress
from rehearsal.kafka import topics as kafka_topics
from rehearsal.processes.background import Background
from rehearsal.processes.errors import RehearsalError
from rehearsal.second_plans import SecondPlans, is_settled
from rehearsal.steps import Steps

# The S3 backend works once these have succeeded. The rest of the state stack may still be applying.
_USABLE_STATE: Final = (("s3", "PutBucketVersioning"), ("dynamodb", "CreateTable"), ("kms", "CreateAlias"))
_CONNECTOR: Final = "aws_mskconnect_connector."
_POLL_SECONDS: Final = 0.2


@dataclass
class Deploy:
    """Applies the stacks in order to the AWS of ``daemon``; ``resources`` is the number of resources per stack.

    Where a stack has resources that nothing depends on (a bucket's lifecycle takes the provider a minute), the next
    stack starts before they are finished.
    """

    stacks: Stacks
    daemon: DaemonClient
    steps: Steps
    resources: dict[str, int] = field(default_factory=dict)
    _state: Background[None] | None = None
    _platform: Background[None] | None = None
    _connect: Background[None] | None = None
    _connect_ready: Background[None] | None = None
    _running: set[str] = field(default_factory=set)
    _connect_settled: Event = field(default_factory=Event)
    _plans: SecondPlans | None = None

    def start_state_store(self) -> None:
        """Creates the bucket and the lock table in the background, then moves the stack's own state into them."""
        if self.stacks.makes_state_store:
            self._state = Background(self._make_state_store)

    def _initialize_connect(self) -> None:
        self._wait_for_state_store()
        self.stacks.prepare(CONNECT).init()

    def _wait_for_state_store(self) -> None:
        """A store that the environment does not create is among what the account has before a deploy."""
        if self._state:
            self._session().wait_for_requests(*_USABLE_STATE, check=self._state.check)
        elif isinstance(self.stacks.environment.state, S3State):
            self._session().wait_until_account_seeded()

    def _session(self) -> DaemonClient:
        """For another thread: a session is for one."""
        return DaemonClient(self.daemon.run, aws=self.daemon.aws)

    def start_platform(self) -> None:
        """Applies network, key and Kafka in the background.

        The connect stack is initialized as soon as the state store is usable, while the provider waits for the network.
        """
        self._platform = Background(self._apply_platform)
        self._connect_ready = Background(self._initialize_connect)

    def _apply_platform(self) -> None:
        stack = self.stacks.prepare(PLATFORM, local=self.stacks.makes_state_store)
        if not self.stacks.makes_state_store:
            self._wait_for_state_store()
        stack.init()
        self._session().wait_until_account_seeded()
        self.resources[PLATFORM] = stack.apply(on_progress=self._report_progress)

    def _make_state_store(self) -> None:
        stack = self.stacks.prepare(STATE, local=True)
        stack.init()
        self.resources[STATE] = stack.apply()
        self._move_state(STATE)

    def apply_platform(self) -> None:
        """Network, key and Kafka, with local state for now.

        When this returns, the brokers answer, and have the connectors' signal topics.
        """
        with self.steps.step("platform") as step:
            if self._platform is None:
                self.start_platform()
            assert self._platform
            self._platform.result()
            self.create_signal_topics()
            step.result = f"{self.resources[PLATFORM]} resources"

    def create_signal_topics(self) -> None:
        """Those that are missing, as somebody does on AWS: connectors may not create them, and no stack does."""
        connectors = self.stacks.environment.connectors
        if names := topics.signal_topics(connectors, connectors):
            for name in kafka_topics.create_missing(self.daemon.request("endpoints")["brokers"].values(), names):
                self.steps.reporter.message(f"created the signal topic {name}, which on AWS you create")

    def move_platform_state(self) -> None:
        """Moves it into the state store as soon as that is usable. From here on every stack is locked."""
        if self._state:
            with self.steps.step("state") as step:
                self._wait_for_state_store()
                self._move_state(PLATFORM)
                step.result = "in S3, locked in DynamoDB"

    def _move_state(self, part: str) -> None:
        self.stacks.prepare(part).init("-migrate-state", "-force-copy")

    def start_connect(self) -> Background[None]:
        """Plugins, connectors, consumers and alarms, in the background. Connectors may stream before it ends."""
        self._connect = Background(self._apply_connect)
        return self._connect

    def _apply_connect(self) -> None:
        assert self._connect_ready, "start_platform comes first"
        self._connect_ready.result()
        self.resources[CONNECT] = self.stacks[CONNECT].apply(on_progress=self._note_connectors)

    def _note_connectors(self, progress: Progress) -> None:
        if progress.finished.startswith(_CONNECTOR):
            self._running.add(progress.finished)
        if progress.finished and is_settled(progress.pending):
            self._connect_settled.set()

    def wait_for_connectors(self, check: Callable[[], object]) -> None:
        """Waits until Terraform has created every connector; the provider waits longer for a bucket's lifecycle."""
        assert self._connect, "start_connect comes first"
        while len(self._running) < len(self.stacks.environment.connectors) and not self._connect.finished:
            check()
            time.sleep(_POLL_SECONDS)

    @property
    def finished(self) -> bool:
        """Whether no apply runs in the background."""
        return all(apply is None or apply.finished for apply in self._applies)

    def wait(self) -> None:
        """Waits until the applies in the background have ended; raises what they raised."""
        for apply in self._applies:
            if apply:
                apply.result()

    @property
    def _applies(self) -> tuple[Background[None] | None, ...]:
        return self._platform, self._connect_ready, self._connect, self._state

    def restart_connectors(self, check: Callable[[], object]) -> None:
        """Restarts each by RestartConnector and waits until it runs; ``check`` raises to end the wait."""
        connect = client(self.daemon.aws, "kafkaconnect", self.stacks.environment.region)
        arns = [connector["connectorArn"] for connector in connect.list_connectors()["connectors"]]
        for arn in arns:
            connect.restart_connector(connectorArn=arn)
        while not all(connect.describe_connector(connectorArn=arn)["connectorState"] == "RUNNING" for arn in arns):
            check()
            time.sleep(_POLL_SECONDS)
        for arn in arns:
            _check_restarted(connect.list_connector_operations(connectorArn=arn)["connectorOperations"][0])

    def finish(self, *, retire: bool) -> None:
        """Waits for the rest of connect's apply, and plans the other stacks again meanwhile.

        With ``retire`` the destroys are planned as well.
        """
        assert self._connect, "start_connect comes first"
        self._plans = SecondPlans(self.stacks, retire)
        while not self._connect_settled.is_set() and not self._connect.finished:
            time.sleep(_POLL_SECONDS)
        self._connect.check()
        for part in self.stacks.parts:
            if part != CONNECT:
                self._plans.start(part, after=self._state.result if part == STATE and self._state else lambda: None)
        self.wait()

    def second_plan(self) -> bool:
        """Plans every stack again; returns whether all plans are empty."""
        with self.steps.step("second plan") as step:
            plans = self._plans or SecondPlans(self.stacks, retire=False)
            empty = plans.result()
            step.result = "no changes" if empty else "CHANGES"
        return empty

    def destroy(self) -> None:
        """Destroys the stacks in reverse order, as planned by ``second_plan``; the state store last.

        The platform's begins when the last resource of connect is gone: that one's Terraform still saves its state.
        """
        gone = Event()
        connect = Background(partial(self._destroy, CONNECT, gone))
        platform = Background(partial(self._destroy, PLATFORM, after=partial(_wait_until, gone, connect)))
        waits = {CONNECT: connect.result, PLATFORM: platform.result, STATE: self._destroy_state_store}
        for part in reversed(self.stacks.parts):
            with self.steps.step(f"destroy {part}") as step:
                waits[part]()
                step.result = f"{self.resources[part]} resources"

    def _destroy_state_store(self) -> None:
        self._empty_state_store()
        self._destroy(STATE)

    def _destroy(self, part: str, gone: Event | None = None, after: Callable[[], object] = lambda: None) -> None:
        """``gone`` is set when the stack's last resource has been deleted."""

        def note(progress: Progress) -> None:
            self._report_progress(progress)
            if gone and progress.finished and not progress.pending:
                gone.set()

        after()
        self.stacks[part].destroy(on_progress=note)

    def _empty_state_store(self) -> None:
        """Deletes the states of the destroyed stacks, and the lock table's deletion protection."""
        state = self.stacks.environment.state
        assert isinstance(state, S3State), "other kinds of state have no state stack"
        region = state.region or self.stacks.environment.region
        s3, dynamodb = (client(self.daemon.aws, service, region) for service in ("s3", "dynamodb"))
        versions = s3.list_object_versions(Bucket=state.bucket)
        for one in [*versions.get("Versions", []), *versions.get("DeleteMarkers", [])]:
            s3.delete_object(Bucket=state.bucket, Key=one["Key"], VersionId=one["VersionId"])
        dynamodb.update_table(TableName=state.lock_table, DeletionProtectionEnabled=False)

    def _report_progress(self, progress: Progress) -> None:
        self.steps.reporter.progress(f"{progress.done} of {progress.planned} resources")


def _wait_until(event: Event, work: Background[None]) -> None:
    """Waits for ``event``; raises what ends ``work`` without it."""
    while not event.wait(_POLL_SECONDS):
        if work.finished:
            work.result()
            return


def _check_restarted(operation: Mapping[str, Any]) -> None:
    if operation["connectorOperationState"] != "RESTART_COMPLETE":
        raise RehearsalError(f"the restart of a connector failed: {operation['connectorOperationState']}")
