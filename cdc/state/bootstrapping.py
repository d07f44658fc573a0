"""The first state: a stack creates the store with local state, which is then migrated into the store.

Nothing is kept on this machine between runs. What already exists is found in the account and imported, so the next
run, on any machine, finishes one that was interrupted at any point.
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
    """Written by a run, for the next one on this machine: the process, and whether it created the bucket."""

    pid: int
    began: float
    bucket_is_new: bool

    @classmethod
    def read(cls, file: Path) -> "Mark | None":
        try:
            return cls(**json.loads(file.read_text()))
        except (OSError, ValueError, TypeError):
            return None

    @property
    def is_running(self) -> bool:
        try:
            return psutil.Process(self.pid).create_time() == self.began
        except psutil.NoSuchProcess:
            return False


@dataclass(frozen=True)
class Bootstrapped:
    """Where the state is, the number of resources that were created, and whether anything changed."""

    url: str
    lock_table: str
    created: int
    changed: bool


class Bootstrap:
    """Bootstraps one environment; raises StateError and TerraformError."""

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
        """Creates what is missing, migrates the state, and plans again: that plan must be empty."""
        self._before = self._enter()
        stack, found = self._find()
        self._remove_stale_locks(found)
        self._write_mark(found, stack)
        run = self._terraform(stack.folder)
        created = 0 if found.state else self._create(run, found)
        with self._steps.step("check") as step:
            changed = self._check(run)
            step.result = "completed" if changed else "no changes"
        shutil.rmtree(self._folder)
        return Bootstrapped(self._object.url, self._account.state.lock_table, created, bool(created) or changed)

    def _enter(self) -> Mark | None:
        before = Mark.read(self._mark_file)
        if before and before.is_running:
            raise StateError(f"bootstrap of {self._environment.name} is already running: process {before.pid}")
        if left := runs.processes(self._folder.resolve()):
            raise StateError(
                f"terraform of an interrupted bootstrap is still running: process {left[0].pid}; wait for it, or end it"
            )
        return before

    def _find(self) -> tuple[StateStack, Found]:
        with self._steps.step("find") as step:
            name = self._environment.name
            shutil.rmtree(self._folder / "stacks", ignore_errors=True)
            self._folder.mkdir(parents=True, exist_ok=True)
            app.build([self._environment], self._folder, connect=False).synth()
            stack = StateStack((self._folder / "stacks" / f"{name}-state").resolve())
            own = self._before is not None and self._before.bucket_is_new
            found = Survey(self._account, stack, adopt=self._adopt or own).found()
            existing = ", ".join(sorted(found.imports.values())) or "nothing exists yet"
            step.result = f"the state is in {self._object.url}" if found.state else existing
        return stack, found

    def _remove_stale_locks(self, found: Found) -> None:
        """Removes the locks of a run that was interrupted on this machine; Terraform signs them with user@host."""
        if self._before is None or not {self._account.state.bucket, self._account.state.lock_table} <= found.names:
            return
        own = f"{getpass.getuser()}@{socket.gethostname()}"
        for lock in self._object.locks():
            if lock.who == own:
                self._object.unlock(lock.id)
                self._steps.reporter.message(f"removed the lock {lock.id} of an interrupted run ({lock.created})")

    def _write_mark(self, found: Found, stack: StateStack) -> None:
        new = stack.address("aws_s3_bucket") not in found.imports
        new = new or (self._before is not None and self._before.bucket_is_new)
        mark = Mark(os.getpid(), psutil.Process().create_time(), new)
        self._mark_file.write_text(json.dumps(asdict(mark)))

    def _terraform(self, folder: Path) -> Terraform:
        return Terraform(folder, terraform.executable(), terraform.environment(folder), graceful=True)

    def _create(self, run: Terraform, found: Found) -> int:
        """Applies with local state, then migrates it; returns the number of resources."""
        folder = run.folder
        with self._steps.step("apply") as step:
            (folder / _BACKEND).write_text(json.dumps({"terraform": {"backend": {"local": {}}}}))
            imports = [{"to": address, "id": id_} for address, id_ in found.imports.items()]
            (folder / _IMPORTS).write_text(json.dumps({"import": imports} if imports else {}))
            run.init()
            created = self._apply(run)
            step.result = f"{created} resources"
        with self._steps.step("migrate") as step:
            (folder / _IMPORTS).unlink()
            (folder / _BACKEND).unlink()
            run.init("-migrate-state", "-force-copy")
            if not self._object.exists:
                raise StateError(f"{self._object.url} has no state after terraform init -migrate-state")
            step.result = self._object.url
        return created

    def _check(self, run: Terraform) -> bool:
        """Whether something was missing; it is created."""
        run.init()
        if run.plan_is_empty():
            return False
        self._apply(run)
        return True

    def _apply(self, run: Terraform) -> int:
        plan = run.plan()
        if destroyed := [
            change["address"] for change in plan["resource_changes"] if "delete" in change["change"]["actions"]
        ]:
            raise StateError(f"bootstrap must not destroy anything, but the plan destroys {', '.join(destroyed)}")
        return run.apply(PLANNED, on_progress=self._report)

    def _report(self, progress: Progress) -> None:
        self._steps.reporter.progress(f"{progress.done} of {progress.planned} resources")


def bootstrap(environment: Environment, account: Account, steps: Steps, *, adopt: bool = False) -> Bootstrapped:
    """Bootstraps ``environment``; raises StateError if it does not create its own state store."""
    if not account.state.create:
        raise StateError(
            f"state.create of {environment.name} must be true for this command, got false: {account.state.bucket} is"
            " created elsewhere"
        )
    return Bootstrap(environment, account, steps, adopt=adopt).run()
