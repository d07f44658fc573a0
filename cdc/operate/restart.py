"""``cdc restart``: restarts a connector's tasks, and waits for the result."""

import time
from typing import Annotated, Any, Final

import typer

from cdc.console import err, fail, out
from cdc.operate.connectors import Place, place
from cdc.options import EnvArgument

_EVERY_SECONDS: Final = 2
_LONGEST_SECONDS: Final = 1800


def restart(
    name: EnvArgument,
    connector: Annotated[str, typer.Argument(metavar="CONNECTOR", help="Its key in the environment file.")],
    only_failed: Annotated[bool, typer.Option("--only-failed", help="Restart only tasks that failed.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")] = False,
) -> None:
    """Restart a connector's tasks."""
    with place(name) as found:
        arn = _arn(found, connector)
        what = "the failed tasks" if only_failed else "all tasks"
        out.print(f"{found.names[connector]}: restarts {what}; it resumes from the committed offset", markup=False)
        out.print("events since the last commit arrive twice; the secret is read again", markup=False)
        if not yes:
            typer.confirm("continue?", abort=True)
        client = found.aws.client("kafkaconnect")
        started = client.restart_connector(connectorArn=arn, onlyFailedTasks=only_failed)
        ended = _followed(client, started["connectorOperationArn"])
    state, failure = ended["connectorOperationState"], (ended.get("errorInfo") or {}).get("message")
    if state != "RESTART_COMPLETE":
        fail(f"{found.names[connector]}: {state}{f': {failure}' if failure else ''}; next: cdc verify {name}")
    out.print(f"{found.names[connector]}: {state}", markup=False)


def _arn(found: Place, key: str) -> str:
    if key not in found.names:
        raise typer.BadParameter(f"CONNECTOR must be one of {', '.join(found.names)}, got {key}")
    wanted = found.names[key]
    listed = found.aws.pages("kafkaconnect", "list_connectors", "connectors", connectorNamePrefix=wanted)
    arn = next((str(one["connectorArn"]) for one in listed if one["connectorName"] == wanted), None)
    return arn or fail(f"{wanted} does not exist in {found.environment.region}: apply the connect stack first")


def _followed(client: Any, operation: str) -> dict[str, Any]:
    """The operation once it has ended, or as it is after half an hour."""
    deadline = time.monotonic() + _LONGEST_SECONDS
    with err.status("restarting"):
        while True:
            found: dict[str, Any] = client.describe_connector_operation(connectorOperationArn=operation)
            if not found["connectorOperationState"].endswith("_IN_PROGRESS") or time.monotonic() > deadline:
                return found
            time.sleep(_EVERY_SECONDS)
