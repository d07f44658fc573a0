"""Accidents of Terraform runs: they are stopped at a chosen request, killed, or continued."""

import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from tests.account import Account

_LONGEST = 120.0


def until(condition: Callable[[], bool], *, what: str) -> None:
    deadline = time.monotonic() + _LONGEST
    while not condition():
        assert time.monotonic() < deadline, f"timed out waiting for {what}"
        time.sleep(0.1)


@contextmanager
def held(
    command: list[str],
    account: Account,
    service: str,
    operation: str,
    *,
    folder: Path,
    variables: dict[str, str],
    skip: int = 0,
) -> Iterator["subprocess.Popen[str]"]:
    """A run that waits for the answer of a request that has taken effect; the block continues or kills it."""
    account.hold(service, operation, skip=skip)
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=variables,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        until(lambda: account.holds() or process.poll() is not None, what=f"{service} {operation}")
        assert process.poll() is None, process.stdout and process.stdout.read()
        yield process
    finally:
        account.release()
        if process.poll() is None:
            kill(process)


def kill(process: "subprocess.Popen[str]") -> None:
    """Kills the process and its children at once, as a power failure does."""
    whole = psutil.Process(process.pid)
    for one in [*whole.children(recursive=True), whole]:
        with suppress(psutil.NoSuchProcess):
            one.kill()
    process.wait()
