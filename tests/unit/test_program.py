"""A signal ends a command at any moment, with the status that a shell gives it and without a traceback."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.places import ROOT

# Reads its standard input, which never ends here.
CDC = ("from cdc.start import cdc as run", "plan-guard", "-")
SYNTH = (
    "import runpy\ndef run(): runpy.run_path('main.py', run_name='__main__')",
    "environments/prod.yaml",
)
COMMANDS = {"cdc": CDC, "synthesis": SYNTH}
BEGUN = b"begun\n"
ALL = [(name, pause) for name in COMMANDS for pause in (0, 0.05, 0.1, 0.25, 0.5)]


class Started:
    """A command whose first import has begun: until then Python itself starts."""

    def __init__(self, source: str, *arguments: str, folder: Path, ignored: bool = False) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", f"import os, sys\nos.write(1, {BEGUN!r})\n{source}\nsys.exit(run())", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(folder)},
            preexec_fn=_ignore if ignored else None,
        )
        assert self.process.stdout
        assert self.process.stdout.readline() == BEGUN

    def ended_by(self, number: signal.Signals) -> tuple[int, str]:
        """Exit status and stderr."""
        self.process.send_signal(number)
        return self.end()

    def end(self) -> tuple[int, str]:
        try:
            _, errors = self.process.communicate(timeout=20)
        finally:
            self.process.kill()
        return self.process.returncode, errors.decode()


def _ignore() -> None:
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)


def program(body: str, *, before: str = "") -> str:
    """A command that prints "here" in its main function."""
    return f"""
import time
from modules import program
def main():
    {body}
def imported():
    {before}
    return main
def run(): return program.run(imported)
"""


# A signal between two statements does not interrupt the sleep that begins after it: none is long.
SLEEPS = "[time.sleep(0.1) for _ in range(200)]"
PRINTS = "print('here', flush=True); "


@pytest.mark.parametrize(("name", "pause"), ALL)
def test_ctrl_c_at_any_moment(name: str, pause: float, tmp_path: Path) -> None:
    started = Started(f"import modules.program\n{COMMANDS[name][0]}", *COMMANDS[name][1:], folder=tmp_path)
    time.sleep(0.05 + pause)  # Python's own modules first
    assert started.ended_by(signal.SIGINT) == (130, "")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP], ids=lambda number: number.name)
@pytest.mark.parametrize("name", COMMANDS)
def test_other_signals_are_like_ctrl_c(name: str, number: signal.Signals, tmp_path: Path) -> None:
    started = Started(f"import modules.program\n{COMMANDS[name][0]}", *COMMANDS[name][1:], folder=tmp_path)
    time.sleep(0.4)
    assert started.ended_by(number) == (128 + number, "")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda number: number.name)
def test_a_command_cleans_up_before_it_ends(number: signal.Signals, tmp_path: Path) -> None:
    body = f"try: {PRINTS}{SLEEPS}\n    finally: print('clean', file=sys.stderr)"
    started = Started(program(body), folder=tmp_path)
    _here(started)
    assert started.ended_by(number) == (128 + number, "clean\n")


@pytest.mark.parametrize("swallows", [f"try: {SLEEPS}\n    except BaseException: pass", SLEEPS])
def test_what_is_imported_cannot_swallow_it(swallows: str, tmp_path: Path) -> None:
    started = Started(program("return 0", before=f"{PRINTS}\n    {swallows}"), folder=tmp_path)
    _here(started)
    assert started.ended_by(signal.SIGINT) == (130, "")


def test_an_exit_is_interrupted_without_a_traceback(tmp_path: Path) -> None:
    body = f"import threading; threading.Thread(target=time.sleep, args=(20,)).start(); {PRINTS}\n    return 0"
    started = Started(program(body), folder=tmp_path)
    _here(started)
    time.sleep(0.2)
    assert started.ended_by(signal.SIGINT) == (130, "")


def test_an_ignored_signal_stays_ignored(tmp_path: Path) -> None:
    started = Started(program(f"{PRINTS}time.sleep(0.5)\n    return 3"), folder=tmp_path, ignored=True)
    _here(started)
    for number in (signal.SIGINT, signal.SIGHUP):
        started.process.send_signal(number)
    assert started.end() == (3, "")


def test_the_commands_are_installed_so() -> None:
    text = (ROOT / "pyproject.toml").read_text()
    assert 'cdc = "cdc.start:cdc"' in text
    assert 'cdktf = "cdc.start:cdktf"' in text


def _here(started: Started) -> None:
    assert started.process.stdout
    assert started.process.stdout.readline() == b"here\n"


@pytest.mark.parametrize(
    "arguments",
    [["check", "prod"], ["explain", "snapshot.mode"], ["--help"], ["artifacts", "list", "--json"]],
    ids=" ".join,
)
def test_output_to_a_full_disk(arguments: list[str]) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "cdc.cli", *arguments], stdout=full, stderr=subprocess.PIPE, cwd=ROOT, check=False
        )
    assert (done.returncode, done.stderr.decode()) == (1, "stdout: cannot be written: no space left on device\n")


def test_errors_to_a_full_disk() -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run([sys.executable, "main.py", "none.yaml"], stdout=full, stderr=full, cwd=ROOT, check=False)
    assert done.returncode == 1


def test_a_reader_that_has_enough() -> None:
    shell = f"{sys.executable} -m cdc.cli explain snapshot.mode | head -1"
    done = subprocess.run(["bash", "-c", shell], capture_output=True, cwd=ROOT, check=False)
    assert done.stdout.decode() == "snapshot.mode: a property of Debezium's MySQL connector\n"
    assert done.stderr == b""
