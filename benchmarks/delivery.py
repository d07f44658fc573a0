"""Measures the overhead of delivery compared with Terraform by hand, in turn, in one account.

    python -m benchmarks.delivery [--runs N]

All of prod is deployed to an embedded AWS whose clusters and connectors start at once, so that only the tools' own
time remains. Figures are medians of wall-clock seconds.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.delivery.project import Project, project

STACKS = ("prod-state", "prod-platform", "prod-connect")


def by_hand(stack: str, *arguments: str) -> list[str]:
    """Terraform's commands for a stack, on fresh JSON."""
    return [f"terraform -chdir=cdktf.out/stacks/{stack} {line}" for line in ("init -input=false", *arguments)]


def deploy_by_hand(place: Project) -> None:
    lines = ["make synth ENV=prod", "rm -rf cdktf.out/stacks/*/.terraform"]
    for stack in STACKS:
        lines += by_hand(stack, "apply -input=false -auto-approve")
    place.shell(*lines)


def deploy_by_cdktf(place: Project) -> None:
    place.shell("rm -rf cdktf.out/stacks/*/.terraform", ".venv/bin/cdktf deploy 'prod-*' --auto-approve")


def check_by_hand(place: Project) -> None:
    place.shell("make synth ENV=prod", "rm -rf cdktf.out/stacks/prod-state/.terraform", *by_hand("prod-state", "plan"))


def bootstrap(place: Project) -> None:
    place.shell(".venv/bin/cdc bootstrap prod")


def shown_plan(place: Project) -> None:
    """Writes a plan of connect and its JSON, for the plan commands."""
    place.shell(*by_hand("prod-connect", "plan -destroy -out=tfplan", "show -json tfplan > plan.json"))


def _run(place: Project, line: str) -> None:
    place.shell(line)


MEASURED: Mapping[str, Callable[[Project], None]] = {
    "deploy again, Terraform by hand": deploy_by_hand,
    "deploy again, cdktf deploy": deploy_by_cdktf,
    "plan the state stack by hand": check_by_hand,
    "cdc bootstrap again": bootstrap,
    "cdc plan-guard": lambda place: _run(place, ".venv/bin/cdc plan-guard plan.json || test $? = 1"),
    "cdc plan-summary": lambda place: _run(place, ".venv/bin/cdc plan-summary plan.json"),
    "cdc export --check": lambda place: _run(place, ".venv/bin/cdc export prod --check"),
}


def seconds(work: Callable[[Project], None], place: Project) -> float:
    start = time.monotonic()
    work(place)
    return time.monotonic() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=3)
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as folder, project(Path(folder) / "project") as place:
        first = {"cdc bootstrap, the first": seconds(bootstrap, place)}
        first["cdktf deploy, the first"] = seconds(deploy_by_cdktf, place)
        shown_plan(place)
        place.shell(".venv/bin/cdc export prod")
        taken: dict[str, list[float]] = {name: [] for name in MEASURED}
        for _ in range(runs):
            for name, work in MEASURED.items():
                taken[name].append(seconds(work, place))
    for name, once in first.items():
        print(f"{name:36} {once:6.1f} s")
    for name, several in taken.items():
        print(f"{name:36} {statistics.median(several):6.1f} s")


if __name__ == "__main__":
    main()
