"""The first state: the store is made by its own stack, whose state then moves in.

Nothing is kept on this machine between runs. What exists already is found in the account and imported, so a run that
was interrupted, wherever that was, and on whichever machine, is finished by the next one.
"""

import getpass
import json
import os
import shutil
import socket
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import psutil

from cdc import terraform
from cdc.state.account import Account
from cdc.state.errors import StateError
from cdc.state.objects import StateObject
from cdc.state.store import Found, StateStack, Survey
from modules import app
from modules.environment.environment import Environment
from rehearsal.deploy.terraform import PLANNED, Progress, Terraform
from rehearsal.processes import runs
from rehearsal.steps import Steps

_FOLDER: Final = Path("cdktf.out") / "bootstrap"
_BACKEND: Final = "backend_override.tf.json"
_IMPORTS: Final = "imports.tf.json"


@dataclass(frozen=True)
class Mark:
    """Left on this machine by a run: whose lock it is when that run is gone, and whether the bucket is its own."""

    pid: int
    began: float
    bucket_was_absent: bool

    @classmethod
    def read(cls, file: Path) -> "Mark | None":
        try:
            return cls(**json.loads(file.read_text()))
        except (OSError, ValueError, TypeError):
            return None

    @property
    def runs(self) -> bool:
        try:
            return psutil.Process(self.pid).create_time() == self.began
        except psutil.NoSuchProcess:
            return False


@dataclass(frozen=True)
class Bootstrapped:
    """Where the state is now, and what had to be done for it."""

    url: str
    lock_table: str
    made: int
    changed: bool


class Bootstrap:
    """Of one environment; raises StateError and TerraformError."""

    def __init__(self, environment: Environment, account: Account, steps: Steps, *, adopt: bool = False) -> None:
        self._environment = environment
        self._account = account
        self._steps = steps
        self._adopt = adopt
        self._folder = _FOLDER / environment.name
        self._mark_file = self._folder / "mark.json"
        self._before: Mark | None = None
        self._object = StateObject(account, "state")

    def run(self) -> Bootstrapped:
        """Makes what is missing, moves the state in, and plans once more, which must find nothing."""
        self._before = self._enter()
        stack, found = self._look()
        self._free(found)
        self._leave_mark(found, stack)
        run = self._terraform(stack.folder)
        made = 0 if found.state else self._make(run, found)
        with self._steps.step("check") as step:
            changed = self._check(run)
            step.result = "finished what was missing" if changed else "a plan finds no changes"
        shutil.rmtree(self._folder)
        return Bootstrapped(self._object.url, self._account.state.lock_table, made, bool(made) or changed)

    def _enter(self) -> Mark | None:
        before = Mark.read(self._mark_file)
        if before and before.runs:
            raise StateError(
                f"bootstrap of {self._environment.name} must run once at a time; process {before.pid} does"
            )
        if left := runs.processes(self._folder.resolve()):
            raise StateError(
                f"terraform of a bootstrap that was killed must have ended, process {left[0].pid} runs yet:"
                " wait for it, or end it"
            )
        return before

    def _look(self) -> tuple[StateStack, Found]:
        with self._steps.step("look") as step:
            name = self._environment.name
            shutil.rmtree(self._folder / "stacks", ignore_errors=True)
            self._folder.mkdir(parents=True, exist_ok=True)
            app.build([self._environment], self._folder, connect=False).synth()
            stack = StateStack((self._folder / "stacks" / f"{name}-state").resolve())
            ours = self._before is not None and self._before.bucket_was_absent
            found = Survey(self._account, stack, adopt=self._adopt or ours).found()
            there = ", ".join(sorted(found.imports.values())) or "nothing of it is there yet"
            step.result = f"the state is in {self._object.url}" if found.state else there
        return stack, found

    def _free(self, found: Found) -> None:
        """Takes away the locks of a run that was interrupted on this machine: Terraform signs them as user@host."""
        if self._before is None or not {self._account.state.bucket, self._account.state.lock_table} <= found.names:
            return
        us = f"{getpass.getuser()}@{socket.gethostname()}"
        for lock in self._object.locks():
            if lock.who == us:
                self._object.unlock(lock.id)
                self._steps.reporter.message(
                    f"took away the lock {lock.id} of a run that was interrupted ({lock.created})"
                )

    def _leave_mark(self, found: Found, stack: StateStack) -> None:
        absent = stack.address("aws_s3_bucket") not in found.imports
        ours = absent or (self._before is not None and self._before.bucket_was_absent)
        mark = Mark(os.getpid(), psutil.Process().create_time(), ours)
        self._mark_file.write_text(json.dumps(asdict(mark)))

    def _terraform(self, folder: Path) -> Terraform:
        return Terraform(folder, terraform.executable(), terraform.environment(folder), graceful=True)

    def _make(self, run: Terraform, found: Found) -> int:
        """With the state beside the stack for now; how many resources there are."""
        folder = run.folder
        with self._steps.step("apply") as step:
            (folder / _BACKEND).write_text(json.dumps({"terraform": {"backend": {"local": {}}}}))
            imports = [{"to": address, "id": id_} for address, id_ in found.imports.items()]
            (folder / _IMPORTS).write_text(json.dumps({"import": imports} if imports else {}))
            run.init()
            made = self._apply(run)
            step.result = f"{made} resources"
        with self._steps.step("move") as step:
            (folder / _IMPORTS).unlink()
            (folder / _BACKEND).unlink()
            run.init("-migrate-state", "-force-copy")
            if not self._object.exists:
                raise StateError(f"{self._object.url} must hold the state after terraform init -migrate-state")
            step.result = self._object.url
        return made

    def _check(self, run: Terraform) -> bool:
        """Whether something was still missing; it is made."""
        run.init()
        if run.plan_is_empty():
            return False
        self._apply(run)
        return True

    def _apply(self, run: Terraform) -> int:
        plan = run.plan()
        if lost := [
            change["address"] for change in plan["resource_changes"] if "delete" in change["change"]["actions"]
        ]:
            raise StateError(f"bootstrap must not destroy anything, and this would: {', '.join(lost)}")
        return run.apply(PLANNED, on_progress=self._told)

    def _told(self, progress: Progress) -> None:
        self._steps.reporter.progress(f"{progress.done} of {progress.planned} resources")


def bootstrap(environment: Environment, account: Account, steps: Steps, *, adopt: bool = False) -> Bootstrapped:
    """Raises StateError where there is no state store to make."""
    if not account.state.create:
        raise StateError(
            f"state.create of {environment.name} must be true for this, got false: another environment, or somebody"
            f" else, makes {account.state.bucket}"
        )
    return Bootstrap(environment, account, steps, adopt=adopt).run()
