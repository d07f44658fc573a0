"""``cdc bootstrap``: the bucket and lock table that an environment keeps its state in."""

import json
from dataclasses import asdict
from typing import Annotated

import typer

from cdc.console import fail, out
from cdc.display import Display
from cdc.environments import files
from cdc.options import JsonOption
from cdc.state.account import account
from cdc.state.errors import TOLD
from modules.environment.loading import load
from rehearsal.steps import Steps


def bootstrap(
    name: Annotated[str, typer.Argument(metavar="ENV", help="The environment, or its file.")],
    adopt: Annotated[bool, typer.Option("--adopt", help="Take over a bucket that exists and bears no tags.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Make the state bucket and lock table, and move their own state in; what is there already stays as it is."""
    from cdc.state.bootstrapping import bootstrap as run  # starts Node

    try:
        environment = load(files([name])[0])
        place = account(environment)
        with Display(quiet=as_json) as display:
            done = run(environment, place, Steps(display), adopt=adopt)
    except TOLD as error:
        locked = "Error acquiring the state lock" in str(error)
        fail(f"{error}\nif that run is over: .venv/bin/cdc state unlock {name} state LOCK_ID" if locked else error)
    except KeyboardInterrupt:
        fail(f"interrupted; nothing is lost, run it again: .venv/bin/cdc bootstrap {name}", status=130)
    if as_json:
        out.print_json(json.dumps(asdict(done)))
        return
    what = f"{done.url}, locked in {done.lock_table}"
    out.print(f"state of {environment.name}: {what}" + ("" if done.changed else "; nothing was to do"), soft_wrap=True)
    out.print(f"next: .venv/bin/cdktf deploy '{environment.name}-*'", markup=False)
