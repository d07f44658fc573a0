"""Creates what an environment names that was changed after the seed: secrets, and roles of applications."""

import json
import secrets
from collections.abc import Iterator

from modules.debezium import configuration
from modules.environment.environment import Environment
from rehearsal.aws import applications
from rehearsal.aws.access import AwsAccess
from rehearsal.aws.client import client
from rehearsal.aws.seed import USERNAME, Login


def add_missing(environment: Environment, *, aws: AwsAccess) -> list[tuple[str, Login]]:
    """Creates the missing secrets and roles; returns new logins, each with the database that needs it."""
    iam, functions = (client(aws, service, environment.region) for service in ("iam", "lambda"))
    applications.create_roles(environment, iam)
    applications.create_functions(environment, iam, functions)
    return list(_add_secrets(environment, aws))


def _add_secrets(environment: Environment, aws: AwsAccess) -> Iterator[tuple[str, Login]]:
    manager = client(aws, "secretsmanager", environment.region)
    for connector in environment.connectors.values():
        source = connector.source
        for name, keys in configuration.secrets(connector, environment.registry).items():
            login = Login(f"{USERNAME}_{secrets.token_hex(4)}", secrets.token_urlsafe())
            content = {key: secrets.token_urlsafe() for key in keys}
            if name == source.secret:
                content |= {source.username_field: login.username, source.password_field: login.password}
            try:
                manager.create_secret(Name=name, SecretString=json.dumps(content))
            except manager.exceptions.ResourceExistsException:
                continue
            if name == source.secret:
                yield source.database, login
