"""``cdc atlantis``: atlantis.yaml from the environments' stacks."""

import shlex
from collections.abc import Mapping, Sequence
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

FILE: Final = Path("atlantis.yaml")
SYNTHESIZED: Final = PurePosixPath("cdktf.out/stacks")
WORKFLOW: Final = "msk-cdc"
REQUIREMENTS: Final = ("approved", "mergeable", "undiverged")
GROUPS: Final = {part: group for group, part in enumerate(PARTS)}
# What a stack's JSON is made from, besides its environment's file.
SOURCES: Final = ("modules/**/*.py", "main.py", "cdktf.json", "Pipfile.lock", "artifacts.lock.toml", LOCK_FILE)
MADE_BY: Final = "# Made by: cdc atlantis"
HEADER: Final = """\
{made_by}
# Not to be edited: `cdc atlantis` makes it again, `cdc atlantis --check` says whether it is current.
"""


class Wanted(NamedTuple):
    """What the file is made of; its first line says so."""

    names: tuple[str, ...]
    committed: bool

    @property
    def made_by(self) -> str:
        return shlex.join(["cdc", "atlantis", *self.names, *(["--committed"] if self.committed else [])])


def atlantis(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[ENV]...", help="Environments, or their files; by default those that atlantis.yaml is made of."
        ),
    ] = None,
    committed: Annotated[
        bool, typer.Option("--committed", help="Projects in stacks/, as `cdc export` writes it.")
    ] = False,
    check: Annotated[bool, typer.Option("--check", help="Write nothing; fail where the file is not current.")] = False,
    list_files: Annotated[bool, typer.Option("--files", help="Only print the files of its environments.")] = False,
) -> None:
    """Write atlantis.yaml: a project for each stack, planned when what it is made from changes."""
    wanted = Wanted(tuple(names), committed) if names else _recorded(committed)
    try:
        chosen = files(wanted.names)
        if list_files:
            out.print(" ".join(map(str, chosen)), markup=False)
            return
        environments = load_all(chosen)
        _refuse(environments, chosen)
    except (UnknownEnvironmentError, EnvironmentErrors) as error:
        fail(error)
    text = content(wanted, environments, chosen)
    if check:
        _compare(text, wanted)
    else:
        FILE.write_text(text)
        out.print(f"{FILE}: {text.count('- name: ')} projects", markup=False)
        _advise(environments, chosen, committed=wanted.committed)


def _recorded(committed: bool) -> Wanted:
    """What the file that is there was made of; without one, all environments."""
    first = FILE.read_text().partition("\n")[0] if FILE.is_file() else ""
    words = shlex.split(first.removeprefix(MADE_BY)) if first.startswith(MADE_BY) else []
    return Wanted(tuple(word for word in words if word != "--committed"), committed or "--committed" in words)


def _refuse(environments: Sequence[Environment], chosen: Sequence[Path]) -> None:
    """Raises EnvironmentErrors for state that a clone would take with it."""
    problem = Problem(("state", "kind"), "must be s3 or cloud: Atlantis plans in a clone that it throws away", "local")
    pairs = zip(environments, chosen, strict=True)
    local = [one for e, file in pairs if isinstance(e.state, LocalState) for one in located([problem], file)]
    if local:
        raise EnvironmentErrors(local)


def content(wanted: Wanted, environments: Sequence[Environment], chosen: Sequence[Path]) -> str:
    """The whole file."""
    sources = {environment.name: file for environment, file in zip(environments, chosen, strict=True)}
    with TemporaryDirectory(prefix="msk-cdc-") as folder:
        stacks = manifest([_without_archives(one, Path(folder)) for one in environments], Path(folder, "out"))
    ordered = sorted(stacks.values(), key=lambda stack: (_split(stack)[0], GROUPS[_split(stack)[1]]))
    document = {
        "version": 3,
        "parallel_plan": True,
        "parallel_apply": True,
        "projects": [_project(stack, sources, committed=wanted.committed) for stack in ordered],
    }
    header = HEADER.format(made_by=f"# Made by: {wanted.made_by}")
    return header + yaml.safe_dump(document, sort_keys=False, width=120)


def _without_archives(environment: Environment, folder: Path) -> Environment:
    """Projects are the same whatever an archive holds, so none has to be built for them."""
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


def _compare(text: str, wanted: Wanted) -> None:
    there = FILE.read_text() if FILE.is_file() else ""
    if there == text:
        out.print(f"{FILE}: current", markup=False)
        return
    err.print(f"{FILE}: {'is not current' if there else 'is missing'}", markup=False, soft_wrap=True)
    for line in difference(there, text, name=str(FILE)):
        err.print(line, markup=False, soft_wrap=True)
    fail(f"mend with: {wanted.made_by}")


def _advise(environments: Sequence[Environment], chosen: Sequence[Path], *, committed: bool) -> None:
    """Archives are in no clone: a hook has to build them first, and nobody can for committed JSON."""
    for environment, file in zip(environments, chosen, strict=True):
        for name, plugin in environment.plugins.items():
            if isinstance(plugin, ArchivePlugin):
                how = (
                    "publish it: cdc export refuses it" if committed else f"the hook must run: cdc plugin build {name}"
                )
                path = ("plugins", name, "archive")
                [told] = located([Problem(path, f"is in no clone of Atlantis's; {how}", plugin.archive)], file)
                err.print(f"warning: {told}", markup=False, soft_wrap=True)
