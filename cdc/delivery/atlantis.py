"""``cdc atlantis``: writes atlantis.yaml for the environments' stacks."""

import shlex
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Annotated, Any, Final, NamedTuple

import typer
import yaml

from cdc.console import err, fail, out
from cdc.delivery.export import JSON_FILE, TO, difference, manifest
from cdc.environments import UnknownEnvironmentError, files
from modules.environment.environment import Environment
from modules.environment.loading import load_all, located
from modules.environment.models.plugins import ArchivePlugin
from modules.environment.models.state import LocalState
from modules.messages.problems import EnvironmentErrors, Problem
from modules.states import PARTS
from modules.synthesis.locked_providers import LOCK_FILE
from modules.user_files.reading import read
from modules.user_files.writing import replacing

FILE: Final = Path("atlantis.yaml")
_MOST_BYTES: Final = 10_000_000
SYNTHESIZED: Final = PurePosixPath("cdktf.out/stacks")
WORKFLOW: Final = "msk-cdc"
REQUIREMENTS: Final = ("approved", "mergeable", "undiverged")
GROUPS: Final = {part: group for group, part in enumerate(PARTS)}
# The sources of a stack's JSON, besides its environment file.
SOURCES: Final = ("modules/**/*.py", "main.py", "cdktf.json", "Pipfile.lock", "artifacts.lock.toml", LOCK_FILE)
MADE_BY: Final = "# Made by: cdc atlantis"
HEADER: Final = """\
{made_by}
# Do not edit: `cdc atlantis` writes it again, `cdc atlantis --check` reports whether it is current.
"""


class Options(NamedTuple):
    """The environments of the file, and the layout of its projects; the file's first line records them."""

    names: tuple[str, ...]
    committed: bool

    @property
    def made_by(self) -> str:
        return shlex.join(["cdc", "atlantis", *self.names, *(["--committed"] if self.committed else [])])


def atlantis(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="ENV", help="Environment names or files; default: those of the current atlantis.yaml."),
    ] = None,
    committed: Annotated[
        bool, typer.Option("--committed", help="Projects in stacks/, the output of cdc export.")
    ] = False,
    check: Annotated[bool, typer.Option("--check", help="Write nothing; fail if the file is not current.")] = False,
    list_files: Annotated[bool, typer.Option("--files", help="Only print the environment files.")] = False,
) -> None:
    """Write atlantis.yaml, with one project for each stack.

    Atlantis plans a project when a file changes that its stack is made from.
    """
    try:
        options = Options(tuple(names), committed) if names else _recorded(committed)
        chosen = files(options.names)
        if list_files:
            out.print(" ".join(map(str, chosen)), markup=False)
            return
        environments = load_all(chosen)
        _refuse_local_state(environments, chosen)
    except (UnknownEnvironmentError, EnvironmentErrors, OSError) as error:
        fail(error)
    text = content(options, environments, chosen)
    if check:
        _compare(text, options)
    else:
        try:
            before = _projects(_current())
            with replacing(FILE) as file:
                file.write(text.encode())
        except OSError as error:
            fail(error)
        now = _projects(text)
        out.print(f"{FILE}: {len(now)} projects", markup=False)
        if removed := [name for name in before if name not in now]:
            _report(removed, environments)
        _advise(environments, chosen, committed=options.committed)


def _recorded(committed: bool) -> Options:
    """The options recorded in the current file; without one, all environments."""
    first = _current().partition("\n")[0]
    words = _words(first.removeprefix(MADE_BY)) if first.startswith(MADE_BY) else []
    return Options(tuple(word for word in words if word != "--committed"), committed or "--committed" in words)


def _projects(text: str) -> list[str]:
    """The names of the projects of a file; none where somebody broke it."""
    with suppress(yaml.YAMLError, AttributeError, KeyError, TypeError):
        return [str(one["name"]) for one in yaml.safe_load(text).get("projects") or ()]
    return []


def _report(removed: Sequence[str], environments: Sequence[Environment]) -> None:
    """Atlantis no longer plans projects that the file had before."""
    gone = dict.fromkeys(name.rpartition("-")[0] for name in removed)
    named = {one.name for one in environments}
    out.print(f"removed, and no longer planned by Atlantis: {', '.join(removed)}", markup=False, soft_wrap=True)
    if others := [name for name in gone if name not in named]:
        command = shlex.join(["cdc", "atlantis", *others, *sorted(named)])
        out.print(f"to keep them, name all environments: {command}", markup=False, soft_wrap=True)


def _current() -> str:
    """The text of the file, empty where there is none; raises OSError."""
    return read(FILE, most=_MOST_BYTES).decode(errors="replace") if FILE.exists() else ""


def _words(text: str) -> list[str]:
    """Of the first line; all environments where somebody broke it."""
    with suppress(ValueError):
        return shlex.split(text)
    return []


def _refuse_local_state(environments: Sequence[Environment], chosen: Sequence[Path]) -> None:
    """Raises EnvironmentErrors for local state: it would be lost with the clone."""
    problem = Problem(
        ("state", "kind"),
        "must be s3 or cloud: local state is lost with Atlantis's clone",
        "local",
    )
    pairs = zip(environments, chosen, strict=True)
    local = [one for e, file in pairs if isinstance(e.state, LocalState) for one in located([problem], file)]
    if local:
        raise EnvironmentErrors(local)


def content(options: Options, environments: Sequence[Environment], chosen: Sequence[Path]) -> str:
    """The text of atlantis.yaml."""
    sources = {environment.name: file for environment, file in zip(environments, chosen, strict=True)}
    with TemporaryDirectory(prefix="msk-cdc-") as folder:
        stacks = manifest([_without_archives(one, Path(folder)) for one in environments], Path(folder, "out"))
    ordered = sorted(stacks.values(), key=lambda stack: (_split(stack)[0], GROUPS[_split(stack)[1]]))
    document = {
        "version": 3,
        "parallel_plan": True,
        "parallel_apply": True,
        "projects": [_project(stack, sources, committed=options.committed) for stack in ordered],
    }
    header = HEADER.format(made_by=f"# Made by: {options.made_by}")
    return header + yaml.safe_dump(document, sort_keys=False, width=120)


def _without_archives(environment: Environment, folder: Path) -> Environment:
    """Projects do not depend on the contents of archives, so none has to be built."""
    (empty := folder / "empty.zip").touch()
    plugins = {
        name: plugin.model_copy(update={"archive": str(empty)}) if isinstance(plugin, ArchivePlugin) else plugin
        for name, plugin in environment.plugins.items()
    }
    return environment.model_copy(update={"plugins": plugins})


def _split(stack: Mapping[str, Any]) -> tuple[str, str]:
    """Environment and part."""
    environment, _, part = stack["name"].rpartition("-")
    return environment, part


def _project(stack: Mapping[str, Any], sources: Mapping[str, Path], *, committed: bool) -> dict[str, Any]:
    environment, part = _split(stack)
    folder = (PurePosixPath(TO) if committed else SYNTHESIZED) / stack["name"]
    up = PurePosixPath(*[".."] * len(folder.parts))
    made_from = [str(up / path) for path in (sources[environment].as_posix(), *SOURCES)]
    return {
        "name": stack["name"],
        "dir": str(folder),
        # Hooks run in this workspace's clone only.
        "workspace": "default",
        "execution_order_group": GROUPS[part],
        **({"depends_on": stack["dependencies"]} if stack["dependencies"] else {}),
        "autoplan": {"enabled": True, "when_modified": [JSON_FILE, LOCK_FILE] if committed else made_from},
        "apply_requirements": list(REQUIREMENTS),
        "workflow": WORKFLOW,
    }


def _compare(text: str, options: Options) -> None:
    current = _current()
    if current == text:
        out.print(f"{FILE}: current", markup=False)
        return
    err.print(f"{FILE}: {'is not current' if current else 'is missing'}", markup=False, soft_wrap=True)
    for line in difference(current, text, name=str(FILE)):
        err.print(line, markup=False, soft_wrap=True)
    fail(f"run: {options.made_by}")


def _advise(environments: Sequence[Environment], chosen: Sequence[Path], *, committed: bool) -> None:
    """Warns of plugin archives: a clone has none, so a hook must build them; with committed JSON nothing can."""
    for environment, file in zip(environments, chosen, strict=True):
        for name, plugin in environment.plugins.items():
            if isinstance(plugin, ArchivePlugin):
                remedy = (
                    "publish it to S3, for cdc export refuses it"
                    if committed
                    else f"a hook must run: cdc plugin build {name}"
                )
                path = ("plugins", name, "archive")
                message = f"is not in the clone that Atlantis makes; {remedy}"
                [warning] = located([Problem(path, message, plugin.archive)], file)
                err.print(f"warning: {warning}", markup=False, soft_wrap=True)
