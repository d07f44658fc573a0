"""``cdc export``: writes the Terraform JSON of environments as files to commit."""

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
from cdc.options import EnvsArgument
from modules.environment.environment import Environment
from modules.environment.loading import load_all, located
from modules.environment.models.plugins import ArchivePlugin
from modules.environment.models.state import LocalState
from modules.messages.problems import EnvironmentErrors, Problem
from modules.states import PARTS
from modules.synthesis.locked_providers import LOCK_FILE, copy_lock_file
from modules.user_files.bounds import parsed_json
from modules.user_files.reading import read
from modules.user_files.writing import replacing

TO: Final = Path("stacks")
JSON_FILE: Final = "cdk.tf.json"
WRITTEN: Final = (JSON_FILE, LOCK_FILE)
ASSETS: Final = "assets"
DIFF_LINES: Final = 20
_MOST_BYTES: Final = 100_000_000

# Content by path relative to the folder of stacks: ``prod-platform/cdk.tf.json``, and assets.
Files = dict[Path, bytes]


@dataclass(frozen=True)
class Difference:
    """A file that differs from a fresh synthesis."""

    path: Path
    what: str
    diff: tuple[str, ...] = ()


def export(
    names: EnvsArgument = None,
    to: Annotated[Path, typer.Option(help="Folder of the stacks.")] = TO,
    check: Annotated[bool, typer.Option("--check", help="Write nothing; fail if a file is not current.")] = False,
) -> None:
    """Write the Terraform JSON of environments to stacks/.

    Commit it, and Terraform can plan it without Python.
    """
    try:
        chosen = files(names or [])
        _refuse_other_folders(chosen)
        environments = load_all(chosen)
        _refuse_unplannable(environments, chosen)
    except (UnknownEnvironmentError, EnvironmentErrors) as error:
        fail(error)
    fresh = synthesized(environments)
    stale = left_over(to, {path.parts[0] for path in fresh}, {environment.name for environment in environments})
    if not check:
        try:
            _write(to, fresh, stale)
        except OSError as error:
            fail(error)
    elif found := [*_differences(to, fresh), *_former_assets(to, fresh), *_left(stale)]:
        _report(found)
        fail(f"run: {_command(names or [], to)}")
    else:
        out.print(f"{to}: current", markup=False)


def _refuse_other_folders(chosen: Sequence[Path]) -> None:
    """Raises UnknownEnvironmentError for files outside environments/: the next export would remove their stacks."""
    for file in chosen:
        if file.resolve().parent != FOLDER.resolve():
            raise UnknownEnvironmentError(f"{file}: must be in {FOLDER}/")


def _refuse_unplannable(environments: Sequence[Environment], chosen: Sequence[Path]) -> None:
    """Raises EnvironmentErrors for what cannot be planned from committed JSON."""
    pairs = zip(environments, chosen, strict=True)
    if problems := [one for environment, file in pairs for one in located(_unplannable(environment), file)]:
        raise EnvironmentErrors(problems)


def _unplannable(environment: Environment) -> Iterator[Problem]:
    if isinstance(environment.state, LocalState):
        yield Problem(
            ("state", "kind"),
            "must be s3 or cloud: local state is lost with the clone",
            "local",
        )
    for name, plugin in environment.plugins.items():
        if isinstance(plugin, ArchivePlugin):
            message = (
                "must be left out: a clone with the committed JSON does not have this ZIP; publish it to S3,"
                " and set bucket, key and version instead"
            )
            yield Problem(("plugins", name, "archive"), message, plugin.archive)


def manifest(environments: Sequence[Environment], folder: Path) -> dict[str, Any]:
    """Synthesizes ``environments`` into ``folder``; returns the stacks of its manifest by name."""
    from modules.app import build  # loads the bindings

    build(environments, folder).synth()
    stacks: dict[str, Any] = json.loads((folder / "manifest.json").read_text())["stacks"]
    return stacks


def synthesized(environments: Sequence[Environment]) -> Files:
    """The files to write: each stack's JSON, the provider lock file, and the files that the JSON names."""
    with TemporaryDirectory(prefix="msk-cdc-") as folder:
        made = manifest(environments, Path(folder)).values()
        stacks = sorted(Path(folder, stack["workingDirectory"]) for stack in made)
        copy_lock_file(Path(), stacks)
        texts = {Path(s.name, file): _text(s / file) for s in stacks for file in WRITTEN if (s / file).is_file()}
        return texts | {Path(s.name, path.relative_to(s)): path.read_bytes() for s in stacks for path in _assets(s)}


def _assets(stack: Path) -> list[Path]:
    """The files that the stack's JSON names by their path: small ones, as archives of plugins are refused."""
    return sorted(path for path in (stack / ASSETS).rglob("*") if path.is_file())


def _text(file: Path) -> bytes:
    """A file's content with one newline at its end, so that commit hooks do not change it."""
    return file.read_bytes().rstrip(b"\n") + b"\n"


def left_over(to: Path, fresh: set[str], environments: set[str]) -> list[Path]:
    """Folders of stacks that no longer exist: of ``environments``, and of environments without a file."""
    known = {file.stem for file in FOLDER.glob("*.yaml")} - environments
    found = [file.parent for file in sorted(to.glob(f"*/{JSON_FILE}")) if _was_exported(file)]
    return [folder for folder in found if folder.name not in fresh and _environment(folder) not in known]


def _environment(folder: Path) -> str:
    return folder.name.rpartition("-")[0]


def _was_exported(file: Path) -> bool:
    """Whether an export wrote it: the JSON of a stack contains the name of its folder."""
    try:
        stack = parsed_json(read(file, most=_MOST_BYTES))["//"]["metadata"]["stackName"]
    except (OSError, ValueError, LookupError, TypeError):
        return False
    return bool(stack == file.parent.name and stack.rpartition("-")[2] in PARTS)


def _write(to: Path, fresh: Files, stale: Sequence[Path]) -> None:
    for stack in sorted({path.parts[0] for path in fresh}):
        own = {path: content for path, content in fresh.items() if path.parts[0] == stack}
        changed = [path for path, content in own.items() if _content(to / path) != content]
        former = [path for path in _assets(to / stack) if path.relative_to(to) not in fresh]
        for path in changed:
            with replacing(to / path) as file:
                file.write(own[path])
        _remove_assets(to / stack, former)
        out.print(f"{to / stack}: {'written' if changed or former else 'unchanged'}", markup=False)
    for folder in stale:
        _remove(folder)


def _remove(folder: Path) -> None:
    """Removes what an export wrote, and the folder if it is empty then."""
    for file in WRITTEN:
        (folder / file).unlink(missing_ok=True)
    _remove_assets(folder, _assets(folder))
    rest = ", ".join(sorted(path.name for path in folder.iterdir()))
    if not rest:
        folder.rmdir()
    out.print(f"{folder}: removed{rest and f', except {rest}'}", markup=False)


def _remove_assets(stack: Path, files: Sequence[Path]) -> None:
    """Removes ``files``, and the folders that are empty then."""
    for file in files:
        file.unlink()
    folders = [path for path in (stack / ASSETS, *(stack / ASSETS).rglob("*")) if path.is_dir()]
    for folder in sorted(folders, reverse=True):
        if not any(folder.iterdir()):
            folder.rmdir()


def _content(file: Path) -> bytes | None:
    return file.read_bytes() if file.is_file() else None


def _differences(to: Path, fresh: Mapping[Path, bytes]) -> Iterator[Difference]:
    for path, content in fresh.items():
        current = _content(to / path)
        if current is None:
            yield Difference(to / path, "is missing")
        elif current != content and path.name not in WRITTEN:
            yield Difference(to / path, "differs from a fresh synthesis")
        elif current != content:
            diff = tuple(difference(current.decode(errors="replace"), content.decode(), name=str(to / path)))
            yield Difference(to / path, "differs from a fresh synthesis", diff)


def _former_assets(to: Path, fresh: Files) -> Iterator[Difference]:
    for stack in sorted({path.parts[0] for path in fresh}):
        for path in _assets(to / stack):
            if path.relative_to(to) not in fresh:
                yield Difference(path, "is left over: the stack no longer names it")


def _left(stale: Sequence[Path]) -> Iterator[Difference]:
    for folder in stale:
        yield Difference(folder / JSON_FILE, "is left over: this stack no longer exists")


def difference(current: str, fresh: str, *, name: str) -> list[str]:
    """A short unified diff from the current to the expected text."""
    lines = list(unified_diff(current.splitlines(), fresh.splitlines(), name, "fresh", n=1, lineterm=""))
    return lines if len(lines) <= DIFF_LINES else [*lines[:DIFF_LINES], f"... {len(lines) - DIFF_LINES} more lines"]


def _report(found: Sequence[Difference]) -> None:
    for one in found:
        err.print(f"{one.path}: {one.what}", markup=False, soft_wrap=True)
        for line in one.diff:
            err.print(line, markup=False, soft_wrap=True)


def _command(names: Sequence[str], to: Path) -> str:
    return " ".join(["cdc export", *names, *(["--to", str(to)] if to != TO else [])])
