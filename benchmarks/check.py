"""Measures ``cdc check``: the command that does nothing, one environment, and many connectors full of properties.

    python -m benchmarks.check [--runs N]

Processor time is that of the whole command, Python's start included: it says the same on a busy machine.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import yaml

from benchmarks.synth import PROD, ROOT, with_connectors

ONE_ALLOWED: Final = 1.0
HUNDRED_ALLOWED: Final = 3.0
TRANSFORMS: Final = "org.apache.kafka.connect.transforms"


def properties(prefix: str) -> dict[str, str | int]:
    """Of each kind that is checked: values, patterns of columns, transforms, topics."""
    return {
        "decimal.handling.mode": "string",
        "max.batch.size": 4096,
        "max.queue.size": 16384,
        "column.exclude.list": r"orders\.customers\.(ssn|email)",
        "column.mask.with.12.chars": r"orders\.customers\.name",
        "transforms": "unwrap,route",
        "transforms.unwrap.type": "io.debezium.transforms.ExtractNewRecordState",
        "transforms.unwrap.add.fields": "op",
        "transforms.route.type": f"{TRANSFORMS}.RegexRouter",
        "transforms.route.regex": rf"{prefix}\.orders\.(.*)",
        "transforms.route.replacement": f"{prefix}.$1",
    }


def grown(count: int, folder: Path) -> Path:
    """The production example with ``count`` connectors, each with properties of its own."""
    file = with_connectors(count, folder)
    content = yaml.safe_load(file.read_text())
    for connector in content["connectors"].values():
        connector["properties"] = properties(connector["topics"]["prefix"])
    file.write_text(yaml.safe_dump(content, sort_keys=False))
    return file


def measured(arguments: Sequence[str]) -> tuple[float, float]:
    """Wall and processor seconds of one ``cdc``, which must succeed."""
    before, started = os.times(), time.perf_counter()
    command = [sys.executable, "-c", "from cdc.cli import main; main()", *arguments]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if ended.returncode:
        raise SystemExit(f"cdc {' '.join(arguments)} must exit 0, got {ended.returncode}:\n{ended.stderr}")
    after = os.times()
    used = after.children_user + after.children_system - before.children_user - before.children_system
    return time.perf_counter() - started, used


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--runs", type=int, default=5, help="measured runs of each (default 5)")
    runs = parser.parse_args().runs
    print(f"load before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        commands = {
            "cdc --version": ["--version"],
            "prod": ["check", str(PROD)],
            "10 connectors": ["check", str(grown(10, folder))],
            "100 connectors": ["check", str(grown(100, folder))],
        }
        for arguments in commands.values():  # compiled once
            measured(arguments)
        found = {what: [measured(arguments) for _ in range(runs)] for what, arguments in commands.items()}
    medians = {what: tuple(map(statistics.median, zip(*each, strict=True))) for what, each in found.items()}
    print(f"{'':16}{'wall s':>9}{'processor s':>13}")
    for what, (wall, used) in medians.items():
        print(f"{what:16}{wall:>9.2f}{used:>13.2f}")
    within = medians["prod"][1] <= ONE_ALLOWED and medians["100 connectors"][1] <= HUNDRED_ALLOWED
    print("all within the limits" if within else f"must take {ONE_ALLOWED} s and {HUNDRED_ALLOWED} s at most")
    return 0 if within else 1


if __name__ == "__main__":
    sys.exit(main())
