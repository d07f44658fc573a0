"""What a rehearsal takes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from modules.environment.environment import Environment
from rehearsal.aws.access import AwsAccess
from rehearsal.daemon_process import DaemonConfig
from rehearsal.deploy.terraform import Terraform


@dataclass(frozen=True)
class Inputs:
    """What a rehearsal takes.

    ``file`` is the environment's. ``archives`` has the ZIP of each plugin. ``synthesize`` writes the stacks below a
    folder. ``wait_until_valid`` waits for Debezium's own validation, and raises EnvironmentErrors. ``terraform`` takes
    a stack's folder, the embedded AWS and the region. ``schema`` is a file of SQL that creates the tables, ``data`` one
    that changes their rows, ``brokers`` the maximum number of brokers. ``mysqld`` is a MySQL server's program.
    ``deployer`` are the documents of the policy that Terraform runs with; none for every permission. ``observed``:
    whether the outcome has what a report shows beside it.
    """

    environment: Environment
    file: Path
    archives: Mapping[str, Path]
    synthesize: Callable[[Path], None]
    wait_until_valid: Callable[[], object]
    terraform: Callable[[Path, AwsAccess, str], Terraform]
    schema: Path | None = None
    data: Path | None = None
    mysqld: Path | None = None
    brokers: int | None = None
    deployer: Sequence[str] = ()
    observed: bool = False


def daemon_config(inputs: Inputs) -> DaemonConfig:
    """The configuration of the rehearsal's daemon."""
    archives = {name: str(path.resolve()) for name, path in inputs.archives.items()}
    mysqld = str(inputs.mysqld.resolve()) if inputs.mysqld else None
    return DaemonConfig(str(inputs.file), archives, inputs.brokers, mysqld)
