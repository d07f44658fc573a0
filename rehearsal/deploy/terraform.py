"""Real Terraform on a synthesized stack: its progress as it goes, its errors as it words them."""

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

from rehearsal.processes.errors import RehearsalError

_OVERRIDE: Final = "rehearsal_override.tf.json"
PLANNED: Final = "planned"
CHANGES: Final = 2  # the exit status of a plan that is not empty


class TerraformError(RehearsalError):
    """Terraform did not do what it was asked to; carries its own diagnosis."""


class Progress(NamedTuple):
    """How far an apply or a destroy is: resources done, of so many."""

    done: int
    planned: int


@dataclass(frozen=True)
class Terraform:
    """Terraform in ``folder``, where a ``cdk.tf.json`` is; ``variables`` is the whole environment it sees.

    ``program`` is Terraform's own path. A stack's JSON is never changed: ``override`` merges a file of ours over it.
    A run that is broken off is killed, or with ``patient`` asked to end, as by Ctrl-C, and waited for: what it has
    made by then is in its state.
    """

    folder: Path
    program: str
    variables: Mapping[str, str]
    patient: bool = False

    @property
    def document(self) -> dict[str, Any]:
        """The synthesized JSON."""
        parsed: dict[str, Any] = json.loads((self.folder / "cdk.tf.json").read_text())
        return parsed

    def override(self, document: Mapping[str, object]) -> None:
        """Lets Terraform merge ``document`` over the stack from here on (Terraform: override files)."""
        (self.folder / _OVERRIDE).write_text(json.dumps(document))

    def init(self, *arguments: str) -> None:
        """Backend and provider."""
        self._run("init", *arguments)

    def apply(self, *arguments: str, told: Callable[[Progress], None] | None = None) -> int:
        """Applies without asking; how many resources there are now."""
        self._stream(["apply", "-auto-approve", "-json", *arguments], told)
        return len(self.resources())

    def destroy(self, *, told: Callable[[Progress], None] | None = None) -> None:
        self._stream(["destroy", "-auto-approve", "-json"], told)

    def plan(self) -> dict[str, Any]:
        """What an apply of ``PLANNED`` would do (Terraform: JSON output format, plan representation)."""
        self._run("plan", f"-out={PLANNED}")
        shown: dict[str, Any] = json.loads(self._run("show", "-json", PLANNED).stdout)
        return shown

    def plan_is_empty(self) -> bool:
        """Whether another apply would change nothing."""
        return self._run("plan", "-detailed-exitcode", "-lock=false", accept=(0, CHANGES)).returncode == 0

    def push(self, file: str) -> None:
        """Makes ``file`` the state, under its lock."""
        self._run("state", "push", file)

    def unlock(self, lock: str) -> None:
        """Takes away the lock with this id, which a killed run has left."""
        self._run("force-unlock", "-force", lock)

    def resources(self) -> list[str]:
        """The addresses in the state, without data sources."""
        listed = self._run("state", "list").stdout.splitlines()
        return [address for address in listed if not address.startswith("data.")]

    @contextmanager
    def _process(self, arguments: list[str], *, stderr: int) -> "Iterator[subprocess.Popen[str]]":
        """A run without questions; it ends with the block, whatever ends that."""
        process = subprocess.Popen(
            [self.program, *arguments, *([] if "-json" in arguments else ["-no-color"])],
            cwd=self.folder,
            env={**self.variables, "TF_IN_AUTOMATION": "1", "TF_INPUT": "0"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
            start_new_session=self.patient,  # a second interrupt, the terminal's, would end it at once
        )
        try:
            yield process
        finally:
            self._end(process)

    def _end(self, process: "subprocess.Popen[str]") -> None:
        """Of a process that runs yet; its output is read on, or it would never end."""
        if process.poll() is not None:
            return
        if self.patient:
            process.send_signal(signal.SIGINT)
            with suppress(KeyboardInterrupt):
                process.communicate()
        process.kill()
        process.wait()

    def _run(self, *arguments: str, accept: tuple[int, ...] = (0,)) -> subprocess.CompletedProcess[str]:
        with self._process(list(arguments), stderr=subprocess.PIPE) as process:
            output, errors = process.communicate()
        if process.returncode not in accept:
            said = re.sub(r"[╷│╵] ?", "", errors or output).strip()
            raise TerraformError(f"terraform {arguments[0]} must succeed in {self.folder.name}, got:\n{said}")
        return subprocess.CompletedProcess(process.args, process.returncode, output, errors)

    def _stream(self, arguments: list[str], told: Callable[[Progress], None] | None) -> None:
        """Runs with machine-readable output (Terraform: machine-readable UI)."""
        with self._process(arguments, stderr=subprocess.STDOUT) as process:
            errors = list(_errors(process, told or (lambda _: None)))
            status = process.wait()
        if status:
            said = "\n".join(errors) or f"exit status {status}"
            raise TerraformError(f"terraform {arguments[0]} must succeed in {self.folder.name}, got:\n{said}")


def _errors(process: "subprocess.Popen[str]", told: Callable[[Progress], None]) -> Iterator[str]:
    """The errors that a run reports, while ``told`` hears how far it is."""
    done = planned = 0
    for line in process.stdout or ():
        event = _event(line)
        kind = event.get("type")
        if kind == "planned_change" or kind == "apply_complete":
            planned += kind == "planned_change"
            done += kind == "apply_complete" and event["hook"]["action"] != "read"
            told(Progress(done, planned))
        elif kind == "diagnostic" and event["@level"] == "error":
            yield _worded(event["diagnostic"])
        elif not event:
            yield line.rstrip()


def _event(line: str) -> dict[str, Any]:
    try:
        event: dict[str, Any] = json.loads(line)
    except ValueError:  # a crash of Terraform or of its provider is not JSON
        return {}
    return event


def _worded(diagnostic: Mapping[str, Any]) -> str:
    address = f"{diagnostic['address']}: " if diagnostic.get("address") else ""
    detail = f"\n  {diagnostic['detail'].strip()}" if diagnostic.get("detail") else ""
    return f"{address}{diagnostic['summary']}{detail}"


def environment(base: Mapping[str, str], *, url: str, region: str) -> dict[str, str]:
    """``base`` without any account's credentials, and with everything led to the embedded AWS at ``url``.

    AWS_ENDPOINT_URL is honoured by the provider and by the S3 backend.
    """
    kept = {key: value for key, value in base.items() if not key.startswith("AWS_")}
    nowhere = os.devnull
    return kept | {
        "AWS_ENDPOINT_URL": url,
        "AWS_REGION": region,
        "AWS_ACCESS_KEY_ID": "rehearsal",
        "AWS_SECRET_ACCESS_KEY": "rehearsal",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": nowhere,
        "AWS_SHARED_CREDENTIALS_FILE": nowhere,
    }
