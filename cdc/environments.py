"""Environments by name, as every command takes them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from modules.messages.problems import either, nearest

FOLDER: Final = Path("environments")


class UnknownEnvironmentError(Exception):
    """No file is named like that."""


def files(names: Sequence[str]) -> list[Path]:
    """The file of each name, or of a path that ends in .yaml; of none given, all of environments/."""
    found = [_file(name) for name in names] or sorted(FOLDER.glob("*.yaml"))
    if not found:
        raise UnknownEnvironmentError(f"{FOLDER}/*.yaml: no such file; run this in the project's folder")
    return found


def _file(name: str) -> Path:
    path = Path(name) if name.endswith(".yaml") else FOLDER / f"{name}.yaml"
    if path.is_file():
        return path
    known = sorted(file.stem for file in FOLDER.glob("*.yaml"))
    hint = f"did you mean {meant}?" if (meant := nearest(name, known)) else f"known are {either(known, last='and')}"
    raise UnknownEnvironmentError(f"environment {name}: {path} does not exist" + (f"; {hint}" if known else ""))
