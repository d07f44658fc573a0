"""Breaks a running environment in turn, while rows are written, and shows what it cost.

    python -m benchmarks.drills [--rows 1000] [--only NAME] [--write]

Each drill is on a deployed environment: real brokers, ZooKeepers or controllers, a worker, a database and the deployed
function. ``lost`` are rows, ``again`` events, ``gap`` is the longest time without a new one. ``--write`` puts the lines
into the table of docs/drills.md. A minute of alarms and of the function takes 2 s.
"""

import argparse
import sys
import tempfile
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pytest

from benchmarks.drills import access, database, deploys, losses, networks, servers
from benchmarks.drills.measuring import Cost, Drill, run
from modules.debezium.failover import WAIT_MILLISECONDS
from tests.rehearsal.pipeline.deployed import Deployed, deployed

PAGE: Final = Path("docs/drills.md")
DRILLS: Final = (
    *servers.DRILLS,
    *networks.DRILLS,
    *database.DRILLS,
    *access.DRILLS,
    *deploys.DRILLS,
    *losses.DRILLS,
    *database.LAST,
)
_START, _END = "<!-- drills -->\n", "<!-- end of drills -->\n"
_HEAD: Final = ("| drill | rows | lost | again | gap | healed by |", "|---|---|---|---|---|---|")


class Lines:
    """Runs drills, and keeps a line of the table for each; ``failed`` are those that did not end."""

    def __init__(self, rows: int) -> None:
        self.lines: dict[str, str] = {}
        self.failed: list[str] = []
        self._rows = rows

    def run(self, drills: Sequence[Drill]) -> None:
        """In one environment for each coordination; after a drill that failed in another one."""
        left = sorted(drills, key=lambda drill: drill.coordination, reverse=True)
        while left:
            coordination = left[0].coordination
            with tempfile.TemporaryDirectory() as folder:
                seconds = WAIT_MILLISECONDS // 1000
                with deployed(Path(folder), coordination=coordination, retry_seconds=seconds) as world:
                    self._run(world, left, coordination)

    def _run(self, world: Deployed, left: list[Drill], coordination: str) -> None:
        while left and left[0].coordination == coordination:
            drill = left.pop(0)
            try:
                self.lines[drill.name] = line(drill, run(world, drill, self._rows))
                print(self.lines[drill.name], flush=True)
            except pytest.skip.Exception as error:  # a small disk needs root
                print(f"{drill.name}: not run: {error}", flush=True)
            except Exception:
                traceback.print_exc()
                self.failed.append(drill.name)
                return


def line(drill: Drill, cost: Cost) -> str:
    lost = f"{cost.lost} ({drill.lost})" if cost.lost and drill.lost else str(cost.lost)
    return f"| {drill.name} | {cost.rows} | {lost} | {cost.again} | {cost.gap:.0f} s | {drill.healed} |"


def write(lines: dict[str, str]) -> None:
    """Puts the lines into the page's table; a drill that was not run keeps its own."""
    before, _, rest = PAGE.read_text().partition(_START)
    table, _, after = rest.partition(_END)
    known = {one.split(" | ")[0].removeprefix("| "): one for one in table.splitlines()} | lines
    rows = [known[drill.name] for drill in DRILLS if drill.name in known]
    PAGE.write_text(f"{before}{_START}{chr(10).join([*_HEAD, *rows])}\n{_END}{after}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1000, help="rows a second")
    names = [drill.name for drill in DRILLS]
    parser.add_argument("--only", choices=names, action="append", help="this drill alone; may be repeated")
    parser.add_argument("--write", action="store_true", help=f"put the lines into the table of {PAGE}")
    options = parser.parse_args()
    found = Lines(options.rows)
    print("\n".join(_HEAD), flush=True)
    found.run([drill for drill in DRILLS if drill.name in (options.only or names)])
    if options.write:
        write(found.lines)
    if found.failed:
        sys.exit(f"failed: {', '.join(found.failed)}")


if __name__ == "__main__":
    main()
