"""Child processes: their log, waiting until they are ready, and that they are stopped at the end."""

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
    return Program("python", [sys.executable, "-c", code], folder=folder, env=variables or None)


def up(program: Program) -> bool | None:
    return "up" in program.tail() or None


def test_a_program_is_killed_at_the_end_of_the_block(tmp_path: Path) -> None:
    with python(WAITS, tmp_path) as program:
        assert program.wait_until(lambda: up(program))
        pid = program.pid
        assert program.running
        assert program.exit_status is None
    assert not program.running
    assert pid
    assert not psutil.pid_exists(pid)


def test_it_stays_in_our_process_group(tmp_path: Path) -> None:
    with python("import os; print(os.getpgrp(), 'up', flush=True); import time; time.sleep(600)", tmp_path) as program:
        program.wait_until(lambda: up(program))
        assert program.tail().split()[0] == str(os.getpgrp())


@pytest.mark.parametrize(("code", "status"), [(ORDERLY, 7), (DEAF, -9)])
def test_stop_sends_sigterm_first(tmp_path: Path, code: str, status: int) -> None:
    with python(code, tmp_path) as program:
        program.wait_until(lambda: up(program))
        program.stop(seconds=20 if status == 7 else 0.2)
        assert program.exit_status == status


def test_stop_and_kill_of_one_that_never_started(tmp_path: Path) -> None:
    program = python(WAITS, tmp_path)
    program.stop()
    program.kill()
    assert (program.pid, program.exit_status, program.tail()) == (None, None, "")


def test_a_second_start_appends_to_the_log(tmp_path: Path) -> None:
    program = python("print('up')", tmp_path)
    for _ in range(2):
        program.start()
        with pytest.raises(ProgramError, match="exited with status 0"):
            program.wait_until(lambda: None)
    assert program.tail() == "up\nup"


def test_a_running_program_is_not_started_again(tmp_path: Path) -> None:
    with python(WAITS, tmp_path) as program:
        pid = program.pid
        assert program.start().pid == pid


def test_the_error_has_the_exit_status_and_the_log(tmp_path: Path) -> None:
    with (
        python("raise SystemExit('no such table')", tmp_path) as program,
        pytest.raises(ProgramError, match="python exited with status 1:\nno such table"),
    ):
        program.wait_until(lambda: None)


def test_waiting_times_out(tmp_path: Path) -> None:
    with (
        python(WAITS, tmp_path) as program,
        pytest.raises(ProgramError, match="python was not ready within 0 s"),
    ):
        program.wait_until(lambda: None, seconds=0.1)


def test_waiting_returns_the_first_result(tmp_path: Path) -> None:
    answers = iter([None, 0])
    with python(WAITS, tmp_path) as program:
        assert program.wait_until(lambda: next(answers)) == 0


def test_it_has_no_other_environment_variables(tmp_path: Path) -> None:
    with python("import os; print(sorted(set(os.environ) - {'LC_CTYPE'}))", tmp_path, ONLY="1") as program:
        with pytest.raises(ProgramError, match="exited with status 0"):
            program.wait_until(lambda: None)
        assert program.tail() == "['ONLY']"


def test_tail_is_the_end_of_the_log(tmp_path: Path) -> None:
    program = python(WAITS, tmp_path)
    program.log.write_bytes(b"first\n\xff second\nthird\n")
    assert program.tail(2) == "\ufffd second\nthird"
