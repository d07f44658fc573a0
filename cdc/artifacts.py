"""``cdc artifacts``: the files that artifacts.lock.toml pins, and the cache."""

import json
import shutil
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer

from cdc.console import FetchProgress, err, fail, megabytes, out, table
from cdc.options import JsonOption, OfflineOption, SourceOption
from modules.artifacts.cache import Cache, CacheError
from modules.artifacts.fetch import FetchErrors, OfflineError, fetch
from modules.artifacts.lock import LOCK, Coordinates, File, FileSet, Lock, LockError, load
from modules.artifacts.publisher import NotPublishedError
from modules.artifacts.sources import SourceError, sources
from modules.artifacts.zip_parts import ZipPartError
from modules.messages.problems import either, nearest
from modules.user_files.writing import replacing

app = typer.Typer(no_args_is_help=True, help="List, fetch and update pinned files.")


class UnknownSetError(Exception):
    """The lock file has no such set."""


REPORTED = (
    *(CacheError, FetchErrors, LockError, NotPublishedError, OfflineError, SourceError, UnknownSetError, ZipPartError),
    OSError,
)


@app.command("list")
def list_(as_json: JsonOption = False) -> None:
    """List the sets of pinned files, and whether they are cached."""
    try:
        sets = load(LOCK).sets
    except LockError as error:
        fail(error)
    cache = Cache()
    rows = {name: (_facts(set_), [file for file in set_.files if cache.find(file)]) for name, set_ in sets.items()}
    if as_json:
        listed = {name: {**facts, "cached": len(cached)} for name, (facts, cached) in rows.items()}
        out.print_json(json.dumps(listed))
        return
    columns = ("set", "files", "size", "licences", "cached", "why")
    out.print(table("", columns, (_row(name, sets[name], cached) for name, (_, cached) in rows.items())))


def _facts(set_: FileSet) -> dict[str, object]:
    return {
        "why": set_.why,
        "roots": [str(root) for root in set_.roots],
        "files": [file.model_dump() for file in set_.files],
        "licences": _licences(set_),
    }


def _row(name: str, set_: FileSet, cached: Sequence[File]) -> tuple[str, ...]:
    sizes = [file.size for file in set_.files if file.size is not None]
    size = megabytes(sum(sizes)) if sizes else "unknown"
    state = "yes" if len(cached) == len(set_.files) else f"{len(cached)} of {len(set_.files)}"
    first, *others = _licences(set_)
    licences = f"{first} and {len(others)} more" if others else first
    return name, str(len(set_.files)), size, licences, state, set_.why


def _licences(set_: FileSet) -> list[str]:
    """Most frequent first."""
    return [licence for licence, _ in Counter(file.licence for file in set_.files).most_common()]


@app.command("fetch")
def fetch_(
    names: Annotated[list[str] | None, typer.Argument(metavar="SET", help="Sets; default: all.")] = None,
    to: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Also copy the files to this directory, for --source.")
    ] = None,
    source: SourceOption = None,
    offline: OfflineOption = False,
) -> None:
    """Download pinned files into the cache.

    With --to also into a directory, for a machine without network.
    """
    try:
        lock = load(LOCK)
        files = [file for name in names or lock.sets for file in _known(lock, name).files]
        with FetchProgress() as progress:
            paths = fetch(files, sources=sources(source), cache=Cache(), offline=offline, progress=progress)
        if to:
            _copy(paths, to)
    except REPORTED as error:
        fail(error)
    out.print(f"{len(paths)} files, {megabytes(_total(paths.values()))}, in {to or 'the cache'}", markup=False)
    if to:
        out.print(f"use them with: cdc plugin build NAME --source {to}", markup=False)


def _copy(paths: Mapping[File, Path], folder: Path) -> None:
    """In the layout of a Maven repository; the parts of a file where they belong in it, with holes between them."""
    targets: dict[Path, list[tuple[int, Path]]] = defaultdict(list)
    for file, path in paths.items():
        targets[folder / file.maven.path].append((file.first or 0, path))
    for name, parts in targets.items():
        with replacing(name) as target:
            for first, path in parts:
                target.seek(first)
                with path.open("rb") as content:
                    shutil.copyfileobj(content, target)


def _total(paths: Iterable[Path]) -> int:
    return sum(path.stat().st_size for path in paths)


@app.command("lock")
def lock_(
    name: Annotated[str, typer.Argument(metavar="SET", help="A set in artifacts.lock.toml.")],
    roots: Annotated[
        list[str] | None,
        typer.Argument(metavar="ROOT", help="group:artifact:version; default: as before."),
    ] = None,
    source: SourceOption = None,
) -> None:
    """Resolve a set again, and pin the result."""
    from modules.artifacts import pinning  # the lock file's writer is slow to import

    try:
        set_ = _known(load(LOCK), name)
        chosen = [Coordinates.parse(root) for root in roots or ()] or list(set_.roots)
        if not chosen:
            fail(f"sets.{name} has no roots to resolve: give one as group:artifact:version")
        with err.status(f"resolving {name}") as status:
            files = pinning.resolved(
                chosen,
                sources=sources(source),
                cache=Cache(),
                members=set_.members,
                report=lambda maven: status.update(err.render_str(f"pinning {maven}")),
            )
        pinning.write(LOCK, name, files, roots=chosen if roots else None)
    except (*REPORTED, ValueError) as error:
        fail(error)
    for line in _differences(set_.files, files):
        out.print(line, markup=False)


def _differences(old: Sequence[File], new: Sequence[File]) -> list[str]:
    """Removed, added, and pinned to another hash."""
    before, after = {_name(file): file for file in old}, {_name(file): file for file in new}
    changed = [
        f"~ {maven}: {after[maven].sha256}" for maven in before if before[maven] != after.get(maven, before[maven])
    ]
    lines = [
        *(f"- {maven}" for maven in before if maven not in after),
        *(f"+ {maven}" for maven in after if maven not in before),
        *changed,
    ]
    return lines or ["nothing changed"]


def _name(file: File) -> str:
    return str(file.maven) if file.first is None else f"{file.maven} from byte {file.first}"


def _known(lock: Lock, name: str) -> FileSet:
    if found := lock.sets.get(name):
        return found
    near = nearest(name, lock.sets)
    raise UnknownSetError(
        f"a set must be {either(sorted(lock.sets))}, got {name}" + (f"; did you mean {near}?" if near else "")
    )
