"""``cdc deployer-policy``: prints the IAM policy that deploying, or operating, an environment needs."""

import json
from collections.abc import Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import Annotated

import typer

from cdc.console import err, fail, out
from cdc.deployer.calls import UnrecordedTypeError
from cdc.deployer.policy import MOST_CHARACTERS, Policy
from cdc.deployer.stacks import operator_policy_of, policy_of
from cdc.environments import UnknownEnvironmentError, files
from cdc.options import EnvArgument, JsonOption
from modules.environment.loading import load
from modules.messages.problems import EnvironmentErrors
from modules.user_files.reading import reason


def deployer_policy(
    name: EnvArgument,
    read_only: Annotated[bool, typer.Option("--read-only", help="The policy of a plan: nothing is changed.")] = False,
    operate: Annotated[
        bool, typer.Option("--operate", help="The policy of who checks, watches and operates what is deployed.")
    ] = False,
    to: Annotated[
        Path | None, typer.Option("--to", metavar="DIR", file_okay=False, help="Write each document to a file there.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Print the IAM policy that deploying an environment needs.

    It has the actions that the pinned AWS provider calls for the resources of the synthesized stacks, and what AWS
    asks for beyond, each with its reason. A policy that is larger than IAM takes becomes several documents.

    With --operate it is the policy of preflight, status, verify, events, snapshot, pause, resume, restart, upgrade,
    drift and state, whose calls are known.
    """
    if read_only and operate:
        raise typer.BadParameter("give --read-only or --operate, not both")
    try:
        environment = load(files([name])[0])
        with err.status("synthesizing"):
            policy = operator_policy_of(environment) if operate else policy_of(environment, read_only=read_only)
    except (EnvironmentErrors, OSError, UnknownEnvironmentError, UnrecordedTypeError) as error:
        fail(error)
    whose = "operator" if operate else "planner" if read_only else "deployer"
    names = [f"cdc-{environment.name}-{whose}-{n + 1}" for n in range(len(policy.documents))]
    documents = dict(zip(names, policy.documents, strict=True))
    if to:
        _write(documents, to)
    if as_json:
        parsed = {each: json.loads(document) for each, document in documents.items()}
        permissions = [one.document for one in policy.permissions]
        out.print_json(json.dumps({"documents": parsed, "permissions": permissions}))
        return
    _print(f"{name} --operate" if operate else name, policy, documents, to)


def _print(name: str, policy: Policy, documents: Mapping[str, str], to: Path | None) -> None:
    for line in _lines(policy):
        out.print(line, markup=False, soft_wrap=True)
    for each, document in documents.items():
        out.print(
            f"{to / each if to else each}{'.json' if to else ''}: {len(document)} of {MOST_CHARACTERS} characters"
        )
    if not to:
        out.print(f"next: .venv/bin/cdc deployer-policy {name} --to DIR writes them, for aws iam create-policy")


def _write(documents: Mapping[str, str], to: Path) -> None:
    try:
        to.mkdir(parents=True, exist_ok=True)
        for name, document in documents.items():
            (to / f"{name}.json").write_text(f"{document}\n")
    except OSError as error:
        fail(f"{to}: cannot be written: {reason(error)}")


def _lines(policy: Policy) -> Iterator[str]:
    """The actions of each service, with what needs them, and the source of those that were not recorded."""
    for action, group in groupby(policy.permissions, key=lambda one: one.action):
        found = list(group)
        yield action
        yield f"    on   {', '.join(sorted({one.resource for one in found}))}"
        yield f"    for  {', '.join(sorted({one.why for one in found}))}"
        if all(one.source for one in found):
            yield f"    see  {'; '.join(sorted({one.source for one in found}))}"
