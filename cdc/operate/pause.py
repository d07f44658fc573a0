"""``cdc pause`` and ``cdc resume``: a connector's tasks stop reading, and go on."""

from typing import Annotated

import typer

from cdc.console import fail, out
from cdc.operate.connectors import place
from cdc.operate.following import followed, report
from cdc.options import EnvArgument

_Connector = Annotated[str, typer.Argument(metavar="CONNECTOR", help="Its key in the environment file.")]
_Yes = Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")]


def pause(name: EnvArgument, connector: _Connector, yes: _Yes = False) -> None:
    """Pause a connector: it reads nothing until it is resumed."""
    said = (
        "pauses; no event comes until cdc resume, and nothing is lost while the binary log is kept",
        "its alarms may go on; a plan that changes it fails until it is resumed",
    )
    _changed(name, connector, "pause", needed="RUNNING", said=said, yes=yes)


def resume(name: EnvArgument, connector: _Connector, yes: _Yes = False) -> None:
    """Resume a paused connector."""
    said = ("resumes from the committed offset; events since the last commit may arrive twice",)
    _changed(name, connector, "resume", needed="PAUSED", said=said, yes=yes)


def _changed(name: str, key: str, operation: str, *, needed: str, said: tuple[str, ...], yes: bool) -> None:
    with place(name, lambda found: found.check(key)) as found:
        described, connector = found.described(key), found.names[key]
        if described["connectorState"] != needed:
            fail(f"{connector} must be {needed}, is {described['connectorState']}")
        for number, line in enumerate(said):
            out.print(line if number else f"{connector}: {line}", markup=False, soft_wrap=True)
        if not yes:
            typer.confirm("continue?", abort=True)
        client = found.aws.client("kafkaconnect")
        started = getattr(client, f"{operation}_connector")(connectorArn=described["connectorArn"])
        ended = followed(client, started["connectorOperationArn"], doing=f"to {operation}")
    report(connector, ended, next_step=f"cdc status {name}")
