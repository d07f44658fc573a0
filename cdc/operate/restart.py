"""``cdc restart``: restarts a connector's tasks, and waits for the result."""

from typing import Annotated

import typer

from cdc.console import out
from cdc.operate.connectors import place
from cdc.operate.following import followed, report
from cdc.options import EnvArgument


def restart(
    name: EnvArgument,
    connector: Annotated[str, typer.Argument(metavar="CONNECTOR", help="Its key in the environment file.")],
    only_failed: Annotated[bool, typer.Option("--only-failed", help="Restart only tasks that failed.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")] = False,
) -> None:
    """Restart a connector's tasks."""
    with place(name, lambda found: found.check(connector)) as found:
        arn = found.arn(connector)
        what = "the failed tasks" if only_failed else "all tasks"
        out.print(f"{found.names[connector]}: restarts {what}; it resumes from the committed offset", markup=False)
        out.print("events since the last commit arrive twice; the secret is read again", markup=False)
        if not yes:
            typer.confirm("continue?", abort=True)
        client = found.aws.client("kafkaconnect")
        started = client.restart_connector(connectorArn=arn, onlyFailedTasks=only_failed)
        ended = followed(client, started["connectorOperationArn"], doing="restarting")
    report(found.names[connector], ended, next_step=f"cdc verify {name}")
