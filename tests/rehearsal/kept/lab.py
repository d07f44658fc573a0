"""The kept rehearsal of the development environment, with which its tests work."""

import shlex
import subprocess
import sys
from collections.abc import Callable, Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

import yaml

from cdc import terraform
from rehearsal.processes import runs
from tests.places import ROOT
from tests.rehearsal.commands import Command
from tests.synthesized import document

NAME = "week"


class Kept:
    """The kept rehearsal of ``file``; ``first`` is the JSON that its start printed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = folder / f"{NAME}.yaml"
        self.content = document("dev")  # what is deployed
        shop = self.content["connectors"]["shop"]
        shop["source"]["tables"] = ["shop.customers", "shop.orders"]
        shop |= {"signals": {"topic": "shop-signals"}, "notifications": True}
        self.first = self.command(self.content, "--keep", "--enforce-deployer", "--brokers", "1")
        [self.run] = [run for run in runs.all_runs() if run.kept and run.environment == NAME]

    def command(self, content: Mapping[str, Any], *options: str, status: int = 0) -> Mapping[str, Any]:
        """Writes the file and runs ``cdc rehearse``; its JSON."""
        self.file.write_text(yaml.safe_dump(content))
        with Command(str(self.file), *options, "--json", folder=self.folder) as command:
            assert command.end() == status, command.said + command.answered
            return command.document()

    def apply(self, change: Callable[[dict[str, Any]], object], *options: str, status: int = 0) -> Mapping[str, Any]:
        """A change that is refused leaves the file of what is deployed."""
        change(changed := deepcopy(self.content))
        document = self.command(changed, "--apply", *options, status=status)
        if status:
            self.file.write_text(yaml.safe_dump(self.content))
        else:
            self.content = changed
        return document

    def plan_status(self, stack: str) -> int:
        """Of the command that the rehearsal prints: 0 for an empty plan."""
        variables, folder = self.clients["terraform"], self.run.folder / "work" / "stacks" / stack
        script = f'. "$0" && exec "$1" -chdir={shlex.quote(str(folder))} plan -detailed-exitcode -lock=false'
        return subprocess.run(
            ["sh", "-c", script, variables, terraform.executable()], capture_output=True, check=False
        ).returncode

    @property
    def clients(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.first["endpoints"]["clients"]
        return found

    def cdc(self, *command: str, status: int = 0) -> str:
        """What ``cdc`` prints with the rehearsal's one file of variables; ``{file}`` stands for its environment."""
        script = f'. "$0" && exec "{sys.executable}" -m cdc.cli "$@"'
        words = [str(self.file) if word == "{file}" else word for word in command]
        done = subprocess.run(
            ["sh", "-c", script, self.clients["role"], *words],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == status, done.stdout + done.stderr
        return done.stdout
