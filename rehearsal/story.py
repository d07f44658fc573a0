"""The story of one rehearsal, step by step."""

import json
import subprocess
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from modules.environment.environment import Environment
from rehearsal.aws.client import client
from rehearsal.deploy.stacks import CONNECT, Stacks
from rehearsal.deploy.terraform import Terraform
from rehearsal.deployment import Deploy
from rehearsal.engine import Engine, Order
from rehearsal.events.consumers import Consumers
from rehearsal.events.streaming import Stream
from rehearsal.outcome import Outcome
from rehearsal.processes import runs
from rehearsal.processes.errors import RehearsalError
from rehearsal.processes.runs import Run
from rehearsal.steps import Steps, Teller
from rehearsal.substitutions import applied


@dataclass(frozen=True)
class Script:
    """What is rehearsed, and what the rehearsal is given to do it with.

    ``file`` is the environment's; ``synthesize`` writes its stacks below a folder; ``terraform`` runs in a stack's
    folder, with the embedded AWS's URL and region. ``archives`` has the ZIP of each plugin.
    """

    environment: Environment
    file: Path
    archives: Mapping[str, Path]
    synthesize: Callable[[Path], None]
    terraform: Callable[[Path, str, str], Terraform]
    schema: Path | None = None
    brokers: int | None = None


def tell(script: Script, teller: Teller, *, keep: bool = False) -> Outcome:
    """From nothing to nothing; with ``keep`` it goes on running. Raises RehearsalError, with everything ended."""
    steps = Steps(teller)
    run = runs.create(script.environment.name)
    process = Engine.begin(run, order(script))
    kept = False
    try:
        rehearsal = Rehearsal(script, steps, run, process)
        outcome = rehearsal.play(keep=keep)
        kept = keep
    finally:
        left = [] if kept else Engine.end(run, process)
    outcome.left_behind = left
    return outcome


def order(script: Script) -> Order:
    """What the rehearsal's process has to bring up."""
    archives = {name: str(path.resolve()) for name, path in script.archives.items()}
    return Order(str(script.file), archives, script.brokers)


class Rehearsal:
    """The steps in their order: ``start``, ``deploy``, ``stream_changes``; ``play`` is all of them.

    Public once started: ``engine``, ``deployment``, ``stream``.
    """

    def __init__(self, script: Script, steps: Steps, run: Run, process: "subprocess.Popen[bytes]") -> None:
        self._script = script
        self._steps = steps
        self._run = run
        self._process = process
        self._closing = ExitStack()

    def play(self, *, keep: bool) -> Outcome:
        self.start()
        try:
            self.deploy()
            self.stream_changes()
            self.restart()
            empty = self.deployment.second_plan()
            outcome = self._outcome(second_plan_empty=empty)
            if keep:
                outcome.endpoints = self.engine.page("endpoints")
                self.engine.keep()
            else:
                self.stream.end()
                self._consumers.remove()
                self.deployment.destroy()
        except RehearsalError as error:
            raise self._diagnosed(error) from error
        finally:
            self.end()
        return outcome

    def end(self) -> None:
        """The application leaves; everything else is the process's."""
        self._closing.close()

    def start(self) -> None:
        """The embedded AWS, and in it what the environment expects to be there; the state store meanwhile."""
        script, folder = self._script, self._run.folder / "work"
        with self._steps.step("start") as step:
            script.synthesize(folder)
            self.engine = Engine.ready(self._run, self._process)
            stacks = Stacks(script.environment, folder / "stacks", self._terraform)
            self.deployment = Deploy(stacks, self.engine, self._steps)
            self.deployment.begin_state_store()
            self.engine.settle()
            sockets = {name: Path(at["socket"]) for name, at in self.engine.page("endpoints")["mysql"].items()}
            self.stream = Stream(script.environment, sockets, self._users, script.schema)
            self._closing.callback(self.stream.end)
            self.stream.prepare()
            step.result = f"AWS at {self.engine.url}, {len(sockets)} MySQL"

    @property
    def _users(self) -> dict[str, str]:
        """The database's user in each secret."""
        manager = client(self.engine.url, "secretsmanager", self._script.environment.region)
        names = {connector.source.secret for connector in self._script.environment.connectors.values()}
        return {name: json.loads(manager.get_secret_value(SecretId=name)["SecretString"])["username"] for name in names}

    def _terraform(self, folder: Path) -> Terraform:
        return self._script.terraform(folder, self.engine.url, self._script.environment.region)

    def deploy(self) -> None:
        """State and platform: brokers that answer."""
        self.deployment.apply_platform()
        self.deployment.move_platform_state()

    def stream_changes(self) -> None:
        """The connectors, their snapshots, and changes to what they read."""
        environment, endpoints = self._script.environment, self.engine.page("endpoints")
        self._consumers = Consumers(environment, url=self.engine.url, endpoints=endpoints)
        with self._steps.step("snapshot") as step:
            self._connect = self.deployment.begin_connect()
            self.stream.begin(self._consumers.readers(self._connect.check))
            rows = self.stream.await_snapshot(self._check)
            step.result = f"{rows} events"
        with self._steps.step("changes") as step:
            self.stream.change(self._check)
            step.result = ", ".join(f"{count} {kind}" for kind, count in self.stream.made.items())

    def restart(self) -> None:
        """Every connector, as a deploy or a failure would; what it has to find again is used only now."""
        with self._steps.step("connect") as step:
            self.deployment.finish()
            step.result = f"{self.deployment.resources[CONNECT]} resources"
        with self._steps.step("restart") as step:
            self.deployment.restart_connectors(self._check)
            self.stream.again(self._check)
            step.result = "went on where they were"

    def _check(self) -> bool:
        """Whether all connectors run, so that events are due; raises RehearsalError for what a role lacks."""
        self._connect.check()
        if denied := self.engine.page("denials"):
            raise RehearsalError("\n".join(denied))
        return len(self.engine.page("endpoints")["connect"]) == len(self._script.environment.connectors)

    def _outcome(self, *, second_plan_empty: bool) -> Outcome:
        script, judgement = self._script, self.stream.judge()
        first = self.stream.first_event
        return Outcome(
            environment=script.environment.name,
            substitutions=applied(script.environment, script.archives, brokers=script.brokers),
            steps=self._steps.done,
            resources={part: self.deployment.resources[part] for part in self.deployment.stacks.parts},
            changes=self.stream.made,
            events=self.stream.counts(),
            sample=self.stream.sample(),
            first_event=self._steps.at(first) if first else None,
            lost=judgement.lost,
            duplicates=judgement.duplicates,
            second_plan_empty=second_plan_empty,
            unfilled=self.stream.unfilled,
            permissions=self.engine.page("permissions"),
        )

    def _diagnosed(self, error: RehearsalError) -> RehearsalError:
        """With what the servers behind the embedded AWS have said."""
        told = self.engine.page("failures")
        return RehearsalError("\n\n".join([*told, str(error)])) if told else error
