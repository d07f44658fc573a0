"""``cdc export``: the synthesized JSON of environments as files to commit."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any, Final

import typer

from cdc.console import err, fail, out
from cdc.environments import FOLDER, UnknownEnvironmentError, files
from modules.environment.environment import Environment
from modules.environment.loading import load_all, located
from modules.environment.models.plugins import ArchivePlugin
from modules.environment.models.state import LocalState
from modules.messages.problems import EnvironmentErrors, Problem
from modules.states import PARTS
from modules.synthesis.locked_providers import LOCK_FILE, copy_lock_file

TO: Final = Path("stacks")
JSON_FILE: Final = "cdk.tf.json"
OURS: Final = (JSON_FILE, LOCK_FILE)
DIFF_LINES: Final = 20

# Content by path below the folder of stacks: ``prod-platform/cdk.tf.json``.
Files = dict[Path, bytes]


@dataclass(frozen=True)
class Difference:
    """A file that is not as a fresh synthesis would write it."""

    path: Path
    what: str
    diff: tuple[str, ...] = ()


def export(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[ENV]...", help="Environments, or their files; by default all.")
    ] = None,
    to: Annotated[Path, typer.Option(help="The folder of the stacks.")] = TO,
    check: Annotated[bool, typer.Option("--check", help="Write nothing; fail where a file is not current.")] = False,
) -> None:
    """Write the Terraform JSON of environments below stacks/, to be committed and planned without Python."""
    try:
        chosen = files(names or [])
        _refuse_elsewhere(chosen)
        environments = load_all(chosen)
        _refuse(environments, chosen)
    except (UnknownEnvironmentError, EnvironmentErrors) as error:
        fail(error)
    fresh = synthesized(environments)
    stale = left_over(to, {path.parent.name for path in fresh}, {environment.name for environment in environments})
    if not check:
        _write(to, fresh, stale)
    elif found := [*_differences(to, fresh), *_left(stale)]:
        _tell(found)
        fail(f"mend with: {_command(names or [], to)}")
    else:
        out.print(f"{to}: current", markup=False)


def _refuse_elsewhere(chosen: Sequence[Path]) -> None:
    """Raises UnknownEnvironmentError for files whose stacks the next export would take for left over."""
    for file in chosen:
        if file.resolve().parent != FOLDER.resolve():
            raise UnknownEnvironmentError(f"{file}: must lie in {FOLDER}/, whose stacks are exported")


def _refuse(environments: Sequence[Environment], chosen: Sequence[Path]) -> None:
    """Raises EnvironmentErrors for what cannot be planned from committed JSON."""
    pairs = zip(environments, chosen, strict=True)
    if problems := [one for environment, file in pairs for one in located(_unfit(environment), file)]:
        raise EnvironmentErrors(problems)


def _unfit(environment: Environment) -> Iterator[Problem]:
    if isinstance(environment.state, LocalState):
        yield Problem(("state", "kind"), "must be s3 or cloud: whoever plans committed JSON keeps no file", "local")
    for name, plugin in environment.plugins.items():
        if isinstance(plugin, ArchivePlugin):
            message = (
                "must be left out: whoever plans committed JSON has no ZIP; publish it to S3,"
                " and give bucket, key and version instead"
            )
            yield Problem(("plugins", name, "archive"), message, plugin.archive)


def manifest(environments: Sequence[Environment], folder: Path) -> dict[str, Any]:
    """Synthesizes ``environments`` below ``folder``; the stacks of its manifest by their name."""
    from modules.app import build  # loads the bindings

    build(environments, folder).synth()
    stacks: dict[str, Any] = json.loads((folder / "manifest.json").read_text())["stacks"]
    return stacks


def synthesized(environments: Sequence[Environment]) -> Files:
    """What belongs into the folder of stacks, of each stack its JSON and the project's lock file."""
    with TemporaryDirectory(prefix="msk-cdc-") as folder:
        made = manifest(environments, Path(folder)).values()
        stacks = sorted(Path(folder, stack["workingDirectory"]) for stack in made)
        copy_lock_file(Path(), stacks)
        return {Path(s.name, file): _text(s / file) for s in stacks for file in OURS if (s / file).is_file()}


def _text(file: Path) -> bytes:
    """A file's content, ended like every text file: what tidies a commit leaves it as it is."""
    return file.read_bytes().rstrip(b"\n") + b"\n"


def left_over(to: Path, fresh: set[str], environments: set[str]) -> list[Path]:
    """Folders of stacks that are no more: of ``environments``, and of such as have no file any longer."""
    known = {file.stem for file in FOLDER.glob("*.yaml")} - environments
    found = [file.parent for file in sorted(to.glob(f"*/{JSON_FILE}")) if _is_ours(file)]
    return [folder for folder in found if folder.name not in fresh and _environment(folder) not in known]


def _environment(folder: Path) -> str:
    return folder.name.rpartition("-")[0]


def _is_ours(file: Path) -> bool:
    """Whether an export wrote it: each stack's JSON carries the name that its folder has."""
    try:
        stack = json.loads(file.read_text())["//"]["metadata"]["stackName"]
    except (ValueError, LookupError, TypeError):
        return False
    return bool(stack == file.parent.name and stack.rpartition("-")[2] in PARTS)


def _write(to: Path, fresh: Files, stale: Sequence[Path]) -> None:
    for stack in sorted({path.parent for path in fresh}):
        own = {path: content for path, content in fresh.items() if path.parent == stack}
        changed = [path for path, content in own.items() if _content(to / path) != content]
        (to / stack).mkdir(parents=True, exist_ok=True)
        for path in changed:
            (to / path).write_bytes(own[path])
        out.print(f"{to / stack}: {'written' if changed else 'unchanged'}", markup=False)
    for folder in stale:
        _remove(folder)


def _remove(folder: Path) -> None:
    """Takes away what an export wrote, and the folder with it where nothing else is in it."""
    for file in OURS:
        (folder / file).unlink(missing_ok=True)
    rest = ", ".join(sorted(path.name for path in folder.iterdir()))
    if not rest:
        folder.rmdir()
    out.print(f"{folder}: removed{rest and f', but for {rest}'}", markup=False)


def _content(file: Path) -> bytes | None:
    return file.read_bytes() if file.is_file() else None


def _differences(to: Path, fresh: Mapping[Path, bytes]) -> Iterator[Difference]:
    for path, content in fresh.items():
        there = _content(to / path)
        if there is None:
            yield Difference(to / path, "is missing")
        elif there != content:
            diff = tuple(difference(there.decode(errors="replace"), content.decode(), name=str(to / path)))
            yield Difference(to / path, "differs from a fresh synthesis", diff)


def _left(stale: Sequence[Path]) -> Iterator[Difference]:
    for folder in stale:
        yield Difference(folder / JSON_FILE, "is left over: there is no such stack any more")


def difference(there: str, fresh: str, *, name: str) -> list[str]:
    """A short unified diff from what is there to what should be."""
    lines = list(unified_diff(there.splitlines(), fresh.splitlines(), name, "fresh", n=1, lineterm=""))
    return lines if len(lines) <= DIFF_LINES else [*lines[:DIFF_LINES], f"... {len(lines) - DIFF_LINES} lines more"]


def _tell(found: Sequence[Difference]) -> None:
    for one in found:
        err.print(f"{one.path}: {one.what}", markup=False, soft_wrap=True)
        for line in one.diff:
            err.print(line, markup=False, soft_wrap=True)


def _command(names: Sequence[str], to: Path) -> str:
    return " ".join(["cdc export", *names, *(["--to", str(to)] if to != TO else [])])
