"""``cdc state``: who holds an environment's state, which versions of it there are, and back to one of them."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Annotated, Any

import typer

from cdc.console import fail, out, table
from cdc.environments import files
from cdc.options import JsonOption
from cdc.state.account import Account, account
from cdc.state.errors import TOLD, StateError
from cdc.state.objects import Lock, StateObject, Version
from modules.environment.loading import load
from modules.states import PARTS

app = typer.Typer(no_args_is_help=True, help=__doc__)

EnvArgument = Annotated[str, typer.Argument(metavar="ENV", help="The environment, or its file.")]
StackArgument = Annotated[str, typer.Argument(metavar="STACK", help="state, platform or connect.")]


@contextmanager
def _account(name: str) -> Iterator[Account]:
    """Where the environment keeps its state; what goes wrong in the block ends the command."""
    try:
        place = account(load(files([name])[0]))
        _ = place.id
        yield place
    except TOLD as error:
        fail(error)


def _object(place: Account, part: str) -> StateObject:
    part = part.removeprefix(f"{place.environment.name}-")
    if part not in PARTS:
        raise StateError(f"STACK must be state, platform or connect, got {part}")
    return StateObject(place, part)


@app.command()
def show(name: EnvArgument, as_json: JsonOption = False) -> None:
    """The state of each stack: how new it is, who holds its lock, whether it is what was written last."""
    with _account(name) as place:
        found = [_shown(StateObject(place, part)) for part in PARTS]
    if as_json:
        out.print_json(json.dumps(found))
        return
    out.print(table("", ("stack", "serial", "resources", "changed", "lock", "digest"), map(_row, found)))


def _shown(state: StateObject) -> dict[str, Any]:
    latest = next(iter(state.versions(1)), None)
    there = latest is not None and not latest.deletion
    return {
        "stack": state.stack,
        "serial": latest.serial if latest and latest.content else None,
        "resources": latest.resources if latest and latest.content else None,
        "changed": latest.modified.isoformat(timespec="seconds") if latest else None,
        "there": there,
        "locks": [asdict(lock) for lock in state.locks()],
        "digest_holds": state.digest_holds(),
    }


def _row(found: dict[str, Any]) -> tuple[str, ...]:
    serial, resources = ("-" if found[key] is None else str(found[key]) for key in ("serial", "resources"))
    changed = found["changed"] or "never"
    locks = "; ".join(_lock(Lock(**one)) for one in found["locks"]) or "free"
    digest = "holds" if found["digest_holds"] else "DIFFERS"
    return found["stack"], serial, resources, changed if found["there"] else f"not there ({changed})", locks, digest


def _lock(lock: Lock) -> str:
    return f"{lock.id}: {lock.operation} by {lock.who} since {lock.created[:19]} in {' and '.join(lock.places)}"


@app.command()
def versions(
    name: EnvArgument,
    stack: StackArgument,
    newest: Annotated[int, typer.Option("--newest", min=1, help="How many.")] = 10,
    as_json: JsonOption = False,
) -> None:
    """The versions of a stack's state, the newest first."""
    with _account(name) as place:
        listed = _object(place, stack).versions(newest)
    if as_json:
        out.print_json(json.dumps([_version(one) for one in listed]))
        return
    rows = [[str(value) for value in _version(one).values()] for one in listed]
    out.print(table("", ("version", "changed", "serial", "resources", "what"), rows))


def _version(one: Version) -> dict[str, Any]:
    what = "deleted" if one.deletion else "no state" if one.content is None else "latest" if one.latest else ""
    known = one.content is not None
    return {
        "version": one.id,
        "changed": one.modified.isoformat(timespec="seconds"),
        "serial": one.serial if known else "-",
        "resources": one.resources if known else "-",
        "what": what,
    }


@app.command()
def unlock(
    name: EnvArgument, stack: StackArgument, lock: Annotated[str, typer.Argument(metavar="LOCK", help="Its id.")]
) -> None:
    """Take away the lock of a run that is over, wherever it lies."""
    with _account(name) as place:
        state = _object(place, stack)
        state.unlock(lock)
    out.print(f"{state.stack} is free")


@app.command()
def restore(
    name: EnvArgument,
    stack: StackArgument,
    version: Annotated[str, typer.Argument(metavar="VERSION", help="As cdc state versions tells it.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Make an earlier version of a stack's state the newest one."""
    from cdc.state.restoring import restore as put_back  # starts Node

    with _account(name) as place:
        state = _object(place, stack)
        wanted = state.version(version)
        _tell(state, wanted)
        if not yes:
            typer.confirm("go on?", abort=True)
        serial = put_back(place, state, wanted)
    out.print(f"{state.stack} is at serial {serial}, with what version {version} knew")
    out.print("next: plan it; what differs from the account shows there", markup=False)


def _tell(state: StateObject, wanted: Version) -> None:
    latest = next((one for one in state.versions(20) if one.content), None)
    had, has = latest.addresses if latest else set(), wanted.addresses
    out.print(f"{state.stack}: back to serial {wanted.serial} of {wanted.modified:%Y-%m-%d %H:%M:%S}", markup=False)
    for sign, addresses in (("forgets", had - has), ("knows again", has - had)):
        for address in sorted(addresses):
            out.print(f"  {sign} {address}", markup=False)


@app.command()
def repair(name: EnvArgument, stack: StackArgument) -> None:
    """Accept what is in the bucket where the digest beside it says that something else was written last."""
    with _account(name) as place:
        state = _object(place, stack)
        if state.digest_holds():
            raise StateError(f"the digest of {state.stack} holds: there is nothing to repair")
        state.renew_digest()
    out.print(f"{state.stack}: the digest is that of {state.url}")
