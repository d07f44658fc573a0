"""The app: environment files in, stacks of Terraform JSON out."""

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from modules.connect_stack import Connect
from modules.environment import ca_bundles
from modules.environment.environment import Environment
from modules.environment.loading import files_of, load_all, located, warnings
from modules.environment.models.state import S3State
from modules.environment.plugin_archives import findings
from modules.messages.output import filtered
from modules.messages.problems import EnvironmentErrors, Problem
from modules.stacks import Platform, StateStore
from modules.synthesis import gone_stacks, hcl, sdk
from modules.synthesis.locked_providers import copy_lock_file
from modules.template_text import with_escaped_text

NO_ENVIRONMENTS = "environments/*.yaml: no such file; run this in the project folder, or name environment files"


def build(environments: Iterable[Environment], outdir: Path | None = None, *, connect: bool = True) -> sdk.App:
    """The stacks of all ``environments``; ``app.synth()`` writes them to ``outdir`` (default: cdktf.out).

    Text of an environment stays text: Terraform evaluates none of it. Without ``connect`` the connect stacks are left
    out, and no plugin archive is needed.
    """
    # The skipped validation checks Terraform's version; so does each stack's required_version.
    app = sdk.App(outdir=str(outdir) if outdir else None, skip_validation=True)
    for environment in map(with_escaped_text, environments):
        state = environment.state
        if isinstance(state, S3State) and state.create:
            StateStore(app, config=environment, state=state)
        platform = Platform(app, config=environment)
        if connect:
            Connect(app, config=environment, platform=platform)
    return app


@filtered()
def main(arguments: Sequence[str]) -> int:
    """Synthesizes the given files, or all of environments/; returns 1 if one is invalid."""
    try:
        files = [Path(argument) for argument in arguments] or files_of(Path("environments"))
        if not files:
            print(NO_ENVIRONMENTS, file=sys.stderr)
            return 1
        environments = load_all(files)
        _check_archives(zip(environments, files, strict=True))
    except EnvironmentErrors as error:
        print(error, file=sys.stderr)
        return 1
    app = build(environments)
    app.synth()
    if app.hcl_output:
        hcl.rewrite(app)
    named = {file.stem for file in (*files, *Path("environments").glob("*.yaml"))}
    for stack in gone_stacks.remove(Path(app.outdir), named):
        print(f"removed {stack}: there is no such environment", file=sys.stderr)
    copy_lock_file(Path(), Path(app.outdir).glob("stacks/*"))
    return 0


def _check_archives(environments: Iterable[tuple[Environment, Path]]) -> None:
    """Prints warnings; raises EnvironmentErrors for archives that cannot run the connectors.

    An archive that would fail only on MSK Connect is a warning: a rehearsal runs without what is missing.
    """
    errors: list[Problem] = []
    for environment, file in environments:
        found = findings(environment)
        errors += located((*found.errors, *ca_bundles.problems(environment)), file)
        for warning in (*warnings(environment, file), *located((*found.on_msk_connect, *found.advice), file)):
            print(f"warning: {warning}", file=sys.stderr)
    if errors:
        raise EnvironmentErrors(errors)
