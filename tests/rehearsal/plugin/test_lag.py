"""The transform that measures the lag: any record passes, and the line has what metric filters read."""

import re
import subprocess
import time
from pathlib import Path

import pytest

from cdc.plugin import lag
from modules.archive.manifest import read
from modules.archive.zips import open_archive
from modules.artifacts.lock import load
from modules.monitoring.worker_metrics import lag_pattern
from rehearsal.aws.automation.filter_patterns import FilterPattern
from rehearsal.processes import compiler, pinned_files
from rehearsal.processes.java import Jvm
from tests.rehearsal.plugin import parts

RECORDS = Path(__file__).parent / "lag"
CONNECTOR = "shop-cdc"
ROWS_PER_SECOND = 35_000  # the fastest pipeline that was measured here


@pytest.fixture(scope="module")
def output(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    pins = load()
    paths = parts.fetched(pinned_files.files(pins, pinned_files.CONNECT, pinned_files.COMPILER))
    [ecj] = pinned_files.jars(pins, pinned_files.COMPILER, paths)
    libraries = pinned_files.jars(pins, pinned_files.CONNECT, paths)
    made = lag.part(compiler=ecj, libraries=libraries).path
    records = compiler.jar("lag-records", RECORDS, compiler=ecj, libraries=[made, *libraries])
    command = Jvm("cdc.LagRecords", [made, records, *libraries], heap=64).command(folder=tmp_path_factory.mktemp("lag"))
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout.splitlines()


@pytest.mark.parametrize(
    ("kind", "committed"),
    [
        ("change", 1000),
        ("without-time", 5000),
        ("transaction", 3000),
        ("tombstone", 2000),
        ("schemaless", 2000),
        ("text", 2000),
        ("notification", 0),
        ("no-offset", 0),
    ],
)
def test_any_record_passes_and_says_when_it_was_committed(output: list[str], kind: str, committed: int) -> None:
    assert f"{kind} true {committed}" in output


def test_a_heartbeat_counts_as_of_now_but_for_what_debezium_is_behind(output: list[str]) -> None:
    [heartbeat] = [int(line.split()[2]) for line in output if line.startswith("heartbeat ")]
    assert abs(time.time() * 1000 - heartbeat) < 120_000
    [behind] = [int(line.split()[2]) for line in output if line.startswith("catching-up ")]
    assert behind == 7200_000


def test_it_costs_less_than_a_hundredth_of_the_time_that_a_record_takes(output: list[str]) -> None:
    [nanoseconds] = [int(line.split()[2]) for line in output if line.startswith("nanoseconds ")]
    assert nanoseconds < 1e9 / ROWS_PER_SECOND / 100


def test_its_thread_ends_with_the_task(output: list[str]) -> None:
    assert output[-2:] == ["threads true 1", "closed true 0"]


def test_the_line_is_as_the_metric_filter_reads_it(output: list[str]) -> None:
    pattern = FilterPattern(lag_pattern(CONNECTOR))
    lines = [line for line in output if " cdc-lag " in line]
    assert lines
    found = [pattern.fields(f"[Worker-0bb8afa0b01391c41] {line}") for line in lines]
    assert None not in found
    assert re.fullmatch(r"9\d\.\d", (found[-1] or {})["seconds"]), "90 seconds late"


def test_it_is_some_kilobytes_of_the_zip_in_java_of_the_oldest_worker(built: Path) -> None:
    [name] = [name for name in open_archive(built).files if name.endswith("/cdc-lag.jar")]
    assert len(open_archive(built).read(name)) < 10_000
    manifest = read(built)
    assert manifest
    assert "cdc.Lag" in manifest.transforms
