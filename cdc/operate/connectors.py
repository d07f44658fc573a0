"""The connectors of an environment in the account, by their names."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import typer
from botocore.exceptions import BotoCoreError, ClientError

from cdc.aws import SIGN_IN, Aws, CredentialsError, unread
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

    def check(self, key: str) -> None:
        """Raises BadParameter where the file has no such connector."""
        if key not in self.names:
            raise typer.BadParameter(f"CONNECTOR must be one of {', '.join(self.names)}, got {key}")

    def arn(self, key: str) -> str:
        """The ARN of the connector ``key``; where there is none this ends the command."""
        return str(self.described(key)["connectorArn"])

    def described(self, key: str) -> Mapping[str, Any]:
        """What ListConnectors says of it; where there is none this ends the command."""
        wanted = self.names[key]
        listed = self.aws.pages("kafkaconnect", "list_connectors", "connectors", connectorNamePrefix=wanted)
        found: Mapping[str, Any] | None = next((one for one in listed if one["connectorName"] == wanted), None)
        return found or fail(f"{wanted} does not exist in {self.environment.region}: apply the connect stack first")

    def running(self, key: str) -> None:
        """Ends the command where the connector ``key`` is not RUNNING."""
        state = self.described(key)["connectorState"]
        if state != "RUNNING":
            fail(f"{self.names[key]} must be RUNNING, is {state}")

    def log_group(self, key: str) -> str:
        return self._deployment.log_group("connectors", key)

    def secret(self, name: str) -> Mapping[str, str]:
        """The content of a secret. Raises ClientError, BotoCoreError."""
        text = self.aws.client("secretsmanager").get_secret_value(SecretId=name)["SecretString"]
        return {key: str(value) for key, value in json.loads(text).items()}

    @property
    def _deployment(self) -> Deployment:
        return Deployment.without_account(self.environment)


@contextmanager
def place(name: str, check: Callable[[Place], object] = lambda _: None) -> Iterator[Place]:
    """The environment's account; an error in the block ends the command.

    ``check`` are the command's arguments against the file, before the caller needs credentials.
    """
    try:
        environment = load(files([name])[0])
        check(found := Place(environment, Aws(environment.region)))
        found.aws.check_credentials()
        yield found
    except (EnvironmentErrors, UnknownEnvironmentError) as error:
        fail(error)
    except CredentialsError as error:
        fail(f"{error}: {SIGN_IN}")
    except (BotoCoreError, ClientError) as error:
        fail(unread(error))
