"""A server that hangs is reported while it hangs, with its last line, and no longer."""

import sys
import time
from collections.abc import Callable
from pathlib import Path
from threading import Event

import pytest

from rehearsal.aws.backends import ServerError
from rehearsal.kafka.waiting import Waiting
from rehearsal.processes import waits
from rehearsal.processes.background import Background
from rehearsal.processes.programs import Program, ProgramError
from rehearsal.processes.waits import Waits

HANGS = "import time; print('INFO starting'); print('WARN waiting for the quorum', flush=True); time.sleep(600)"

BUSY = "import time\nwhile True: print('INFO no answer of b-1', flush=True); time.sleep(0.05)"


def until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def described(what: str) -> list[str]:
    return [line for line in waits.CURRENT.long(after=0) if line.startswith(f"{what}: ")]


def test_only_long_waits_are_reported() -> None:
    found = Waits()
    with found.waiting("b-1", seconds=180, last_line=lambda: "INFO starting"):
        assert found.long() == []
        time.sleep(0.06)
        assert found.long(after=0.05) == ["b-1: no answer for 0 s, of at most 180 s; last: INFO starting"]
    assert found.long(after=0) == []


def test_the_last_line_is_one_printable_line() -> None:
    found = Waits()
    with found.waiting("b-1", seconds=1, last_line=lambda: "a\x1b[31m\nb" + "c" * 1000):
        [line] = found.long(after=-1)
    assert line.endswith("last: a [31m b" + "c" * 292)
    with found.waiting("b-1", seconds=1, last_line=str):
        [line] = found.long(after=-1)
    assert line.endswith("last: no output")


def test_a_wait_that_fails_is_over() -> None:
    found = Waits()
    with pytest.raises(KeyError), found.waiting("b-1", seconds=1, last_line=str):
        raise KeyError
    assert found.long(after=-1) == []


def test_a_program_that_hangs_is_reported_until_the_wait_ends(tmp_path: Path) -> None:
    with Program("hanging", [sys.executable, "-c", HANGS], folder=tmp_path) as program:
        until(lambda: "quorum" in program.tail())
        wait: Background[None] = Background(lambda: program.wait_until(lambda: None, seconds=1))
        until(lambda: described("hanging"))
        assert described("hanging")[0].endswith("of at most 1 s; last: WARN waiting for the quorum")
        with pytest.raises(ProgramError, match="hanging was not ready within 1 s"):
            wait.result()
    assert described("hanging") == []


def test_nodes_that_hang_are_reported(tmp_path: Path) -> None:
    """Of the nodes, the one that has logged nothing for longest."""
    stopped, waiting = Event(), Waiting("orders")
    busy = Program("z-1", [sys.executable, "-c", BUSY], folder=tmp_path)
    with Program("b-1", [sys.executable, "-c", HANGS], folder=tmp_path) as program, busy:
        until(lambda: "quorum" in program.tail() and busy.tail().count("INFO") > 2)
        wait = Background(lambda: waiting.until(stopped.is_set, [busy, program], "it answered"))
        until(lambda: described("orders"))
        assert described("orders")[0].endswith("of at most 180 s; last: b-1: WARN waiting for the quorum")
        waiting.stop()
        with pytest.raises(ServerError):
            wait.result()
    assert described("orders") == []
