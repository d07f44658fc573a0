"""Runs real Terraform in a synthesized stack, and reports its progress and its errors."""

import json
import os
import re
import signal
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

from rehearsal.aws.access import AwsAccess
from rehearsal.processes.errors import RehearsalError

_OVERRIDE: Final = "rehearsal_override.tf.json"
_GARBAGE: Final = "400"
PLANNED: Final = "planned"
_RETIREMENT: Final = "retirement"  # the plan of a destroy
CHANGES: Final = 2  # the exit status of a plan that is not empty


class TerraformError(RehearsalError):
    """A Terraform command failed; the message has Terraform's own diagnostics."""


class Progress(NamedTuple):
    """How far an apply or a destroy is, in resources.

    ``finished`` is the address of the newest, empty for none; ``pending`` are those that have not finished.
    """

    done: int
    planned: int
    finished: str = ""
    pending: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Terraform:
    """Terraform in ``folder``, which has a ``cdk.tf.json``; ``variables`` are its whole environment.

    ``executable`` is Terraform's path. The stack's JSON is never changed: ``override`` writes a file that Terraform
    merges over it. A run that is interrupted is killed. With ``graceful`` it gets an interrupt, as by Ctrl-C, and is
    waited for, so that its state has every resource that it created. ``parallelism`` is Terraform's, by default 10.
    """

    folder: Path
    executable: str
    env: Mapping[str, str]
    graceful: bool = False
    parallelism: int | None = None

    @property
    def document(self) -> dict[str, Any]:
        """The synthesized JSON."""
        parsed: dict[str, Any] = json.loads((self.folder / "cdk.tf.json").read_text())
        return parsed

    def override(self, document: Mapping[str, object]) -> None:
        """Terraform merges ``document`` over the stack from here on (Terraform: override files)."""
        (self.folder / _OVERRIDE).write_text(json.dumps(document))

    def init(self, *arguments: str) -> None:
        """Initializes backend and provider."""
        self._run("init", *arguments)

    def apply(self, *arguments: str, on_progress: Callable[[Progress], None] | None = None) -> int:
        """Applies without approval; the number of resources that were created, changed or deleted."""
        return self._stream(["apply", *self._limits, "-auto-approve", "-json", *arguments], on_progress)

    def plan_destroy(self) -> None:
        """Plans the destroy of every resource in the state as it is; call it after a plan that was empty."""
        self._run("plan", *self._limits, "-destroy", "-refresh=false", f"-out={_RETIREMENT}")

    def destroy(self, *, on_progress: Callable[[Progress], None] | None = None) -> None:
        """Applies what ``plan_destroy`` has planned; raises TerraformError where the state has changed since."""
        self._stream(["apply", *self._limits, "-json", _RETIREMENT], on_progress)

    def plan(self) -> dict[str, Any]:
        """Writes a plan to ``PLANNED``; its JSON (Terraform: JSON output format, plan representation)."""
        self._run("plan", *self._limits, f"-out={PLANNED}")
        shown: dict[str, Any] = json.loads(self._run("show", "-json", PLANNED).stdout)
        return shown

    def plan_is_empty(self) -> bool:
        """Whether another apply would change nothing."""
        plan = ("plan", *self._limits, "-detailed-exitcode", "-lock=false")
        return self._run(*plan, exit_statuses=(0, CHANGES)).returncode == 0

    def push(self, file: str) -> None:
        """Replaces the state by ``file``, with the state locked."""
        self._run("state", "push", file)

    def unlock(self, lock: str) -> None:
        """Removes the lock with this id, which a killed run left."""
        self._run("force-unlock", "-force", lock)

    def resources(self) -> list[str]:
        """The addresses of the resources in the state."""
        listed = self._run("state", "list").stdout.splitlines()
        return [address for address in listed if not address.startswith("data.")]

    @property
    def _limits(self) -> tuple[str, ...]:
        return (f"-parallelism={self.parallelism}",) if self.parallelism else ()

    @contextmanager
    def _process(self, arguments: list[str], *, stderr: int) -> "Iterator[subprocess.Popen[str]]":
        """A run without prompts; it ends with the block, also when the block raises."""
        process = subprocess.Popen(
            [self.executable, *arguments, *([] if "-json" in arguments else ["-no-color"])],
            cwd=self.folder,
            env={**self.env, "TF_IN_AUTOMATION": "1", "TF_INPUT": "0"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
            start_new_session=self.graceful,  # the terminal's own interrupt would be the second, which kills at once
        )
        try:
            yield process
        finally:
            self._end(process)

    def _end(self, process: "subprocess.Popen[str]") -> None:
        """Stops a process that still runs; its output is read to the end, or it would block."""
        if process.poll() is not None:
            return
        if self.graceful:
            process.send_signal(signal.SIGINT)
            with suppress(KeyboardInterrupt):
                process.communicate()
        process.kill()
        process.wait()

    def _run(self, *arguments: str, exit_statuses: tuple[int, ...] = (0,)) -> subprocess.CompletedProcess[str]:
        with self._process(list(arguments), stderr=subprocess.PIPE) as process:
            output, errors = process.communicate()
        if process.returncode not in exit_statuses:
            diagnostics = re.sub(r"[╷│╵] ?", "", errors or output).strip()
            raise TerraformError(f"terraform {arguments[0]} failed in {self.folder.name}:\n{diagnostics}")
        return subprocess.CompletedProcess(process.args, process.returncode, output, errors)

    def _stream(self, arguments: list[str], on_progress: Callable[[Progress], None] | None) -> int:
        """Runs with machine-readable output (Terraform: machine-readable UI); the number of finished resources."""
        seen = Progress(0, 0)

        def note(progress: Progress) -> None:
            nonlocal seen
            seen = progress
            if on_progress:
                on_progress(progress)

        with self._process(arguments, stderr=subprocess.STDOUT) as process:
            errors = list(_errors(process, note))
            status = process.wait()
        if status:
            diagnostics = "\n".join(errors) or f"exit status {status}"
            raise TerraformError(f"terraform {arguments[0]} failed in {self.folder.name}:\n{diagnostics}")
        return seen.done


def _errors(process: "subprocess.Popen[str]", on_progress: Callable[[Progress], None]) -> Iterator[str]:
    """The errors that a run reports; ``on_progress`` is called for every resource."""
    done, planned, pending = 0, 0, set[str]()
    for line in process.stdout or ():
        event = _event(line)
        kind = event.get("type")
        if kind == "planned_change":
            planned += 1
            pending.add(event["change"]["resource"]["addr"])
            on_progress(Progress(done, planned, pending=frozenset(pending)))
        elif kind == "apply_complete":
            done += event["hook"]["action"] != "read"
            finished = event["hook"]["resource"]["addr"]
            pending.discard(finished)
            on_progress(Progress(done, planned, finished, frozenset(pending)))
        elif kind == "diagnostic" and event["@level"] == "error":
            yield _diagnostic_text(event["diagnostic"])
        elif not event:
            yield line.rstrip()


def _event(line: str) -> dict[str, Any]:
    try:
        event: dict[str, Any] = json.loads(line)
    except ValueError:  # a crash of Terraform or of its provider is not JSON
        return {}
    return event


def _diagnostic_text(diagnostic: Mapping[str, Any]) -> str:
    address = f"{diagnostic['address']}: " if diagnostic.get("address") else ""
    detail = f"\n  {diagnostic['detail'].strip()}" if diagnostic.get("detail") else ""
    return f"{address}{diagnostic['summary']}{detail}"


def embedded_env(base: Mapping[str, str], *, aws: AwsAccess, region: str) -> dict[str, str]:
    """``base`` without any account's credentials, and with the embedded ``aws`` as the only endpoint.

    The provider and the S3 backend honour AWS_ENDPOINT_URL. Go's collector runs at 400 instead of 100 per cent growth
    of the heap: each start of the provider would run it dozens of times.
    """
    kept = {key: value for key, value in base.items() if not key.startswith("AWS_")}
    nowhere = os.devnull
    return (
        {"GOGC": _GARBAGE}
        | kept
        | {
            **aws.variables,
            "AWS_REGION": region,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": nowhere,
            "AWS_SHARED_CREDENTIALS_FILE": nowhere,
        }
    )
