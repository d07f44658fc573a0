"""``cdc check``: everything about an environment that can be checked without an account."""

import json
from pathlib import Path

import typer

from cdc.console import err, fail, out
from cdc.environments import UnknownEnvironmentError, files
from cdc.options import EnvsArgument, JsonOption
from modules.environment.loading import load_all, located, warnings
from modules.environment.plugin_archives import Contents, findings, recorded
from modules.messages.problems import EnvironmentErrors, Problem


def check(
    names: EnvsArgument = None,
    as_json: JsonOption = False,
) -> None:
    """Validate environments and their plugin archives, offline."""
    try:
        chosen = files(names or [])
    except UnknownEnvironmentError as error:
        fail(error)
    errors, advice = _checked(chosen)
    if as_json:
        out.print_json(json.dumps({"errors": [_shown(p) for p in errors], "warnings": [_shown(p) for p in advice]}))
    else:
        _print(chosen, errors, advice)
    if errors:
        raise typer.Exit(1)


def _checked(chosen: list[Path]) -> tuple[tuple[Problem, ...], tuple[Problem, ...]]:
    """Errors and warnings of all files; archives are inspected only if the files are valid."""
    try:
        environments = load_all(chosen)
    except EnvironmentErrors as error:
        return error.problems, ()
    errors: list[Problem] = []
    advice: list[Problem] = []
    for environment, file in zip(environments, chosen, strict=True):
        found = findings(environment, look=_look)
        errors += located((*found.errors, *found.on_msk_connect), file)
        advice += warnings(environment, file)
    return tuple(errors), tuple(advice)


def _look(archive: Path) -> Contents | None:
    """What an archive contains, from its manifest; from its jars where it was not built here."""
    if contents := recorded(archive):
        return contents
    from modules.archive.inspection import inspect  # reads thousands of classes

    seen = inspect(archive)
    return Contents(connectors=frozenset(seen.connectors), config_providers=frozenset(seen.config_providers))


def _print(chosen: list[Path], errors: tuple[Problem, ...], advice: tuple[Problem, ...]) -> None:
    for problem in errors:
        err.print(str(problem), markup=False, soft_wrap=True)
    for problem in advice:
        err.print(f"warning: {problem}", markup=False, soft_wrap=True)
    wrong = {problem.file for problem in errors}
    for file in chosen:
        if str(file) not in wrong:
            out.print(f"{file}: ok", markup=False)


def _shown(problem: Problem) -> dict[str, object]:
    return {
        "file": problem.file,
        "line": problem.line,
        "path": list(problem.path),
        "message": problem.message,
        "value": problem.value,
    }
