"""Cleans up after a rehearsal, however that ends: ``python -m rehearsal.processes.sentinel FOLDER``.

Its standard input is a pipe that only the rehearsal's process holds open: it closes when that process ends.
"""

import os
import signal
import subprocess
import sys
from pathlib import Path

from rehearsal.processes import runs


def watch(folder: Path) -> subprocess.Popen[bytes]:
    """Starts a sentinel for this process and ``folder``, in a session of its own so that Ctrl-C does not stop it."""
    return subprocess.Popen(
        [sys.executable, "-m", "rehearsal.processes.sentinel", str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        # Not in the folder: it would kill itself.
        cwd=Path(__file__).parents[2],
        start_new_session=True,
    )


def main(folder: Path) -> None:
    """Waits until the process has ended, then cleans up ``folder``."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    while os.read(sys.stdin.fileno(), 1):
        pass
    runs.clean_up(folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
