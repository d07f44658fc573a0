"""One rehearsal, step by step: deploy, snapshot, changes, restart, second plan, destroy."""

import json
import sys
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pymysql
from botocore.exceptions import BotoCoreError, ClientError

from rehearsal import evidence, lab_access
from rehearsal.aws.client import client
from rehearsal.daemon_client import SOURCE_RECORDS, DaemonClient, DaemonError
from rehearsal.daemon_process import DaemonProcess
from rehearsal.deploy.stacks import CONNECT, Stacks
from rehearsal.deploy.terraform import Terraform
from rehearsal.deployment import Deploy
from rehearsal.disk_watch import watched
from rehearsal.events.consumers import Consumers
from rehearsal.events.streaming import Stream
from rehearsal.failures import Failure, failure
from rehearsal.iam import deployer
from rehearsal.inputs import Inputs, daemon_config
from rehearsal.observations import Observer, received_so_far
from rehearsal.outcome import Outcome
from rehearsal.processes import disk, temporary
from rehearsal.processes.errors import RefusedError, RehearsalError
from rehearsal.processes.findings import Finding
from rehearsal.processes.runs import Run
from rehearsal.steps import Reporter, Steps
from rehearsal.substitutions import Substitution, applied
from rehearsal.wait_reports import WaitReports


def rehearse(
    inputs: Inputs, reporter: Reporter, process: DaemonProcess, *, keep: bool = False, began: float | None = None
) -> Outcome:
    """Deploys, streams and destroys; with ``keep`` everything stays up, also after a failure.

    ``began`` is the command's start, a value of ``time.monotonic``; by default it is now.

    A step that fails is in the outcome; what explains it stays in the folder ``logs`` unless the rehearsal is kept.
    """
    steps = Steps(reporter) if began is None else Steps(reporter, began)
    process.configure(daemon_config(inputs))
    rehearsal = Rehearsal(inputs, steps, process.run, process)
    kept = False
    try:
        with temporary.used(process.run.folder):
            outcome = rehearsal.run(keep=keep)
        kept = bool(outcome.endpoints)
    except Exception as error:
        if rehearsal.deploys:
            error.add_note(f"logs of the rehearsal: {rehearsal.save(repr(error))}")
        raise
    except BaseException:
        reporter.message("interrupted: stopping the servers, and deleting the rehearsal's files")
        raise
    finally:
        left = [] if kept else process.terminate()
        if sys.exception():
            reporter.message("\n".join(left) if left else "stopped: nothing is left")
    outcome.left_behind, outcome.seconds = left, steps.elapsed
    return outcome


class Rehearsal:
    """The steps in their order: ``start``, ``deploy``, ``stream_changes``, ``restart``; ``run`` does all of them.

    Public once started: ``daemon``, ``deployment``, ``stream``.
    """

    def __init__(self, inputs: Inputs, steps: Steps, run: Run, process: DaemonProcess | None) -> None:
        self._inputs = inputs
        self._steps = steps
        self._run = run
        self._process = process
        self._closing = ExitStack()
        self._daemon: DaemonClient | None = None
        self._deployment: Deploy | None = None
        self._signed_in: Mapping[str, str] = {}
        self._file = b""

    @property
    def daemon(self) -> DaemonClient:
        assert self._daemon, "start comes first"
        return self._daemon

    @property
    def deployment(self) -> Deploy:
        assert self._deployment, "start comes first"
        return self._deployment

    @property
    def deploys(self) -> bool:
        """Whether its file was valid, so that its deploy has begun."""
        return self._deployment is not None

    def run(self, *, keep: bool) -> Outcome:
        try:
            with watched(*self._folders):
                outcome = self._play(keep=keep)
        except RehearsalError as error:
            outcome = self._failed(error)
        finally:
            self.end()
        if keep:
            self._keep(outcome)
        if outcome.failure and not outcome.endpoints:
            outcome.logs = outcome.logs or str(self.save(outcome.failure.text))
        return outcome

    def _play(self, *, keep: bool) -> Outcome:
        self.start()
        self.deploy()
        self.stream_changes()
        self.restart()
        self.finish_deploy(retire=not keep)
        outcome = self._outcome(second_plan_empty=self.deployment.second_plan())
        if not keep:
            if not outcome.passed:  # a destroy deletes what explains it
                outcome.logs = str(self.save("\n".join(outcome.failures)))
            self.stream.stop()
            self._consumers.remove()
            self.deployment.destroy()
        return outcome

    def _failed(self, error: RehearsalError) -> Outcome:
        """The outcome of a rehearsal that ``error`` ended."""
        return Outcome(
            environment=self._inputs.environment.name,
            substitutions=self._substitutions,
            steps=self._steps.finished_steps,
            resources=dict(self._deployment.resources) if self._deployment else {},
            failure=self._failure(error),
            failed_step=self._steps.failed,
            **received_so_far(self._daemon, self._stream),
            **self._observed(),
        )

    @property
    def _stream(self) -> Stream | None:
        return getattr(self, "stream", None)

    def _observed(self) -> dict[str, Any]:
        """What a report shows beside the result; only the environment where the embedded AWS never answered."""
        environment = self._inputs.environment
        if not (self._inputs.observed and self._daemon):
            return {"deployed": environment}
        region = environment.region
        observer = Observer(self._daemon, self._stream, region, self._steps.start)
        hide = evidence.Secrets(self._run, region).hide
        return {"observed": observer.document(), "hide": hide, "deployed": environment}

    def _keep(self, outcome: Outcome) -> None:
        """Leaves everything running, once Terraform has ended; nothing is left to keep where the daemon is gone."""
        if self._deployment and not self._deployment.finished:
            self._steps.reporter.message("waiting for Terraform to end")
            with suppress(RehearsalError):  # it has failed, and is reported
                self._deployment.wait()
        with suppress(DaemonError):
            if self._daemon:
                endpoints = self._daemon.request("endpoints")
                self._daemon.keep_running()
                outcome.endpoints = {**endpoints, "clients": self._clients(endpoints)}

    def _clients(self, endpoints: Mapping[str, Any]) -> Mapping[str, Any]:
        """The files for clients of a kept rehearsal; none where a server no longer answers."""
        try:
            return lab_access.write(
                self._run,
                aws=self.daemon.aws,
                region=self._inputs.environment.region,
                endpoints=endpoints,
                stacks=[self.deployment.stacks[part] for part in self.deployment.stacks.parts],
            )
        except (AssertionError, OSError, BotoCoreError, ClientError, pymysql.MySQLError) as error:
            self._steps.reporter.message(f"no files for clients: {error!r}")
            return {}

    def save(self, failure: str) -> Path | str:
        """Saves what explains ``failure``; returns the folder, or why it could not be written, as on a full disk."""
        file, region = self._inputs.file, self._inputs.environment.region
        try:
            return evidence.save(self._run, environment=file, region=region, failure=failure, daemon=self._daemon)
        except OSError as error:
            return f"could not be saved: {error}"

    def end(self) -> None:
        """Stops the consuming applications; the daemon owns everything else."""
        self._closing.close()

    def start(self) -> None:
        """Waits for the embedded AWS, prepares the source databases, and starts to create the state store."""
        script, folder = self._inputs, self._run.folder / "work"
        with self._steps.step("start") as step:
            self._file = script.file.read_bytes()
            script.synthesize(folder)
            script.wait_until_valid()
            assert self._process, "only a kept rehearsal has none"
            self._daemon = DaemonClient.connect(self._run, self._process.is_running, self._steps.reporter.message)
            self._closing.callback(WaitReports(self.daemon, self._steps.reporter.message).stop)
            if script.deployer:
                self._signed_in = deployer.sign_in(self.daemon.aws, script.deployer)
            stacks = Stacks(script.environment, folder / "stacks", self._terraform)
            self._deployment = Deploy(stacks, self.daemon, self._steps)
            self.deployment.start_state_store()
            self.deployment.start_platform()
            self.daemon.wait_until_seeded()
            sockets = {name: Path(at["socket"]) for name, at in self.daemon.request("endpoints")["mysql"].items()}
            logs = self._run.folder / SOURCE_RECORDS
            self.stream = Stream(script.environment, sockets, self._users, logs, script.schema, script.data)
            self._closing.callback(self.stream.stop)
            self.stream.prepare()
            for note in self.stream.notes:
                self._steps.reporter.message(note)
            step.result = f"AWS at {self.daemon.aws.url}, {len(sockets)} MySQL"

    @property
    def _users(self) -> dict[str, str]:
        """The database's user in each secret."""
        manager = client(self.daemon.aws, "secretsmanager", self._inputs.environment.region)
        sources = [connector.source for connector in self._inputs.environment.connectors.values()]
        keys = {source.secret: source.username_field for source in sources}
        return {
            name: json.loads(manager.get_secret_value(SecretId=name)["SecretString"])[key] for name, key in keys.items()
        }

    def _terraform(self, folder: Path) -> Terraform:
        terraform = self._inputs.terraform(folder, self.daemon.aws, self._inputs.environment.region)
        folder = temporary.temporary_folder(self._run.folder)
        variables = {**terraform.env, **self._signed_in, "TMPDIR": str(folder)}
        return replace(terraform, env=variables)

    def deploy(self) -> None:
        """Applies state and platform; the brokers answer when this returns."""
        self.deployment.apply_platform()
        self.deployment.move_platform_state()
        self._run.deployed.parent.mkdir()
        self._run.deployed.write_bytes(self._file)

    def stream_changes(self) -> None:
        """Starts the connectors, waits for their snapshots, then changes the captured tables."""
        environment, endpoints = self._inputs.environment, self.daemon.request("endpoints")
        self._consumers = Consumers(environment, aws=self.daemon.aws, endpoints=endpoints)
        with self._steps.step("snapshot") as step:
            self._connect = self.deployment.start_connect()
            self.stream.start(self._consumers.readers(self._connect.check))
            rows = self.stream.wait_for_snapshot(self._connectors_running)
            step.result = f"{rows} events"
        with self._steps.step("changes") as step:
            self.stream.change(self._connectors_running)
            step.result = ", ".join(f"{count} {kind}" for kind, count in self.stream.change_counts.items())

    def restart(self) -> None:
        """Restarts every connector, as a deploy or a failure would: some permissions are needed only then."""
        with self._steps.step("restart") as step:
            self.deployment.wait_for_connectors(self._connectors_running)
            self.deployment.restart_connectors(self._connectors_running)
            before = sum(self.stream.change_counts.values())
            self.stream.change_after_restart(self._connectors_running)
            more = sum(self.stream.change_counts.values()) - before
            step.result = f"resumed from the committed offsets, {more} more changes"

    def finish_deploy(self, *, retire: bool) -> None:
        """Waits for the rest of connect; with ``retire`` it prepares the destroy meanwhile."""
        with self._steps.step("connect") as step:
            self.deployment.finish(retire=retire)
            step.result = f"{self.deployment.resources[CONNECT]} resources"

    def _connectors_running(self) -> bool:
        """Whether all connectors have started, so that events are due.

        Raises RehearsalError for requests that were denied, and for tasks that have failed.
        """
        self._connect.check()
        if denied := [Finding(**one) for one in self.daemon.request("denials")]:
            raise RehearsalError("a role was denied a request", *denied)
        if failed := [Finding(**one) for one in self.daemon.request("failures")]:
            raise RehearsalError("a connector does not run", *failed)
        return len(self.daemon.request("endpoints")["connect"]) == len(self._inputs.environment.connectors)

    @property
    def _substitutions(self) -> tuple[Substitution, ...]:
        script = self._inputs
        # Of the databases that were prepared.
        versions = [source.version for source in self.stream.sources.values()] if hasattr(self, "stream") else []
        return applied(script.environment, script.archives, brokers=script.brokers, mysql=versions)

    def _outcome(self, *, second_plan_empty: bool) -> Outcome:
        result = self.stream.compare()
        decoded = self.stream.decoded(self.daemon.decode)
        first = self.stream.first_event_at
        return Outcome(
            environment=self._inputs.environment.name,
            substitutions=self._substitutions,
            steps=self._steps.finished_steps,
            resources={part: self.deployment.resources[part] for part in self.deployment.stacks.parts},
            changes=self.stream.change_counts,
            events=self.stream.event_counts(),
            flows=result.flows,
            silent=[*result.silent_connectors, *self.stream.silent_consumers],
            sample=decoded.sample,
            undecodable=decoded.errors,
            first_event=self._steps.at(first) if first else None,
            lost=result.lost,
            duplicates=result.duplicates,
            second_plan_empty=second_plan_empty,
            unfilled=self.stream.unfilled,
            permissions=self.daemon.request("permissions"),
            **self._observed(),
        )

    def _failure(self, error: RehearsalError) -> Failure:
        """The error with the findings of the servers behind the embedded AWS, or that it has stopped itself.

        Failures that are older than a refusal are left out.

        A full disk comes first: whatever else has failed follows from it.
        """
        findings: list[dict[str, Any]] = []
        try:
            if self._daemon and not isinstance(error, RefusedError):
                findings = self._daemon.request("failures")
        except DaemonError as gone:
            error = gone
        said = "\n".join([str(error), *map(str, findings)])
        if full := disk.explanation(said, folders=self._folders, logs=evidence.logs(self._run)):
            findings = [full.document, *findings]
        return failure(error, findings, self._inputs.environment, self._inputs.file)

    @property
    def _folders(self) -> list[Path]:
        """Where its programs write."""
        return [self._run.folder, temporary.temporary_folder(self._run.folder)]
