"""Environment names and files as arguments of commands."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from modules.environment.loading import files_of, misnamed
from modules.messages.problems import EnvironmentErrors, either, nearest

FOLDER: Final = Path("environments")


class UnknownEnvironmentError(Exception):
    """There is no environment file of this name."""


def files(names: Sequence[str]) -> list[Path]:
    """The file of each name, or the path itself where it is one; without names, all of environments/."""
    try:
        found = [_file(name) for name in names] or files_of(FOLDER)
    except EnvironmentErrors as error:
        raise UnknownEnvironmentError(str(error)) from None
    if not found:
        raise UnknownEnvironmentError(f"{FOLDER}/*.yaml: no such file; run this in the project folder")
    return found


def _file(name: str) -> Path:
    if not name.strip():
        raise UnknownEnvironmentError(f"environment '{name}': must be a name or a file that ends in .yaml{_known()}")
    given = Path(name)
    if given.suffix == ".yml":
        raise UnknownEnvironmentError(
            _misnamed(given) if given.exists() else f"{given}: no such file{_hint(given.stem)}"
        )
    path = given if given.suffix == ".yaml" or "/" in name else FOLDER / f"{name}.yaml"
    if path.suffix == ".yaml" and (path.exists() or path.is_symlink()):
        return path
    if path.suffix == ".yaml" and (other := path.with_suffix(".yml")).exists():
        raise UnknownEnvironmentError(_misnamed(other))
    if path.suffix != ".yaml":
        raise UnknownEnvironmentError(f"environment {name}: must be a name, or a file that ends in .yaml{_hint(name)}")
    raise UnknownEnvironmentError(f"environment {name}: {path} does not exist{_hint(name)}")


def _misnamed(file: Path) -> str:
    return f"{file}: {misnamed(file)}"


def _hint(name: str) -> str:
    return f"; did you mean {meant}?" if (meant := nearest(name, _names())) else _known()


def _known() -> str:
    return f"; known are {either(names, last='and')}" if (names := _names()) else ""


def _names() -> list[str]:
    return sorted(file.stem for file in FOLDER.glob("*.yaml"))
