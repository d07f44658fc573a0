"""Measures `cdc rehearse`: the time until the first event and until the end, and its memory.

    python -m benchmarks.rehearsal [ENV] [--runs N]

Memory is the resident size of all processes in the rehearsal's folder and of the command itself, sampled once a
second. Shared pages count once where the system reports them (Linux), else once for each process.
"""

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

import psutil

from rehearsal.processes import runs

SAMPLE_SECONDS = 1.0


def rehearsed(environment: str) -> tuple[dict[str, Any], float, int]:
    """The command's output, its seconds, and its peak resident MB."""
    began, most = time.perf_counter(), 0
    command = [sys.executable, "-m", "cdc.cli", "rehearse", environment, "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        while process.poll() is None:
            most = max(most, sum(map(resident, [psutil.Process(process.pid), *working(environment)])))
            time.sleep(SAMPLE_SECONDS)
        printed = process.stdout.read() if process.stdout else b""
    if process.returncode:
        raise SystemExit(f"cdc rehearse {environment} failed: exit status {process.returncode}")
    return json.loads(printed), time.perf_counter() - began, most // 10**6


def working(environment: str) -> Iterable[psutil.Process]:
    """The processes of the rehearsals of ``environment``; run one rehearsal at a time."""
    return (
        process for run in runs.all_runs() if run.environment == environment for process in runs.processes(run.folder)
    )


def resident(process: psutil.Process) -> int:
    """Bytes."""
    with suppress(psutil.Error):
        told = process.memory_full_info()
        size: int = getattr(told, "pss", told.rss)
        return size
    return 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("environment", nargs="?", default="rehearsal", metavar="ENV")
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args()
    figures: dict[str, list[float]] = defaultdict(list)
    for _ in range(arguments.runs):
        document, seconds, most = rehearsed(arguments.environment)
        for step in document["steps"]:
            figures[f"{step['name']} s"].append(step["seconds"])
        figures["first event s"].append(document["first_event_seconds"])
        figures["the whole command s"].append(seconds)
        figures["resident MB at most"].append(most)
    for name, values in figures.items():
        print(f"{name:24} {statistics.median(values):8.1f}   {min(values):.1f} to {max(values):.1f}")


if __name__ == "__main__":
    main()
