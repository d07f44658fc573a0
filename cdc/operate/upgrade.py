"""``cdc upgrade``: brings running connectors to what is synthesized, in place, where Terraform would replace them."""

from pathlib import Path
from typing import Annotated

import typer

from cdc.console import fail, out
from cdc.operate.connectors import Place, place
from cdc.operate.following import followed, report
from cdc.options import EnvArgument
from cdc.verify.expected import Expected, NoStackError, read, synthesize


def upgrade(
    name: EnvArgument,
    connector: Annotated[
        str | None, typer.Argument(metavar="[CONNECTOR]", help="Its key in the environment file; default: all.")
    ] = None,
    stacks: Annotated[Path, typer.Option("--stacks", file_okay=False, help="Folder of the synthesized stacks.")] = Path(
        "cdktf.out/stacks"
    ),
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")] = False,
) -> None:
    """Bring running connectors to what is synthesized, in place."""
    wanted: dict[str, Expected] = {}

    def check(found: Place) -> None:
        if connector is not None:
            found.check(connector)
        wanted.update(_synthesized(stacks, found.environment.name))

    with place(name, check) as found:
        for key in (one for one in found.names if connector in (None, one)):
            _upgraded(found, key, wanted.get(found.names[key]), yes=yes)


def _synthesized(stacks: Path, environment: str) -> dict[str, Expected]:
    try:
        return {one.name: one for one in read(stacks, environment)}
    except NoStackError as error:
        fail(error)


def _upgraded(found: Place, key: str, wanted: Expected | None, *, yes: bool) -> None:
    from cdc.operate.updates import NotUpgradedError, updates

    connector = found.names[key]
    if wanted is None:
        fail(f"{connector} must be in the synthesized stack, it is not: {synthesize(found.environment.name)}")
    arn, client = found.arn(key), found.aws.client("kafkaconnect")
    described = client.describe_connector(connectorArn=arn)
    try:
        planned = updates(found.aws, wanted, described)
    except NotUpgradedError as error:
        fail(f"{connector}: {error}")
    if not planned:
        out.print(f"{connector}: runs what is synthesized", markup=False, soft_wrap=True)
        return
    found.running(key)
    for line in (line for one in planned for line in one.lines):
        out.print(f"{connector}: {line}", markup=False, soft_wrap=True)
    out.print("its tasks restart; events since the last commit arrive twice; offsets are kept", soft_wrap=True)
    if not yes:
        typer.confirm("continue?", abort=True)
    for update in planned:
        version = client.describe_connector(connectorArn=arn)["currentVersion"]
        started = client.update_connector(connectorArn=arn, currentVersion=version, **update.request)
        ended = followed(client, started["connectorOperationArn"], doing=f"updating the {update.what} of {connector}")
        report(connector, ended, next_step=f"cdc verify {found.environment.name}")
    out.print("next: plan the connect stack; the plan must not replace the connector", soft_wrap=True)
