"""The provider lock file, copied to every stack."""

import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Final

LOCK_FILE: Final = ".terraform.lock.hcl"


def copy_lock_file(root: Path, stacks: Iterable[Path]) -> None:
    """Copies the lock file in ``root`` to each folder of ``stacks``, so that Terraform verifies its providers.

    Does nothing if ``root`` has none.
    """
    if (lock := root / LOCK_FILE).is_file():
        for stack in stacks:
            shutil.copyfile(lock, stack / LOCK_FILE)
