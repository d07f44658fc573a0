"""Environment names and files as arguments of commands."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from modules.messages.problems import either, nearest

FOLDER: Final = Path("environments")


class UnknownEnvironmentError(Exception):
    """There is no environment file of this name."""


def files(names: Sequence[str]) -> list[Path]:
    """The file of each name, or the path itself where it ends in .yaml; without names, all of environments/."""
    found = [_file(name) for name in names] or sorted(FOLDER.glob("*.yaml"))
    if not found:
        raise UnknownEnvironmentError(f"{FOLDER}/*.yaml: no such file; run this in the project folder")
    return found


def _file(name: str) -> Path:
    path = Path(name) if name.endswith(".yaml") else FOLDER / f"{name}.yaml"
    if path.exists() or path.is_symlink():
        return path
    raise UnknownEnvironmentError(f"environment {name}: {path} does not exist{_hint(name)}")


def _hint(name: str) -> str:
    known = sorted(file.stem for file in FOLDER.glob("*.yaml"))
    if not known:
        return ""
    return f"; did you mean {meant}?" if (meant := nearest(name, known)) else f"; known are {either(known, last='and')}"
