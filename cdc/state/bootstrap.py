"""``cdc bootstrap``: creates the state bucket and lock table of an environment."""

import json
from dataclasses import asdict
from typing import Annotated

import typer

from cdc.console import fail, out
from cdc.display import Display
from cdc.environments import files
from cdc.options import EnvArgument, JsonOption
from cdc.state.account import account
from cdc.state.errors import REPORTED
from modules.environment.loading import load
from rehearsal.steps import Steps


def bootstrap(
    name: EnvArgument,
    adopt: Annotated[bool, typer.Option("--adopt", help="Take over an existing bucket that has no tags.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Create the state bucket and lock table of an environment.

    Their own state is moved into the bucket. What already exists is not changed.
    """
    from cdc.state.bootstrapping import bootstrap as run  # starts Node

    try:
        environment = load(files([name])[0])
        place = account(environment)
        _ = place.id  # what is wrong with the account is said before anything is synthesized
        with Display(quiet=as_json) as display:
            done = run(environment, place, Steps(display), adopt=adopt)
    except REPORTED as error:
        locked = "Error acquiring the state lock" in str(error)
        fail(f"{error}\nif that run has ended: .venv/bin/cdc state unlock {name} state LOCK_ID" if locked else error)
    except KeyboardInterrupt:
        fail(f"interrupted; nothing is lost; run it again: .venv/bin/cdc bootstrap {name}", status=130)
    if as_json:
        out.print_json(json.dumps(asdict(done)))
        return
    where = f"{done.url}, locked in {done.lock_table}"
    out.print(f"state of {environment.name}: {where}" + ("" if done.changed else "; nothing to do"), soft_wrap=True)
    out.print(f"next: .venv/bin/cdktf deploy '{environment.name}-*'", markup=False)
