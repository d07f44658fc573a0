"""Measures what the transform that measures the lag costs: streaming with it and without it, in pairs.

    python -m benchmarks.lag [--rows N] [--pairs N]

One worker of one MCU streams N rows to three brokers, again and again; before each run its connector is stopped, the
rows are written, and the transform is taken out or put in. The order changes with each pair. The processor time is the
worker's own, so other work on the machine changes it less. Then what the transform adds to a record in Connect's own
chain, in a JVM of its own with the worker's options.
"""

import argparse
import random
import statistics
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import psutil

from benchmarks.lab import Lab, running
from benchmarks.streaming import ENVIRONMENT, Topic, ask, fill, insert
from cdc import jars as plugin_jars
from modules.artifacts.cache import Cache
from modules.artifacts.fetch import fetch
from modules.artifacts.lock import load
from modules.artifacts.sources import sources
from modules.debezium import configuration, lag, topics
from rehearsal.connect.connector import RunningConnector
from rehearsal.processes import compiler, pinned_files
from rehearsal.processes.background import Background
from rehearsal.processes.java import Jvm

_PREFIX: Final = "paired"
_JAVA: Final = Path(__file__).with_name("java")
_ROUNDS: Final = 11
_HEAP: Final = 128
_DRAWS: Final = 10_000


@dataclass(frozen=True)
class Run:
    """Rows a second, and the worker's processor time in microseconds a row."""

    rows: float
    processor: float


def paired(lab: Lab, *, rows: int, pairs: int) -> list[tuple[Run, Run]]:
    """Each with the transform and without it."""
    fill(lab, 100)
    there = lab.connector.topics.model_copy(update={"prefix": _PREFIX})
    deployed = lab.deployed(lab.connector.model_copy(update={"topics": there}))
    both = (lag.measured(deployed, connector=_PREFIX), deployed)
    worker = configuration.worker_properties(region=lab.environment.region, offset_topic=topics.offset_topic(_PREFIX))
    connector = lab.start(_PREFIX, both[0], worker, signed=True)
    try:
        topic = Topic(lab, _PREFIX)
        found: list[tuple[Run, Run]] = []
        for number in range(pairs + 1):
            runs = {one: _run(lab, connector, topic, both[one], rows) for one in ((0, 1) if number % 2 else (1, 0))}
            if number:  # the first warms up
                found.append((runs[0], runs[1]))
                print(f"pair {number}: {runs[0]} {runs[1]}", flush=True)
        return found
    finally:
        connector.stop()


def _run(lab: Lab, connector: RunningConnector, topic: Topic, properties: Mapping[str, str], rows: int) -> Run:
    ask(connector, "stop")
    insert(lab, rows)
    current = connector.rest.configuration(connector.name) or {}
    own = {key: value for key, value in current.items() if not key.startswith("transforms")}
    transforms = {key: value for key, value in properties.items() if key.startswith("transforms")}
    connector.rest.put(connector.name, own | transforms)
    [program] = connector.workers.programs
    process = psutil.Process(program.pid)
    before, streaming = sum(process.cpu_times()[:2]), Background(partial(topic.speed, rows))
    ask(connector, "resume")
    speed = streaming.result()
    return Run(speed.rows, (sum(process.cpu_times()[:2]) - before) / rows * 1e6)


def alone(archive: Path) -> list[tuple[float, float]]:
    """Nanoseconds of processor time that the transform of this plugin adds to a record, and what of it is its own.

    Of each round but the first.
    """
    lock = load()
    paths = fetch(
        pinned_files.files(lock, pinned_files.CONNECT, pinned_files.COMPILER), sources=sources(None), cache=Cache()
    )
    [ecj] = pinned_files.jars(lock, pinned_files.COMPILER, paths)
    connect = pinned_files.jars(lock, pinned_files.CONNECT, paths)
    [transform] = [one for one in plugin_jars.unpacked(archive) if one.name == "cdc-lag.jar"]
    measuring = compiler.jar("lag-cost", _JAVA, compiler=ecj, libraries=[transform, *connect])
    with TemporaryDirectory() as folder:
        jvm = Jvm("org.apache.kafka.connect.runtime.LagCost", [transform, measuring, *connect], heap=_HEAP)
        command = jvm.command(str(_ROUNDS), folder=Path(folder))
        output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    lines = [line.split() for line in output.splitlines() if not line.startswith("[")]
    return [(float(chain), float(own)) for chain, own in lines[1:]]


def show(pairs: Sequence[tuple[Run, Run]], nanoseconds: Sequence[tuple[float, float]]) -> None:
    print(f"{'':28}{'with':>12}{'without':>12}{'ratio, median':>16}{'95 % of it':>20}")
    _show("rows a second", [(one.rows, other.rows) for one, other in pairs])
    _show("processor µs a row", [(one.processor, other.processor) for one, other in pairs])
    chain, own = (statistics.median(values) for values in zip(*nanoseconds, strict=True))
    part = chain / 10 / statistics.median(other.processor for _, other in pairs)
    print(f"in the chain alone: {chain:.1f} ns a row, {own:.1f} of them its own; {part:.3f} % of the processor time")


def _show(name: str, pairs: Sequence[tuple[float, float]]) -> None:
    ratios = [one / other for one, other in pairs]
    drawn = random.Random(1)
    medians = sorted(statistics.median(drawn.choices(ratios, k=len(ratios))) for _ in range(_DRAWS))
    low, high = medians[_DRAWS // 40], medians[-_DRAWS // 40]
    one, other = (statistics.median(values) for values in zip(*pairs, strict=True))
    print(f"{name:28}{one:12,.1f}{other:12,.1f}{statistics.median(ratios):16.4f}{f'{low:.4f} to {high:.4f}':>20}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=50_000)
    parser.add_argument("--pairs", type=int, default=12)
    arguments = parser.parse_args()
    with running(ENVIRONMENT) as lab:
        found = paired(lab, rows=arguments.rows, pairs=arguments.pairs)
        archive = lab.archive
    show(found, alone(archive))


if __name__ == "__main__":
    main()
