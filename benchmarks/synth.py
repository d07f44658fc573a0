"""Measures synthesis: an empty CDKTF app, the stock bindings and this project's, in turn, after a warm-up.

    python -m benchmarks.synth [--runs N] [--stock-runs N]

Peak memory is that of the largest process, Python or Node: what a process has waited for counts into its own peak.
Ours works on two processors at once: the ratio is that of a machine with two to spare.
"""

import argparse
import copy
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from modules.synthesis.bindings import SWITCH, choose_node

ROOT = Path(__file__).parents[1]
PROD = ROOT / "environments" / "prod.yaml"
EMPTY_APP = "from cdktf import App, TerraformStack; app = App(); TerraformStack(app, 'empty'); app.synth()"
PEAK_UNIT = 2**20 if sys.platform == "darwin" else 2**10  # bytes, or KiB
WALL_RATIO_ALLOWED = 1.5
PEAK_ALLOWED = 120
FIRST_RUN_ALLOWED = 6


@dataclass
class Candidate:
    """One command, with the times and memory of its runs."""

    name: str
    arguments: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    runs: int = 0
    seconds: list[float] = field(default_factory=list)
    megabytes: list[float] = field(default_factory=list)

    def run(self, **environment: str) -> tuple[float, float]:
        """Wall seconds and peak MB of one run into an empty folder."""
        with tempfile.TemporaryDirectory() as outdir, tempfile.TemporaryFile() as errors:
            variables = {key: value for key, value in os.environ.items() if key != SWITCH}
            variables |= {"CDKTF_OUTDIR": f"{outdir}/out", **self.environment, **environment}
            command = [sys.executable, *self.arguments]
            started = time.perf_counter()
            process = subprocess.Popen(command, cwd=ROOT, env=variables, stdout=subprocess.DEVNULL, stderr=errors)
            _, status, usage = os.wait4(process.pid, 0)
            seconds = time.perf_counter() - started
            process.returncode = os.waitstatus_to_exitcode(status)
            if process.returncode:
                errors.seek(0)
                raise SystemExit(f"{self.name} failed with exit status {process.returncode}:\n{errors.read().decode()}")
        return seconds, usage.ru_maxrss / PEAK_UNIT

    def measure(self) -> None:
        seconds, megabytes = self.run()
        self.seconds.append(seconds)
        self.megabytes.append(megabytes)

    @property
    def wall(self) -> float:
        return statistics.median(self.seconds)

    @property
    def peak(self) -> float:
        return max(self.megabytes)


def synth(name: str, file: Path, *, runs: int, **environment: str) -> Candidate:
    return Candidate(name, ["main.py", str(file)], environment, runs)


def alternate(candidates: Sequence[Candidate]) -> None:
    """Run all candidates once without measuring, then in turn, each as often as configured."""
    for candidate in candidates:
        candidate.run()
    for i in range(max(candidate.runs for candidate in candidates)):
        for candidate in candidates:
            if i < candidate.runs:
                candidate.measure()


def with_connectors(count: int, folder: Path) -> Path:
    """The production example with ``count`` connectors, all like its first."""
    content = yaml.safe_load(PROD.read_text())
    key, connector = next(iter(content["connectors"].items()))
    for i in range(1, count):
        another = copy.deepcopy(connector)
        another["source"]["server_id"] += i
        another["topics"]["prefix"] += f"-{i}"
        content["connectors"][f"{key}-{i}"] = another
    file = folder / str(count) / PROD.name
    file.parent.mkdir()
    file.write_text(yaml.safe_dump(content, sort_keys=False))
    return file


def report(title: str, candidates: Sequence[Candidate], *, against: Candidate) -> None:
    print(f"\n{title}\n{'':24}{'runs':>6}{'wall s':>9}{'peak MB':>9}{'wall':>8}{'peak':>8}")
    for it in candidates:
        ratios = f"{it.wall / against.wall:>7.2f}x{it.peak / against.peak:>7.2f}x"
        print(f"{it.name:24}{len(it.seconds):>6}{it.wall:>9.3f}{it.peak:>9.0f}{ratios}")


def first_run(ours: Candidate) -> float:
    """Seconds of a run without any cache: this project's, jsii's, and compiled Python."""
    with tempfile.TemporaryDirectory() as empty:
        seconds, megabytes = ours.run(
            XDG_CACHE_HOME=f"{empty}/xdg",
            JSII_RUNTIME_PACKAGE_CACHE_ROOT=f"{empty}/jsii",
            PYTHONPYCACHEPREFIX=f"{empty}/pycache",
        )
    print(f"\nfirst run ever: {seconds:.1f} s, {seconds - ours.wall:.1f} s more than a later one; {megabytes:.0f} MB")
    return seconds - ours.wall


def verdict(checks: Iterable[tuple[str, float, float]]) -> int:
    """Print measurements beyond their limit; return the exit status."""
    beyond = [f"{what} must be at most {limit}, got {value:.2f}" for what, value, limit in checks if value > limit]
    print("\n" + ("\n".join(beyond) or "all within the limits"))
    return 1 if beyond else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--runs", type=int, default=7, help="measured runs of each (default 7)")
    parser.add_argument("--stock-runs", type=int, default=3, help="measured runs with stock bindings (default 3)")
    arguments = parser.parse_args()
    choose_node()
    runs = arguments.runs
    print(f"load before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    bare = Candidate("empty CDKTF app", ["-c", EMPTY_APP], runs=runs)
    stock = synth("prod, stock bindings", PROD, runs=arguments.stock_runs, **{SWITCH: "1"})
    ours = synth("prod", PROD, runs=runs)
    alternate([bare, stock, ours])
    report("environments/prod.yaml", [bare, stock, ours], against=bare)
    with tempfile.TemporaryDirectory() as folder:
        grown = [synth(f"connectors: {n}", with_connectors(n, Path(folder)), runs=runs) for n in (1, 10, 100)]
        alternate(grown)
        report("environments/prod.yaml, grown", grown, against=bare)
    more = first_run(ours)
    return verdict(
        [
            ("wall time of prod, as a multiple of the empty app's,", ours.wall / bare.wall, WALL_RATIO_ALLOWED),
            ("peak memory of prod in MB", ours.peak, PEAK_ALLOWED),
            ("what the first run ever takes longer, in s,", more, FIRST_RUN_ALLOWED),
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
