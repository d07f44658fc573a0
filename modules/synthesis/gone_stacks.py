"""Removes the synthesized stacks of environments that are gone."""

import shutil
from collections.abc import Collection
from pathlib import Path
from typing import Final

_PARTS: Final = ("state", "platform", "connect")
_SYNTHESIZED: Final = "cdk.tf.json"


def remove(outdir: Path, environments: Collection[str]) -> list[str]:
    """Removes stacks below ``outdir`` that are of none of ``environments``; returns their names.

    A folder that has a state, or that this project did not write, stays.
    """
    gone = [folder for folder in sorted(outdir.glob("stacks/*")) if _is_gone(folder, environments)]
    for folder in gone:
        shutil.rmtree(folder)
    return [folder.name for folder in gone]


def _is_gone(folder: Path, environments: Collection[str]) -> bool:
    environment, _, part = folder.name.rpartition("-")
    ours = part in _PARTS and not folder.is_symlink() and (folder / _SYNTHESIZED).is_file()
    return ours and environment not in environments and not any(folder.glob("*.tfstate*"))
