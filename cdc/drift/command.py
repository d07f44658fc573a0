"""``cdc drift``: compares what Terraform cannot see with what the file asks for; changes nothing."""

import json

import typer

from cdc.console import err, out
from cdc.drift import account
from cdc.findings import Level
from cdc.operate.connectors import place
from cdc.options import EnvArgument, JsonOption
from cdc.report import lines


def drift(name: EnvArgument, as_json: JsonOption = False) -> None:
    """Find what has changed that Terraform cannot see.

    Connectors that the file does not have, operations that failed, plugins and worker configurations that no
    connector uses. Changes nothing. Exit status: 0, or 1 if something was found.
    """
    with place(name) as found, err.status("reading"):
        results = [*account.judge(found.environment, account.read(found.aws, found.environment))]
    drifted = any(one.finding.level in (Level.ERROR, Level.WARNING) for one in results)
    if as_json:
        out.print_json(json.dumps({"drifted": drifted, "results": [one.document for one in results]}))
    else:
        for line in lines(results):
            out.print(line, markup=False, soft_wrap=True)
    if drifted:
        raise typer.Exit(1)
