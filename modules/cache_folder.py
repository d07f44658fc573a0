"""The cache folder, for files that can be created or downloaded again."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

NAME: Final = "msk-cdc"


def cache_folder(variables: Mapping[str, str] = os.environ, *, home: Path | None = None) -> Path:
    """This project's folder in the user's cache, which need not exist (XDG Base Directory Specification)."""
    root = Path(variables.get("XDG_CACHE_HOME", ""))
    return (root if root.is_absolute() else (home or Path.home()) / ".cache") / NAME
