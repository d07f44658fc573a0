"""How a run is spread over processes, in what order, what is quick, and where the time went.

``SEED=1 pytest`` runs in the random order of that seed: groups, files within a group, and tests within a file.
"""

import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path
from random import Random
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage
from typing import Any, Final

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

# What starts servers or Terraform, by the start of its path below tests/. Each row runs in one process, whose servers
# its tests share; the row that takes longest begins first. Everything else is quick: each of its files is a row.
ROWS: Final = (
    ("delivery/test_cdktf.py", "delivery/test_recovery.py", "delivery/test_atlantis_apply.py"),
    ("rehearsal/pipeline/",),
    ("rehearsal/test_command.py", "rehearsal/test_full_disk.py"),
    ("rehearsal/kept/",),
    ("delivery/test_bootstrap.py",),
    ("rehearsal/iam/test_permissions.py",),
    ("cdc/plans/",),
    ("terraform/", "policies/"),
    ("delivery/hcp/",),
    ("rehearsal/connect/",),
    ("delivery/test_atlantis.py",),
    ("delivery/exit/",),
    ("rehearsal/iam/test_extension.py", "rehearsal/iam/test_jar.py", "rehearsal/iam/test_client_signatures.py"),
    ("cdc/deep/", "cdc/definitions/"),
    ("rehearsal/kafka/",),
    ("rehearsal/plugin/",),
    ("rehearsal/events/", "cdc/operate/running/"),
    ("rehearsal/database/", "cdc/preflight/"),
    ("rehearsal/aws/test_terraform.py", "rehearsal/aws/test_lost_answers.py"),
    ("cdc/deep/", "cdc/definitions/test_generated.py"),
    ("rehearsal/processes/test_java.py", "rehearsal/processes/test_compiler.py"),
)
QUICK: Final = len(ROWS)
# Of the quick ones, those that take longest.
BEFORE_OTHERS: Final = ("tests/unit/synthesis/test_bindings.py", "tests/cdc/plugin/test_commands.py")
SEED: Final = "SEED"
BEGAN: Final = "GATE_BEGAN"  # when make began, in seconds since 1970
SHOWN: Final = 15
PROGRAMS: Final = ("java", "mysqld", "terraform")
# Go's collector runs at a hundred per cent growth of the heap: each start of the provider would run it dozens of times.
GARBAGE: Final = {"GOGC": "400"}


@cache
def row(file: str) -> int:
    """The place of a file's row, from ``QUICK`` on that of a quick file."""
    found = (place for place, paths in enumerate(ROWS) if file.startswith(tuple(f"tests/{path}" for path in paths)))
    return next(found, QUICK + (file not in BEFORE_OTHERS))


def file_of(nodeid: str) -> str:
    return nodeid.partition("::")[0]


class ByRow(LoadScopeScheduling):  # type: ignore[misc]
    """A row of tests is one piece of work."""

    def _split_scope(self, nodeid: str) -> str:
        place = row(file := file_of(nodeid))
        return file if place >= QUICK else str(place)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByRow:
    config.option.loadscopereorder = False  # by the number of tests
    return ByRow(config, log)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "quick: starts no server and no Terraform")
    os.environ |= {name: value for name, value in GARBAGE.items() if name not in os.environ}
    if config.option.markexpr == "quick":
        sys.addaudithook(_stay_quick)
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Times())


def _stay_quick(event: str, arguments: tuple[Any, ...]) -> None:
    """Refuses to start what is not quick; a test's own script under such a name may run."""
    if event != "subprocess.Popen":
        return
    program = Path(os.fsdecode(arguments[0]))
    if program.name in PROGRAMS and not program.is_relative_to(tempfile.gettempdir()):
        raise AssertionError(f"a quick test must not start {program.name}: add its file to ROWS in tests/gate.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if row(file_of(item.nodeid)) >= QUICK:
            item.add_marker(pytest.mark.quick)
    if seed := os.environ.get(SEED):
        place = _places(seed)
        items.sort(key=lambda item: (place(file_of(item.nodeid)), place(item.nodeid)))
    items.sort(key=lambda item: row(file_of(item.nodeid)))


def _places(seed: str) -> Callable[[str], float]:
    """One random number a name: the same in every process, and in a run of some files alone."""
    return cache(lambda name: Random(f"{seed} {name}").random())


class Times:
    """The seconds that each file took, over all processes."""

    def __init__(self) -> None:
        self._files: Counter[str] = Counter()
        self._began = float(os.environ.get(BEGAN) or time.time())

    def pytest_report_header(self) -> str:
        seed = os.environ.get(SEED)
        return f"order: random; for the same again: {SEED}={seed}" if seed else "order: as written"

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._files[file_of(report.nodeid)] += round(report.duration * 1000)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        whole, processor = time.time() - self._began, sum(sum(_used(who)) for who in (RUSAGE_SELF, RUSAGE_CHILDREN))
        total = sum(self._files.values()) / 1000
        terminalreporter.section("where the time went")
        for file, took in self._files.most_common(SHOWN):
            if took >= 1000:
                terminalreporter.write_line(f"{took / 1000:7.0f} s  {file}")
        seed = os.environ.get(SEED)
        terminalreporter.write_line(f"{total:7.0f} s  of tests; {_clock(processor)} of processor time")
        terminalreporter.write_line(f"{_clock(whole):>9}  from the beginning{f', {SEED}={seed}' if seed else ''}")


def _used(who: int) -> tuple[float, float]:
    """User's and system's seconds, of what has ended only where ``who`` are children."""
    used = getrusage(who)
    return used.ru_utime, used.ru_stime


def _clock(seconds: float) -> str:
    return f"{round(seconds) // 60}:{round(seconds) % 60:02d}"
