"""A machine with Terraform, a provider and a token, that uses the fake HCP Terraform."""

import os
import re
import subprocess
from pathlib import Path
from typing import Final

from cdc import terraform as cli
from rehearsal.aws.access import AwsAccess
from rehearsal.deploy.terraform import embedded_env
from tests.delivery.hcp.server import HOSTNAME, HcpTerraform

TOKEN: Final = "TF_TOKEN_app_terraform_io"
NO_CHANGES: Final = 0
CHANGES: Final = 2
REGION: Final = "eu-west-1"
# The cloud block asks for the first, terraform_remote_state for the second.
SERVICES: Final = ("tfe.v2", "tfe.v2.1")
_OURS: Final = ("AWS_", "TF_")


class Laptop:
    """``home`` has its configuration; ``providers`` is a folder in the layout of ``terraform init``."""

    def __init__(self, home: Path, *, hcp: HcpTerraform, providers: Path, aws: AwsAccess, token: str | None) -> None:
        (home / ".terraform.d").mkdir(parents=True)
        self.home = home
        own = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
        self.variables = embedded_env(own, aws=aws, region=REGION) | {
            "HOME": str(home),
            "CHECKPOINT_DISABLE": "1",
        }
        (home / ".terraformrc").write_text(_configuration(hcp=hcp, providers=providers))
        if token:
            self.variables[TOKEN] = token

    def run(self, stack: Path, *arguments: str, accept: tuple[int, ...] = (0,)) -> subprocess.CompletedProcess[str]:
        """Runs ``terraform ARGUMENTS`` in ``stack`` without prompts."""
        done = cli.run(stack, *arguments, variables=self.variables, check=False)
        assert done.returncode in accept, one_line(done.stderr or done.stdout)
        return done

    def refused(self, stack: Path, *arguments: str) -> str:
        """The output of a Terraform command that must fail, on one line."""
        return one_line(self.run(stack, *arguments, accept=(1,)).stderr)

    def start(self, stack: Path, *arguments: str) -> subprocess.Popen[str]:
        """Starts ``terraform ARGUMENTS`` in its own process group."""
        return subprocess.Popen(
            [cli.executable(), f"-chdir={stack}", *arguments],
            env=self.variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )


def one_line(text: str) -> str:
    """``text`` without frames and line breaks, so that sentences can be searched."""
    return " ".join(re.sub(r"[╷│╵]", " ", text).split())


def _configuration(*, hcp: HcpTerraform, providers: Path) -> str:
    """A CLI configuration: the provider from ``providers``, HCP Terraform's services from the fake."""
    services = "\n".join(f'    "{service}" = "{hcp.url}/api/v2/"' for service in SERVICES)
    mirror = f'provider_installation {{\n  filesystem_mirror {{\n    path = "{providers}"\n  }}\n}}\n'
    return f'{mirror}host "{HOSTNAME}" {{\n  services = {{\n{services}\n  }}\n}}\n'
