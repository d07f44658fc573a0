"""``cdc preflight``: checks the real account and the real databases before a deploy; changes nothing."""

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated

import typer

from cdc.aws import SIGN_IN, Aws, CredentialsError
from cdc.console import err, fail, out
from cdc.environments import UnknownEnvironmentError, files
from cdc.findings import Result, unknown
from cdc.options import DatabaseCaOption, EnvArgument, HostOption, JsonOption, PortOption
from cdc.report import lines, passed
from modules.environment.environment import Environment
from modules.environment.loading import load
from modules.environment.models.connectors import Connector
from modules.messages.problems import EnvironmentErrors


def preflight(
    name: EnvArgument,
    host: HostOption = None,
    port: PortOption = 3306,
    ca: DatabaseCaOption = None,
    connector: Annotated[
        str | None, typer.Option("--connector", metavar="NAME", help="Check the database of this connector only.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Check the real account and databases before a deploy."""
    try:
        environment = load(files([name])[0])
    except (EnvironmentErrors, UnknownEnvironmentError) as error:
        fail(error)
    chosen = _chosen(environment, connector, host)
    aws = Aws(environment.region)
    with err.status(f"checking {environment.name}"):
        account, results = _account(environment, aws)
        results += _databases(chosen, account, host=host, port=port, ca=ca)
    if as_json:
        document = {"passed": passed(results), "results": [result.document for result in results]}
        out.print_json(json.dumps(document))
    else:
        for line in lines(results):
            out.print(line, markup=False, soft_wrap=True)
    if not passed(results):
        raise typer.Exit(1)


def _chosen(environment: Environment, connector: str | None, host: str | None) -> dict[str, Connector]:
    """The connectors whose databases are checked; one address is that of one database."""
    connectors = environment.connectors
    if connector is not None:
        if connector not in connectors:
            raise typer.BadParameter(f"--connector must be one of {', '.join(connectors)}, got {connector}")
        connectors = {connector: connectors[connector]}
    databases = {one.source.database for one in connectors.values()}
    if host and len(databases) > 1:
        raise typer.BadParameter(
            f"--host is the address of one database, and there are {len(databases)}: choose with --connector"
        )
    return dict(connectors)


def _account(environment: Environment, aws: Aws) -> tuple[Aws | None, list[Result]]:
    """The account, None where the caller has no credentials, and the results of its checks."""
    try:
        aws.check_credentials()
    except CredentialsError as error:
        finding = unknown(f"the account was not checked: {error}", SIGN_IN)
        return None, [Result("account", "credentials", finding)]
    from cdc.preflight.aws import checks  # with all of botocore

    return aws, [*checks.check(environment, aws)]


def _databases(
    connectors: Mapping[str, Connector], aws: Aws | None, *, host: str | None, port: int, ca: Path | None
) -> Iterator[Result]:
    from cdc.preflight.database import checks
    from cdc.preflight.database.connecting import Route
    from cdc.preflight.routes import Routes

    given = Route(host, port, given=True, authority=ca) if host else None
    for key, connector in connectors.items():
        routes = Routes(given, aws, os.environ, authority=ca)
        route, login = routes.to(connector), routes.login(connector)
        if route and login:
            yield from checks.check(key, connector, route, login)
        else:
            yield Result(f"connector {key}: database", "connection", routes.missing(route, login))
