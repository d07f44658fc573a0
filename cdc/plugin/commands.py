"""``cdc plugin``: build, inspect and update plugin ZIPs for MSK Connect."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from cdc.console import FetchProgress, err, fail, out
from cdc.options import JsonOption, OfflineOption, SourceOption
from cdc.plugin import building, show
from modules.archive.build import AssemblyError
from modules.archive.classfile import BadClassError
from modules.archive.zips import BadArchiveError
from modules.artifacts.cache import Cache, CacheError
from modules.artifacts.fetch import FetchErrors, OfflineError, fetch
from modules.artifacts.lock import File, LockError, load
from modules.artifacts.publisher import NotPublishedError
from modules.artifacts.sources import SourceError, sources
from rehearsal.processes.errors import RehearsalError

app = typer.Typer(no_args_is_help=True, help="Build, inspect and update plugin ZIPs for MSK Connect.")

REPORTED = (
    AssemblyError, BadArchiveError, BadClassError, CacheError, FetchErrors, LockError, OfflineError, SourceError,
    building.OrderError, building.RefusedError, RehearsalError, OSError,
)  # fmt: skip
REMEDY = (
    "name another place with --source, as docs/plugins.md does for parts that the public repository does not have, "
    "or build --without the part that cannot be downloaded here"
)
CONNECT = "3.7.x"  # the default of connectors


@app.command("build")
def build_(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A plugin in artifacts.lock.toml.")],
    output: Annotated[Path | None, typer.Option(help="The ZIP; default: build/plugins/NAME.zip.")] = None,
    extras: Annotated[list[str] | None, typer.Option("--with", metavar="PART", help="Add an optional part.")] = None,
    without: Annotated[list[str] | None, typer.Option(metavar="PART", help="Leave out a part.")] = None,
    kafkaconnect: Annotated[
        list[str] | None,
        typer.Option(metavar="VERSION", help="Kafka Connect version; default: the plugin's own."),
    ] = None,
    source: SourceOption = None,
    offline: OfflineOption = False,
    as_json: JsonOption = False,
) -> None:
    """Build a plugin's ZIP from pinned files.

    The same pins give the same bytes. A plugin that would not run on MSK Connect is refused, and nothing is written.
    """
    target = output or building.PLUGINS / f"{name}.zip"
    try:
        order = building.Order(load(), name, extras or (), without or (), kafkaconnect or ())
        built = building.unchanged(order, target) or _build(order, target, source, offline=offline)
    except FetchErrors as error:
        fail(f"{error}\n{REMEDY}")
    except REPORTED as error:
        fail(error)
    if as_json:
        facts = {"path": str(target), "sha256": built.sha256, "size": built.size, "changed": built.changed}
        out.print_json(json.dumps({**facts, "manifest": built.manifest.model_dump()}))
    else:
        show.build(built)


def _build(order: building.Order, target: Path, source: list[str] | None, *, offline: bool) -> building.Built:
    paths = _fetched(order.files, source, offline=offline)
    with err.status(f"checking {order.plugin} against Connect {', '.join(order.kafkaconnect_versions)}"):
        return building.built(order, paths, target)


def _fetched(files: Iterable[File], source: list[str] | None, *, offline: bool) -> dict[File, Path]:
    with FetchProgress() as progress:
        return fetch(files, sources=sources(source), cache=Cache(), offline=offline, progress=progress)


@app.command()
def inspect(
    archive: Annotated[Path, typer.Argument(metavar="ZIP", help="A plugin's ZIP or JAR, built here or not.")],
    source: SourceOption = None,
    offline: OfflineOption = False,
    as_json: JsonOption = False,
) -> None:
    """Show what a plugin archive contains, and where it runs.

    It is checked against every Kafka Connect version in artifacts.lock.toml.
    """
    from modules.archive.inspection import inspect as inspected

    try:
        lock = load()
        files = {version: building.linked(lock, version) for version in lock.workers}
        needed = dict.fromkeys(file for version in files.values() for file in version)
        paths = _fetched(needed, source, offline=offline)
        with err.status(f"inspecting {archive}"):
            found = inspected(archive, [building.worker(lock, version, paths) for version in lock.workers])
    except REPORTED as error:
        fail(error)
    if as_json:
        out.print_json(found.model_dump_json())
    else:
        show.inspection(found)


@app.command()
def update(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A plugin in artifacts.lock.toml.")],
    debezium: Annotated[str, typer.Option(metavar="VERSION", help="Debezium release, such as 3.6.1.")],
    source: SourceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Pin another Debezium release in artifacts.lock.toml.

    Version, hash and size change together, verified against the publisher's checksum.
    """
    from cdc.plugin import debezium_update  # the lock file's writer is slow to import

    try:
        order = building.Order(load(), name)
        with err.status(f"fetching Debezium {debezium}"):
            done = debezium_update.debezium(order.lock, name, debezium, sources=sources(source))
    except (*REPORTED, debezium_update.UpdateError, NotPublishedError) as error:
        fail(error)
    if as_json:
        versions = {"old": done.old.model_dump(mode="json"), "new": done.new.model_dump(mode="json")}
        out.print_json(json.dumps({"set": done.set, **versions, "removed": done.removed, "added": done.added}))
    else:
        show.update(done)
