"""Measures `cdc plugin build`: each step with an empty cache, with a full cache, and a second build.

    python -m benchmarks.plugin [--runs N] [--without PART]... [--source SOURCE]...

The steps are timed within one process each; the whole command is timed from outside, including the interpreter.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

PLUGIN = "debezium-mysql"
STEPS = """
import json, sys, time
began = time.perf_counter()
from pathlib import Path
from cdc.plugin import building
from modules.archive.build import assemble, describe, write
from modules.archive.refusals import refusals
from modules.artifacts.cache import Cache
from modules.artifacts.fetch import fetch
from modules.artifacts.lock import load
from modules.artifacts.sources import sources
name, without, given, target = json.loads(sys.argv[1])
took = {}
def step(what):
    global began
    now = time.perf_counter()
    took[what] = now - began
    began = now
step("import")
order = building.Order(load(), name, without=without)
step("read the lock file")
paths = fetch(order.files, sources=sources(given or None), cache=Cache())
step("fetch and verify")
workers = [building.worker(order.lock, version, paths) for version in order.kafkaconnect_versions]
assembly = assemble(name, building.parts(order, paths), workers=workers, left_out=order.left_out)
step("read jars, leave out the worker's")
found = [r for w in workers for r in refusals(assembly.contents, connector=order.recipe.connector, worker=w)]
assert not found, found
manifest = describe(assembly, connector=order.recipe.connector, workers=workers)
step("check")
write(assembly, manifest, Path(target))
step("write")
print(json.dumps(took))
"""


@contextmanager
def project() -> Iterator[tuple[Path, dict[str, str]]]:
    """An empty folder to build in, and variables for an empty cache."""
    with tempfile.TemporaryDirectory() as folder:
        yield (
            Path(folder),
            {**os.environ, "XDG_CACHE_HOME": f"{folder}/cache", "PYTHONPATH": str(Path(__file__).parents[1])},
        )


def steps(options: argparse.Namespace, folder: Path, variables: dict[str, str]) -> dict[str, float]:
    asked = json.dumps([PLUGIN, options.without, options.source, str(folder / "steps.zip")])
    run = subprocess.run(
        [sys.executable, "-c", STEPS, asked], env=variables, capture_output=True, text=True, check=True
    )
    took: dict[str, float] = json.loads(run.stdout)
    return took


def command(options: argparse.Namespace, folder: Path, variables: dict[str, str]) -> float:
    """Seconds of the whole command."""
    chosen = [*(f"--without={part}" for part in options.without), *(f"--source={source}" for source in options.source)]
    began = time.perf_counter()
    arguments = [sys.executable, "-m", "cdc.cli", "plugin", "build", PLUGIN, *chosen]
    subprocess.run(arguments, cwd=folder, env=variables, capture_output=True, check=True)
    return time.perf_counter() - began


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--without", action="append", default=[])
    parser.add_argument("--source", action="append", default=[])
    options = parser.parse_args(arguments)
    taken: defaultdict[tuple[str, str], list[float]] = defaultdict(list)
    for _ in range(options.runs):
        with project() as (folder, variables):
            for step, seconds in steps(options, folder, variables).items():
                taken["cold", step].append(seconds)
            for step, seconds in steps(options, folder, variables).items():
                taken["warm", step].append(seconds)
            taken["whole command", "full cache, no ZIP"].append(command(options, folder, variables))
            taken["whole command", "second run, nothing to do"].append(command(options, folder, variables))
    for (state, step), times in taken.items():
        print(f"{state:15} {step:35} {statistics.median(times):7.3f} s  ({min(times):.3f} to {max(times):.3f})")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
