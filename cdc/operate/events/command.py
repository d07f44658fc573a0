"""``cdc events``: reads events with the caller's own identity, and shows them."""

import json
from collections.abc import Iterator
from typing import Annotated, Final

import typer

from cdc.console import err, fail, out
from cdc.operate.connectors import Place, place
from cdc.operate.events.archives import PluginOption, RegistryOption, archives
from cdc.operate.events.text import Shown
from cdc.options import BrokerCaOption, BrokerHostsOption, EnvArgument

_LIMIT: Final = 20


def events(
    name: EnvArgument,
    table: Annotated[str | None, typer.Argument(metavar="[TABLE]", help="database.table; default: all.")] = None,
    from_beginning: Annotated[
        bool, typer.Option("--from-beginning", help="The oldest first, instead of the newest ones.")
    ] = False,
    follow: Annotated[bool, typer.Option("--follow", help="Wait for new events, until Ctrl-C.")] = False,
    limit: Annotated[
        int | None,
        typer.Option("--limit", min=1, help=f"How many at most; default: {_LIMIT}, with --follow all."),
    ] = None,
    hosts: BrokerHostsOption = None,
    ca: BrokerCaOption = None,
    registry: RegistryOption = None,
    plugin: PluginOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print each event as a line of JSON.")] = False,
) -> None:
    """Show events of a table, as an application reads them."""
    from cdc.kafka.brokers import BrokersError, Tunnels
    from cdc.operate.events.decoding import Formats, NoPluginError
    from cdc.operate.events.reading import REPORTED, EventReader, Wanted

    zips = archives(plugin)
    with place(name, lambda found: _check(found, table)) as found:
        try:
            wanted = Wanted(
                table, from_beginning=from_beginning, follow=follow, limit=limit or (None if follow else _LIMIT)
            )
            formats = Formats(found, zips, registry)
            reader = EventReader(found, Tunnels(hosts, ca), formats, note=_note)
            _show(reader.read(wanted), follow=follow, as_json=as_json)
        except (BrokersError, NoPluginError, *REPORTED) as error:
            fail(error)


def _check(found: Place, table: str | None) -> None:
    from cdc.operate.events.topics import NotCapturedError, of_table

    try:
        if table is not None:
            of_table(found.environment, table)
    except NotCapturedError as error:
        fail(error)


def _show(events: Iterator[Shown], *, follow: bool, as_json: bool) -> None:
    """Prints each event; ends the command where none of them could be decoded."""
    reason, decoded = "", False
    try:
        for event in events:
            _print(event, as_json=as_json)
            reason, decoded = reason or event.reason, decoded or not event.error
    except KeyboardInterrupt:
        if not follow:
            raise
    if reason and not decoded:
        fail(f"nothing of what was read could be decoded: {reason}")


def _note(text: str) -> None:
    err.print(text, markup=False, soft_wrap=True)


def _print(event: Shown, *, as_json: bool) -> None:
    if as_json:
        out.print(json.dumps(event.document), markup=False, soft_wrap=True)
    else:
        out.print(event.line(out.width), markup=False, soft_wrap=True)
