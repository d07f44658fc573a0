"""``cdc snapshot``: has a running connector read tables again, by a signal."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated

import typer

from cdc.console import err, fail, out
from cdc.operate.connectors import Place, place
from cdc.operate.events.archives import PluginOption, RegistryOption, archives
from cdc.options import BrokerCaOption, BrokerHostsOption, DatabaseCaOption, EnvArgument, HostOption, PortOption


def snapshot(
    name: EnvArgument,
    connector: Annotated[str, typer.Argument(metavar="CONNECTOR", help="Its key in the environment file.")],
    tables: Annotated[list[str] | None, typer.Argument(metavar="[TABLE]...", help="database.table.")] = None,
    where: Annotated[
        str | None, typer.Option("--where", metavar="SQL", help="Read only rows for which this condition holds.")
    ] = None,
    blocking: Annotated[
        bool, typer.Option("--blocking", help="Streaming waits for it: faster, and for tables without a key.")
    ] = False,
    stop: Annotated[
        bool, typer.Option("--stop", help="Stop the incremental snapshot, of all tables or these.")
    ] = False,
    no_wait: Annotated[bool, typer.Option("--no-wait", help="Do not wait for its end.")] = False,
    host: HostOption = None,
    port: PortOption = 3306,
    ca: DatabaseCaOption = None,
    hosts: BrokerHostsOption = None,
    broker_ca: BrokerCaOption = None,
    registry: RegistryOption = None,
    plugin: PluginOption = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")] = False,
) -> None:
    """Have a running connector read tables again."""
    from cdc.kafka.brokers import Tunnels
    from cdc.operate.events.decoding import Formats
    from cdc.operate.snapshots import signals
    from cdc.operate.snapshots.requesting import Request

    if stop and (blocking or where):
        raise typer.BadParameter("--stop takes neither --blocking nor --where: a blocking snapshot cannot be stopped")
    if not (tables or stop):
        raise typer.BadParameter("TABLE must be given at least once, or --stop")
    zips = archives(plugin)
    with place(name, lambda found: _check(found, connector, tables or [])) as found, _reported():
        kind: signals.Kind = "BLOCKING" if blocking else "INCREMENTAL"
        asked = signals.stop(tables or []) if stop else signals.snapshot(tables or [], kind=kind, where=where)
        formats = Formats(found, zips, registry)
        request = Request(found, connector, Tunnels(hosts, broker_ca), (host, port, ca), os.environ, formats)
        channel = request.channel()
        found.running(connector)
        if isinstance(channel, signals.TopicChannel):
            channel.check()
        said = _stop(tables or []) if stop else _read(tables or [], kind, where)
        for number, line in enumerate(said):
            text = line if number else f"{found.names[connector]}: {line}, by {channel}"
            out.print(text, markup=False, soft_wrap=True)
        if not yes:
            typer.confirm("continue?", abort=True)
        if no_wait or stop:
            channel.send(asked)
            out.print("the signal is sent")
            return
        with err.status("snapshot") as status:
            last = ""
            for last in request.followed(channel, asked, tables or []):
                status.update(last)
                out.print(last, markup=False, soft_wrap=True)


def _check(found: Place, key: str, tables: Sequence[str]) -> None:
    from cdc.operate.events.topics import captured

    found.check(key)
    for table in tables:
        if not captured(key, found.environment, table):
            listed = ", ".join(found.environment.connectors[key].source.tables)
            raise typer.BadParameter(f"TABLE must be captured by the connector {key}, of {listed}; got {table}")


def _stop(tables: Sequence[str]) -> Iterator[str]:
    yield f"stops the incremental snapshot of {', '.join(tables) or 'all tables'}"


def _read(tables: Sequence[str], kind: str, where: str | None) -> Iterator[str]:
    yield f"{kind.lower()} snapshot of {', '.join(tables)}{f' where {where}' if where else ''}"
    if kind == "BLOCKING":
        yield "streaming waits until it ends; changes meanwhile are kept in the binary log"
    else:
        yield "streaming goes on meanwhile; a table must have a primary key"
    yield "each row arrives as an event with op r, also rows that applications have already"


@contextmanager
def _reported() -> Iterator[None]:
    from cdc.deep.command import REPORTED
    from cdc.kafka.brokers import BrokersError
    from cdc.operate.events.decoding import NoPluginError
    from cdc.operate.snapshots.progress import SnapshotFailedError
    from cdc.operate.snapshots.signals import SignalError
    from cdc.preflight.database.connecting import ConnectionFailedError

    try:
        yield
    except ConnectionFailedError as error:
        fail(f"{error.finding.message}; {error.finding.fix}")
    except (BrokersError, NoPluginError, SignalError, SnapshotFailedError, *REPORTED) as error:
        fail(error)
