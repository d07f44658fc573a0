"""The connectors of an environment in the account, by their names."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from botocore.exceptions import BotoCoreError, ClientError

from cdc.aws import Aws
from cdc.console import fail
from cdc.environments import UnknownEnvironmentError, files
from modules.deployment import Deployment
from modules.environment.environment import Environment
from modules.environment.loading import load
from modules.messages.problems import EnvironmentErrors


@dataclass(frozen=True)
class Place:
    """An environment and its account."""

    environment: Environment
    aws: Aws

    @property
    def names(self) -> dict[str, str]:
        """What MSK Connect calls each connector, by its key in the file."""
        return {key: self._deployment.connector_name(key, one) for key, one in self.environment.connectors.items()}

    def log_group(self, key: str) -> str:
        return self._deployment.log_group("connectors", key)

    @property
    def _deployment(self) -> Deployment:
        return Deployment(self.environment.name, self.environment.region, self.environment.partition, "")


@contextmanager
def place(name: str) -> Iterator[Place]:
    """The environment's account; an error in the block ends the command."""
    try:
        environment = load(files([name])[0])
        aws = Aws(environment.region)
        if not aws.has_credentials:
            fail("there are no AWS credentials: sign in, as with aws sso login, or set AWS_PROFILE")
        yield Place(environment, aws)
    except (EnvironmentErrors, UnknownEnvironmentError) as error:
        fail(error)
    except (BotoCoreError, ClientError) as error:
        fail(f"AWS cannot be read: {error}")
