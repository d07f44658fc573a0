"""A copy of this checkout, for tests that change it."""

import shutil
import subprocess
from pathlib import Path

from tests.places import ROOT


def copy(folder: Path, *, without: tuple[str, ...] = ()) -> Path:
    """Files that are not ignored, except those in ``without``, and a link to .venv; returns ``folder``."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        source, target = ROOT / name, folder / name
        if source.is_file() and not name.startswith(without):
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)
    (folder / ".venv").symlink_to(ROOT / ".venv")
    return folder
