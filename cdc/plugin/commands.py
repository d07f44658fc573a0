"""``cdc plugin``: build, inspect and renew the ZIPs that MSK Connect runs."""

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

app = typer.Typer(no_args_is_help=True, help="Build, inspect and renew the ZIPs that MSK Connect runs.")

TOLD = (
    AssemblyError, BadArchiveError, BadClassError, CacheError, FetchErrors, LockError, OfflineError, SourceError,
    building.OrderError, building.RefusedError, OSError,
)  # fmt: skip
REMEDY = "name where else they are with --source, or build --without the part that cannot be had here"
CONNECT = "3.7.x"  # as connectors have it by default


@app.command("build")
def build_(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A plugin of artifacts.lock.toml.")],
    output: Annotated[Path | None, typer.Option(help="The ZIP; by default build/plugins/NAME.zip.")] = None,
    extras: Annotated[list[str] | None, typer.Option("--with", metavar="PART", help="Add an optional part.")] = None,
    without: Annotated[list[str] | None, typer.Option(metavar="PART", help="Leave out a part.")] = None,
    kafkaconnect: Annotated[
        list[str] | None, typer.Option(metavar="VERSION", help=f"Connect to run on; by default {CONNECT}.")
    ] = None,
    source: SourceOption = None,
    offline: OfflineOption = False,
    as_json: JsonOption = False,
) -> None:
    """Make a plugin's ZIP from pinned parts: the same bytes every time, or a reason why not."""
    target = output or building.PLUGINS / f"{name}.zip"
    try:
        order = building.Order(load(), name, extras or (), without or (), kafkaconnect or (CONNECT,))
        built = building.unchanged(order, target) or _build(order, target, source, offline=offline)
    except FetchErrors as error:
        fail(f"{error}\n{REMEDY}")
    except TOLD as error:
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
    archive: Annotated[Path, typer.Argument(metavar="ZIP", help="A plugin's ZIP or jar, made here or not.")],
    source: SourceOption = None,
    offline: OfflineOption = False,
    as_json: JsonOption = False,
) -> None:
    """Tell what is in a plugin's archive, and on which Connect versions it would run."""
    from modules.archive.inspection import inspect as inspected

    try:
        lock = load()
        files = {version: building.linked(lock, version) for version in lock.workers}
        wanted = dict.fromkeys(file for version in files.values() for file in version)
        paths = _fetched(wanted, source, offline=offline)
        with err.status(f"looking into {archive}"):
            found = inspected(archive, [building.worker(lock, version, paths) for version in lock.workers])
    except TOLD as error:
        fail(error)
    if as_json:
        out.print_json(found.model_dump_json())
    else:
        show.inspection(found)


@app.command()
def update(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A plugin of artifacts.lock.toml.")],
    debezium: Annotated[str, typer.Option(metavar="VERSION", help="A release of Debezium, such as 3.6.1.")],
    source: SourceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Pin another Debezium: version, hash and size together, checked against its publisher's checksum."""
    from cdc.plugin import renewal  # the lock file's writer takes time to load

    try:
        order = building.Order(load(), name)
        with err.status(f"fetching Debezium {debezium}"):
            renewed = renewal.debezium(order.lock, name, debezium, sources=sources(source))
    except (*TOLD, renewal.RenewalError, NotPublishedError) as error:
        fail(error)
    if as_json:
        versions = {"old": renewed.old.model_dump(mode="json"), "new": renewed.new.model_dump(mode="json")}
        out.print_json(json.dumps({"set": renewed.set, **versions, "gone": renewed.gone, "come": renewed.come}))
    else:
        show.renewal(renewed)
