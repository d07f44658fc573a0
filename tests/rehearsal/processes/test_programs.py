"""Child processes: their log, what is waited for, and that they are gone at the end."""

import os
import sys
from pathlib import Path

import psutil
import pytest

from rehearsal.processes.programs import Program, ProgramError

WAITS = "import time; print('up', flush=True); time.sleep(600)"
DEAF = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + WAITS
ORDERLY = "import signal, sys; signal.signal(signal.SIGTERM, lambda *_: sys.exit(7)); " + WAITS


def python(code: str, folder: Path, **variables: str) -> Program:
    return Program("python", [sys.executable, "-c", code], folder=folder, variables=variables or None)


def up(program: Program) -> bool | None:
    return "up" in program.tail() or None


def test_a_program_is_gone_when_the_block_is_left(tmp_path: Path) -> None:
    with python(WAITS, tmp_path) as program:
        assert program.until(lambda: up(program))
        pid = program.pid
        assert program.running
        assert program.exit_status is None
    assert not program.running
    assert pid
    assert not psutil.pid_exists(pid)


def test_it_stays_in_our_process_group(tmp_path: Path) -> None:
    with python("import os; print(os.getpgrp(), 'up', flush=True); import time; time.sleep(600)", tmp_path) as program:
        program.until(lambda: up(program))
        assert program.tail().split()[0] == str(os.getpgrp())


@pytest.mark.parametrize(("code", "status"), [(ORDERLY, 7), (DEAF, -9)])
def test_stop_asks_first(tmp_path: Path, code: str, status: int) -> None:
    with python(code, tmp_path) as program:
        program.until(lambda: up(program))
        program.stop(seconds=20 if status == 7 else 0.2)
        assert program.exit_status == status


def test_stop_and_kill_of_one_that_never_started(tmp_path: Path) -> None:
    program = python(WAITS, tmp_path)
    program.stop()
    program.kill()
    assert (program.pid, program.exit_status, program.tail()) == (None, None, "")


def test_started_anew_it_goes_on_in_its_log(tmp_path: Path) -> None:
    with python("print('up')", tmp_path) as program:
        for _ in range(2):
            program.start()
            with pytest.raises(ProgramError, match="got exit status 0"):
                program.until(lambda: None)
        assert program.tail() == "up\nup"


def test_one_that_runs_is_left_alone(tmp_path: Path) -> None:
    with python(WAITS, tmp_path) as program:
        pid = program.pid
        assert program.start().pid == pid


def test_until_tells_why_it_ended(tmp_path: Path) -> None:
    with (
        python("raise SystemExit('no such table')", tmp_path) as program,
        pytest.raises(ProgramError, match="python must be running, got exit status 1:\nno such table"),
    ):
        program.until(lambda: None)


def test_until_tells_that_it_is_late(tmp_path: Path) -> None:
    with (
        python(WAITS, tmp_path) as program,
        pytest.raises(ProgramError, match="python must be ready within 0 s"),
    ):
        program.until(lambda: None, seconds=0.1)


def test_until_gives_the_first_answer(tmp_path: Path) -> None:
    answers = iter([None, 0])
    with python(WAITS, tmp_path) as program:
        assert program.until(lambda: next(answers)) == 0


def test_its_variables_are_all_that_it_has(tmp_path: Path) -> None:
    with python("import os; print(sorted(set(os.environ) - {'LC_CTYPE'}))", tmp_path, ONLY="1") as program:
        with pytest.raises(ProgramError, match="exit status 0"):
            program.until(lambda: None)
        assert program.tail() == "['ONLY']"


def test_tail_is_the_end_of_the_log(tmp_path: Path) -> None:
    program = python(WAITS, tmp_path)
    program.log.write_bytes(b"first\n\xff second\nthird\n")
    assert program.tail(2) == "\ufffd second\nthird"
