"""``cdc check``: everything about an environment that can be checked without an account."""

import json
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Annotated, Final

import typer

from cdc.console import fail, out, show_line
from cdc.environments import UnknownEnvironmentError, files
from cdc.options import EnvsArgument, JsonOption, OfflineOption, SourceOption
from modules.debezium.checks.classes import SECTIONS
from modules.environment import ca_bundles
from modules.environment.environment import Environment
from modules.environment.loading import load_all, located, warnings
from modules.environment.plugin_archives import Contents, findings, recorded
from modules.messages.problems import EnvironmentErrors, Problem

_ANY_JAVA: Final = 99


def check(
    names: EnvsArgument = None,
    as_json: JsonOption = False,
    deep: Annotated[
        bool, typer.Option("--deep", help="Also run Debezium's own validation, in a JVM with the plugin's jars.")
    ] = False,
    plugins: Annotated[
        list[str] | None,
        typer.Option("--plugin", metavar="NAME=ZIP", help="With --deep: the archive of a published plugin."),
    ] = None,
    source: SourceOption = None,
    offline: OfflineOption = False,
) -> None:
    """Validate environments and plugin archives, without AWS."""
    try:
        chosen = files(names or [])
    except UnknownEnvironmentError as error:
        fail(error)
    archives = _archives(plugins or []) if deep else {}
    errors, advice = _checked(chosen, deep=partial(_run_deep, archives, source, offline) if deep else None)
    if as_json:
        out.print_json(json.dumps({"errors": [_shown(p) for p in errors], "warnings": [_shown(p) for p in advice]}))
    else:
        _print(chosen, errors, advice)
    if errors:
        raise typer.Exit(1)


Problems = tuple[Problem, ...]
Deep = Callable[[Sequence[Environment], Sequence[Path]], tuple[Problems, Problems]]


def _checked(chosen: list[Path], *, deep: Deep | None) -> tuple[Problems, Problems]:
    """Errors and warnings of all files; archives are inspected only if the files are valid."""
    try:
        environments = load_all(chosen)
    except EnvironmentErrors as error:
        return error.problems, ()
    errors: list[Problem] = []
    advice: list[Problem] = []
    loadable = True
    for environment, file in zip(environments, chosen, strict=True):
        found = findings(environment, look=_look)
        errors += located((*found.errors, *found.on_msk_connect, *ca_bundles.problems(environment)), file)
        loadable = loadable and not any(problem.path[0] == "plugins" for problem in found.errors)
        advice += (*warnings(environment, file), *located(found.advice, file))
    refused, skipped = deep(environments, chosen) if deep and loadable else ((), ())
    return (*errors, *refused), (*advice, *skipped)


def _archives(given: list[str]) -> dict[str, Path]:
    """The archive of each plugin, from ``NAME=ZIP``."""
    archives = {name: Path(file) for name, _, file in (each.partition("=") for each in given)}
    if wrong := next((name for name, file in archives.items() if not file.is_file()), None):
        raise typer.BadParameter(f"must be NAME=ZIP, and the ZIP must be a file, got {wrong}={archives[wrong]}")
    return archives


def _run_deep(
    archives: Mapping[str, Path],
    source: list[str] | None,
    offline: bool,
    environments: Sequence[Environment],
    chosen: Sequence[Path],
) -> tuple[Problems, Problems]:
    """Errors that the plugins' own validation finds, and the plugins that were skipped."""
    from cdc.deep.command import REPORTED, validate  # with all that starts a JVM

    try:
        return validate(environments, chosen, archives, source=source, offline=offline)
    except REPORTED as error:
        fail(error)


def _look(archive: Path) -> Contents | None:
    """What an archive contains, from its manifest; from its jars where it was not built here."""
    if contents := recorded(archive):
        return contents
    from modules.archive import contents as jars, inspection  # reads thousands of classes

    seen = inspection.inspect(archive)
    every = frozenset(name.replace("/", ".") for jar in jars.read(archive).jars for name in jar.entries(_ANY_JAVA))
    return Contents(
        connectors=frozenset(seen.connectors),
        config_providers=frozenset(seen.config_providers),
        classes=dict.fromkeys(SECTIONS, every),
    )


def _print(chosen: list[Path], errors: tuple[Problem, ...], advice: tuple[Problem, ...]) -> None:
    for problem in errors:
        show_line(str(problem))
    for problem in advice:
        show_line(f"warning: {problem}")
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
