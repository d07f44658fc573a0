"""The providers' lock file, beside every stack that it holds for."""

import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Final

LOCK_FILE: Final = ".terraform.lock.hcl"


def copy_lock_file(root: Path, stacks: Iterable[Path]) -> None:
    """Puts ``root``'s lock file into each folder of ``stacks``, so that Terraform verifies what it fetches there.

    Without one in ``root`` nothing happens.
    """
    if (lock := root / LOCK_FILE).is_file():
        for stack in stacks:
            shutil.copyfile(lock, stack / LOCK_FILE)
