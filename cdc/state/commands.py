"""``cdc state``: show, unlock, restore and repair Terraform state."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Annotated, Any

import typer

from cdc.console import fail, out, table
from cdc.environments import files
from cdc.options import EnvArgument, JsonOption
from cdc.state.account import Account, account
from cdc.state.errors import REPORTED, StateError
from cdc.state.objects import Digest, Lock, StateObject, Version
from modules.environment.loading import load
from modules.states import PARTS

app = typer.Typer(no_args_is_help=True, help="Show, unlock, restore and repair Terraform state.")

StackArgument = Annotated[str, typer.Argument(metavar="STACK", help="state, platform or connect.")]


@contextmanager
def _account(name: str) -> Iterator[Account]:
    """The account with the environment's state; an error in the block ends the command."""
    try:
        place = account(load(files([name])[0]))
        _ = place.id
        yield place
    except REPORTED as error:
        fail(error)


def _object(place: Account, part: str) -> StateObject:
    part = part.removeprefix(f"{place.environment.name}-")
    if part not in PARTS:
        raise StateError(f"STACK must be state, platform or connect, got {part}")
    return StateObject(place, part)


@app.command()
def show(name: EnvArgument, as_json: JsonOption = False) -> None:
    """Show each stack's state: serial, locks and digest."""
    with _account(name) as place:
        shown = [_shown(StateObject(place, part)) for part in PARTS]
    # With create: false there is no state stack, unless there was one before.
    found = [
        one for part, one in zip(PARTS, shown, strict=True) if part != "state" or place.state.create or one["changed"]
    ]
    if as_json:
        out.print_json(json.dumps(found))
        return
    out.print(table("", ("stack", "serial", "resources", "changed", "lock", "digest"), map(_row, found)))


def _shown(state: StateObject) -> dict[str, Any]:
    latest = next(iter(state.versions(1)), None)
    exists = latest is not None and not latest.deletion
    return {
        "stack": state.stack,
        "serial": latest.serial if latest and latest.content else None,
        "resources": latest.resources if latest and latest.content else None,
        "changed": latest.modified.isoformat(timespec="seconds") if latest else None,
        "exists": exists,
        "locks": [asdict(lock) for lock in state.locks()],
        "digest": state.digest(),
    }


def _row(found: dict[str, Any]) -> tuple[str, ...]:
    serial, resources = ("-" if found[key] is None else str(found[key]) for key in ("serial", "resources"))
    changed = found["changed"] if found["exists"] else f"deleted {found['changed']}" if found["changed"] else "no state"
    locks = "; ".join(_lock(Lock(**one)) for one in found["locks"]) or "unlocked"
    digest = found["digest"] if found["digest"] == Digest.OK else found["digest"].upper()
    return found["stack"], serial, resources, changed, locks, digest


def _lock(lock: Lock) -> str:
    return f"{lock.id}: {lock.operation} by {lock.who} since {lock.created[:19]} in {' and '.join(lock.places)}"


@app.command()
def versions(
    name: EnvArgument,
    stack: StackArgument,
    newest: Annotated[int, typer.Option("--newest", min=1, help="How many versions.")] = 10,
    as_json: JsonOption = False,
) -> None:
    """List the versions of a stack's state, newest first."""
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
    name: EnvArgument, stack: StackArgument, lock: Annotated[str, typer.Argument(metavar="LOCK", help="The lock's id.")]
) -> None:
    """Remove the lock of a run that has ended.

    It is removed from DynamoDB and S3.
    """
    with _account(name) as place:
        state = _object(place, stack)
        state.unlock(lock)
    out.print(f"{state.stack} is unlocked")


@app.command()
def restore(
    name: EnvArgument,
    stack: StackArgument,
    version: Annotated[str, typer.Argument(metavar="VERSION", help="A version that cdc state versions lists.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")] = False,
) -> None:
    """Make an earlier version of a stack's state the latest."""
    from cdc.state.restoring import restore as restore_version  # starts Node

    with _account(name) as place:
        state = _object(place, stack)
        chosen = state.version(version)
        _preview(state, chosen)
        if not yes:
            typer.confirm("continue?", abort=True)
        serial = restore_version(place, state, chosen)
    out.print(f"{state.stack} is at serial {serial}, with the content of version {version}")
    out.print("next: plan it; the plan shows what differs from the account", markup=False)


def _preview(state: StateObject, chosen: Version) -> None:
    latest = next((one for one in state.versions(20) if one.content), None)
    had, has = latest.addresses if latest else set(), chosen.addresses
    out.print(f"{state.stack}: restore serial {chosen.serial} of {chosen.modified:%Y-%m-%d %H:%M:%S}", markup=False)
    for sign, addresses in (("- removed from the state:", had - has), ("+ in the state again:", has - had)):
        for address in sorted(addresses):
            out.print(f"  {sign} {address}", markup=False)


@app.command()
def repair(name: EnvArgument, stack: StackArgument) -> None:
    """Accept the state in the bucket if its digest differs or is gone.

    The digest of the state in S3 is written to DynamoDB.
    """
    with _account(name) as place:
        state = _object(place, stack)
        if state.digest() is Digest.OK:
            raise StateError(f"the digest of {state.stack} is ok: nothing to repair")
        state.update_digest()
    out.print(f"{state.stack}: the digest is now that of {state.url}")
