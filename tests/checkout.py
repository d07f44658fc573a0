"""A copy of this checkout, for tests that change it."""

import shutil
import subprocess
from pathlib import Path

from tests.places import ROOT


def copy(folder: Path, *, without: tuple[str, ...] = ()) -> Path:
    """Files that are not ignored, except those in ``without``, and what is installed; returns ``folder``."""
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
    _bring_tools(folder / ".venv")
    return folder


def _bring_tools(venv: Path) -> None:
    """The contents of this checkout's .venv, but newer than the lock: make must not install anew over what runs."""
    venv.mkdir()
    for path in (ROOT / ".venv").iterdir():
        if path.name != ".installed":
            (venv / path.name).symlink_to(path)
    (venv / ".installed").touch()
