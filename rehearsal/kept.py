"""Applies a changed environment file to a kept rehearsal, and judges it like the first deploy."""

import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from modules.environment.environment import Environment
from modules.environment.loading import load
from rehearsal import kept_limits
from rehearsal.aws.backends import ServerError
from rehearsal.aws.client import client
from rehearsal.aws.seed_more import add_missing
from rehearsal.connect import operations
from rehearsal.daemon_client import SOURCE_RECORDS, DaemonClient
from rehearsal.database.mysql import AdminAccess
from rehearsal.deploy.stacks import Stacks
from rehearsal.deploy.terraform import Terraform
from rehearsal.deployment import Deploy
from rehearsal.events import consumers
from rehearsal.events.consumers import Consumers
from rehearsal.events.streaming import Stream
from rehearsal.inputs import Inputs
from rehearsal.kafka import inspection
from rehearsal.outcome import Outcome
from rehearsal.processes import runs, temporary
from rehearsal.processes.background import Background
from rehearsal.processes.errors import RehearsalError
from rehearsal.processes.runs import Run
from rehearsal.rehearsal import Rehearsal
from rehearsal.steps import Reporter, Steps
from rehearsal.wait_reports import WaitReports

# Takes the plan of each stack, as Terraform's JSON; returns a summary; raises RehearsalError for plans it refuses.
Review = Callable[[Mapping[str, Mapping[str, Any]]], str]

_POLL_SECONDS: Final = 0.2
_NO_CHANGE: Final = {"no-op", "read"}


def find(environment: str) -> Run:
    """The newest kept rehearsal of ``environment``; raises RehearsalError where none can be changed."""
    found = [run for run in runs.all_runs() if run.kept and run.environment == environment and run.alive]
    if not found:
        raise RehearsalError(
            f"{environment}: no rehearsal is kept that a change could be applied to; start one with --keep"
        )
    run = max(found, key=lambda run: run.started)
    if not run.deployed.exists():
        raise RehearsalError(
            f"{environment}: its kept rehearsal failed before the platform was deployed, so there is nothing to change:"
            f" stop it with cdc rehearse {environment} --stop, and start it again"
        )
    return run


def apply(inputs: Inputs, run: Run, reporter: Reporter, review: Review) -> Outcome:
    """Deploys the changed environment of ``inputs`` to the kept rehearsal ``run``, which stays up however this ends."""
    steps = Steps(reporter)
    with temporary.used(run.folder):
        try:
            outcome = KeptRehearsal(inputs, steps, run, review).run(keep=True)
        except (KeyboardInterrupt, SystemExit):
            reporter.message("interrupted: the rehearsal stays up, as far as the change was applied")
            raise
    outcome.seconds = steps.elapsed
    return outcome


class KeptRehearsal(Rehearsal):
    """The steps of a change: start, plan, one for each stack that changes, connectors, changes, second plan."""

    def __init__(self, inputs: Inputs, steps: Steps, run: Run, review: Review) -> None:
        super().__init__(inputs, steps, run, None)
        self._review = review

    def _play(self, *, keep: bool) -> Outcome:  # noqa: ARG002 - it is kept already
        with _refused_change_left_out(self._run.folder / "work" / "stacks"):
            before = self._attach()
            changed = self._plan()
        self._apply(changed)
        self._check_connectors()
        self._change(before)
        return self._outcome(second_plan_empty=self.deployment.second_plan())

    def _attach(self) -> Environment:
        """Prepares what the changed file names and the kept rehearsal has not; returns the environment as deployed."""
        script, folder = self._inputs, self._run.folder / "work"
        with self._steps.step("start") as step:
            self._daemon = DaemonClient.attach(self._run)
            self._closing.callback(WaitReports(self.daemon, self._steps.reporter.message).stop)
            self.daemon.request("forget", {"applications": consumers.roles(script.environment)})
            before = load(self._run.deployed)
            endpoints = self.daemon.request("endpoints")
            kept_limits.check(before, script.environment, script.file, endpoints)
            script.synthesize(folder)
            script.wait_until_valid()
            stacks = Stacks(script.environment, folder / "stacks", self._terraform)
            self._deployment = Deploy(stacks, self.daemon, self._steps)
            sockets = {name: Path(at["socket"]) for name, at in endpoints["mysql"].items()}
            for cluster, login in add_missing(script.environment, aws=self.daemon.aws):
                AdminAccess(sockets[cluster]).create_user(login.username, login.password)
            logs = self._run.folder / SOURCE_RECORDS
            self.stream = Stream(script.environment, sockets, self._users, logs, script.schema, script.data)
            self._closing.callback(self.stream.stop)
            self.stream.prepare()
            self.stream.expectations = list(_without_old_snapshots(self.stream, before))
            for note in self.stream.notes:
                self._steps.reporter.message(note)
            step.result = f"AWS at {self.daemon.aws.url}"
        return before

    def _terraform(self, folder: Path) -> Terraform:
        """Interrupted, it ends with its state saved and unlocked: the rehearsal stays up."""
        return replace(super()._terraform(folder), graceful=True)

    def _plan(self) -> list[str]:
        """Plans every stack; returns those that change."""
        stacks = self.deployment.stacks
        with self._steps.step("plan") as step:
            for part in stacks.parts:
                stacks[part].init()
            plans = [Background(stacks[part].plan) for part in stacks.parts]
            found = {part: plan.result() for part, plan in zip(stacks.parts, plans, strict=True)}
            summary = self._review({f"{self._run.environment}-{part}": plan for part, plan in found.items()})
            self._steps.reporter.message(summary)
            changed = [part for part, plan in found.items() if _changes(plan)]
            step.result = f"changes {' and '.join(changed)}" if changed else "no changes"
        return changed

    def _apply(self, changed: list[str]) -> None:
        self._since = datetime.now(UTC)
        self.deployment.create_signal_topics()
        for part in self.deployment.stacks.parts:
            stack = self.deployment.stacks[part]
            if part not in changed:
                self.deployment.resources[part] = len(stack.resources())
                continue
            with self._steps.step(part) as step:
                stack.apply()
                self.deployment.resources[part] = len(stack.resources())
                step.result = f"{self.deployment.resources[part]} resources"
        shutil.copyfile(self._inputs.file, self._run.deployed)

    def _check_connectors(self) -> None:
        """Waits until every connector runs; raises RehearsalError for an update that was rolled back.

        Terraform reports success for such an update.
        """
        connect = client(self.daemon.aws, "kafkaconnect", self._inputs.environment.region)
        self._connect = Background(lambda: None)
        with self._steps.step("connectors") as step:
            arns = [one["connectorArn"] for one in connect.list_connectors()["connectors"]]
            while not all(connect.describe_connector(connectorArn=arn)["connectorState"] == "RUNNING" for arn in arns):
                self._connectors_running()
                time.sleep(_POLL_SECONDS)
            for arn in arns:
                self._check_operations(connect, arn)
            self._connectors_running()
            step.result = f"{len(arns)} running"

    def _check_operations(self, connect: Any, arn: str) -> None:
        for one in connect.list_connector_operations(connectorArn=arn)["connectorOperations"]:
            if one["creationTime"] >= self._since and operations.of(one).failed:
                why = operations.described(connect, one["connectorOperationArn"]).error or "no reason was given"
                name = arn.split("/")[1]
                findings = [found.at(connector=name) for found in ServerError(why).findings]
                raise RehearsalError(f"the update of {name} was rolled back, though Terraform succeeded", *findings)

    def _change(self, before: Environment) -> None:
        """Changes every captured table, and waits for the events; new connectors take their snapshots first."""
        environment, endpoints = self._inputs.environment, self.daemon.request("endpoints")
        self._consumers = Consumers(environment, aws=self.daemon.aws, endpoints=endpoints)
        readers = self._consumers.readers(lambda: None)
        # The readers judge what was sent since the first deploy, so they start from the beginning.
        inspection.delete_groups(endpoints["brokers"].values(), [reader.group for reader in readers])
        self.stream.start(readers)
        if environment.connectors.keys() - before.connectors.keys():
            with self._steps.step("snapshot") as step:
                step.result = f"{self.stream.wait_for_snapshot(self._connectors_running)} events, with the earlier ones"
        with self._steps.step("changes") as step:
            self.stream.change(self._connectors_running)
            step.result = ", ".join(f"{count} {kind}" for kind, count in self.stream.change_counts.items())


@contextmanager
def _refused_change_left_out(stacks: Path) -> Iterator[None]:
    """Puts the stacks of what is deployed back if the block fails: whoever plans them sees no change."""
    deployed = {file: file.read_bytes() for file in stacks.glob("*/cdk.tf.json")}
    try:
        yield
    except BaseException:
        for file, content in deployed.items():
            file.write_bytes(content)
        raise


def _changes(plan: Mapping[str, Any]) -> bool:
    resources = any(set(one["change"]["actions"]) - _NO_CHANGE for one in plan.get("resource_changes", []))
    outputs = any(set(one["actions"]) - _NO_CHANGE for one in plan.get("output_changes", {}).values())
    return resources or outputs


def _without_old_snapshots(stream: Stream, before: Environment) -> Iterator[Any]:
    """A connector that ran before takes no snapshot of tables that are added to it."""
    old = {one.adopt.name if one.adopt else f"cdc-{before.name}-{key}" for key, one in before.connectors.items()}
    for one in stream.expectations:
        if one.name in old and one.streams:
            yield replace(one, properties={**one.properties, "snapshot.mode": "no_data"})
        else:
            yield one
