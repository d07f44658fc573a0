"""Outlives the rehearsal it watches, to end whatever that leaves: ``python -m rehearsal.processes.sentinel FOLDER``.

Its input is a pipe whose other end only the rehearsal's process holds: it closes when that process ends, however
it ends.
"""

import os
import signal
import subprocess
import sys
from pathlib import Path

from rehearsal.processes import runs


def watch(folder: Path) -> subprocess.Popen[bytes]:
    """A sentinel over this process and ``folder``, in a session of its own so that no Ctrl-C reaches it."""
    return subprocess.Popen(
        [sys.executable, "-m", "rehearsal.processes.sentinel", str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        # Not in the folder: it is no part of what it ends.
        cwd=Path(__file__).parents[2],
        start_new_session=True,
    )


def main(folder: Path) -> None:
    """Waits for the end, then clears ``folder``."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    while os.read(sys.stdin.fileno(), 1):
        pass
    runs.clear(folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
