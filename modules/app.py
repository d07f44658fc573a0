"""From environment files to an app whose stacks are Terraform JSON."""

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from modules import stacks
from modules.environment.environment import Environment
from modules.environment.loading import load_all, located, warnings
from modules.environment.models.state import S3State
from modules.environment.plugin_archives import findings
from modules.messages.problems import EnvironmentErrors, Problem
from modules.synthesis import hcl, sdk
from modules.synthesis.locked_providers import copy_lock_file

NO_ENVIRONMENTS = "environments/*.yaml: no such file; run this in the project's folder, or name environment files"


def build(environments: Iterable[Environment], outdir: Path | None = None, *, connect: bool = True) -> sdk.App:
    """The stacks of all ``environments``; ``app.synth()`` writes them below ``outdir`` (cdktf.out).

    Without ``connect`` no plugin's archive is needed.
    """
    # The validation that is skipped asks Terraform for its version, which each stack's required_version does anyway.
    app = sdk.App(outdir=str(outdir) if outdir else None, skip_validation=True)
    for environment in environments:
        state = environment.state
        if isinstance(state, S3State) and state.create:
            stacks.StateStore(app, config=environment, state=state)
        platform = stacks.Platform(app, config=environment)
        if connect:
            stacks.Connect(app, config=environment, platform=platform)
    return app


def main(arguments: Sequence[str]) -> int:
    """Synthesize the files named, or all of environments/; 1 where one of them cannot be."""
    files = [Path(argument) for argument in arguments] or sorted(Path("environments").glob("*.yaml"))
    if not files:
        print(NO_ENVIRONMENTS, file=sys.stderr)
        return 1
    try:
        environments = load_all(files)
        _examine(zip(environments, files, strict=True))
    except EnvironmentErrors as error:
        print(error, file=sys.stderr)
        return 1
    app = build(environments)
    app.synth()
    if app.hcl_output:
        hcl.rewrite(app)
    copy_lock_file(Path(), Path(app.outdir).glob("stacks/*"))
    return 0


def _examine(environments: Iterable[tuple[Environment, Path]]) -> None:
    """Tells what their authors should know; raises EnvironmentErrors for archives that cannot run the connectors.

    What only MSK Connect needs of an archive is no error here: a rehearsal goes on without it.
    """
    misfits: list[Problem] = []
    for environment, file in environments:
        found = findings(environment)
        misfits += located(found.misfits, file)
        for warning in (*warnings(environment, file), *located(found.lacking, file)):
            print(f"warning: {warning}", file=sys.stderr)
    if misfits:
        raise EnvironmentErrors(misfits)
