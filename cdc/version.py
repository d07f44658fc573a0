"""The version of this project, which pyproject.toml names."""

import tomllib
from importlib import metadata
from pathlib import Path
from typing import Final

NAME: Final = "msk-cdc"
CHECKOUT: Final = Path(__file__).parents[1]


def version(distribution: str = NAME, *, checkout: Path = CHECKOUT) -> str:
    """What is installed; of code that runs without being installed, what its checkout says."""
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        project = tomllib.loads((checkout / "pyproject.toml").read_text())["project"]
        return str(project["version"])
