"""A copy of the project with one environment, and an account to deploy it to."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cdc import terraform
from cdc.delivery.providers import pinned_stack
from tests import checkout
from tests.account import Account, account
from tests.delivery.pages import Shell


@dataclass(frozen=True)
class Project:
    """``shell`` runs in its folder, with the account's credentials and no terminal."""

    folder: Path
    account: Account
    shell: Shell

    def another(self, folder: Path) -> "Project":
        """The same project, with the same environments, on another laptop."""
        copy(folder)
        shutil.copytree(self.folder / "environments", folder / "environments", dirs_exist_ok=True)
        return Project(folder, self.account, Shell(folder, self.shell.variables))


def copy(folder: Path, environment: str = "prod") -> Path:
    """This checkout without its tests, with one environment alone."""
    checkout.copy(folder, without=("tests/", "benchmarks/"))
    for other in (folder / "environments").glob("*.yaml"):
        if other.stem != environment:
            other.unlink()
    return folder


@contextmanager
def project(folder: Path) -> Iterator[Project]:
    """With an account of its own while the block lasts."""
    copy(folder)
    with account(folder / "environments" / "prod.yaml") as place:
        seed = pinned_stack(folder.parent / f"{folder.name}-provider")
        variables = place.variables(terraform.environment(seed, base={**os.environ, "CI": "true"}))
        yield Project(folder, place, Shell(folder, variables))
