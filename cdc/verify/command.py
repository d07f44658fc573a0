"""``cdc verify``: compares what runs with what was synthesized; changes nothing."""

import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Final

import typer

from cdc.aws import SIGN_IN, Aws, CredentialsError, unread
from cdc.console import err, fail, out
from cdc.environments import UnknownEnvironmentError, files
from cdc.findings import Level, Result
from cdc.options import EnvArgument, JsonOption
from cdc.report import lines, passed
from cdc.verify.expected import Expected, NoStackError, check as check_stack, read
from modules.environment.loading import load
from modules.messages.problems import EnvironmentErrors

_EVERY_SECONDS: Final = 5


def verify(
    name: EnvArgument,
    stacks: Annotated[Path, typer.Option("--stacks", file_okay=False, help="Folder of the synthesized stacks.")] = Path(
        "cdktf.out/stacks"
    ),
    wait: Annotated[
        int, typer.Option("--wait", min=0, metavar="SECONDS", help="Wait so long for changes under way and metrics.")
    ] = 0,
    as_json: JsonOption = False,
) -> None:
    """Check after an apply that what runs is what was asked for."""
    try:
        environment = load(files([name])[0])
        wanted = read(stacks, environment.name)
        check_stack(wanted, environment)
    except (EnvironmentErrors, NoStackError, UnknownEnvironmentError) as error:
        fail(error)
    aws = Aws(environment.region)
    try:
        aws.check_credentials()
    except CredentialsError as error:
        fail(f"{error}: {SIGN_IN}")
    results = _waited(aws, wanted, seconds=wait)
    good = passed(results) and not _pending(results)
    if as_json:
        out.print_json(json.dumps({"passed": good, "results": [result.document for result in results]}))
    else:
        for line in lines(results):
            out.print(line, markup=False, soft_wrap=True)
    if not good:
        raise typer.Exit(1)


def _waited(aws: Aws, wanted: Sequence[Expected], *, seconds: int) -> list[Result]:
    """Findings once nothing is pending, or after ``seconds``."""
    from botocore.exceptions import BotoCoreError, ClientError

    from cdc.verify.checks import check

    deadline = time.monotonic() + seconds
    with err.status("verifying") as status:
        while True:
            try:
                results = [result for one in wanted for result in check(aws, one)]
            except (BotoCoreError, ClientError) as error:
                fail(unread(error))
            pending = _pending(results)
            if not pending or time.monotonic() >= deadline:
                return results
            first = pending[0]
            status.update(f"{first.subject}: {first.finding.message}")
            time.sleep(_EVERY_SECONDS)


def _pending(results: Sequence[Result]) -> list[Result]:
    """What AWS has not done or said yet."""
    from cdc.verify.checks import WAITED

    return [one for one in results if one.check in WAITED and one.finding.level is Level.UNKNOWN]
