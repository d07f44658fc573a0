"""``cdc events``: reads events with the caller's own identity, and shows them."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from cdc.console import err, fail, out
from cdc.operate.connectors import place
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
    registry: Annotated[
        str | None,
        typer.Option("--registry", metavar="URL", envvar="CDC_REGISTRY", help="The schema registry's, by a tunnel."),
    ] = None,
    plugin: Annotated[
        list[str] | None, typer.Option("--plugin", metavar="NAME=ZIP", help="The ZIP of a published plugin.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print each event as a line of JSON.")] = False,
) -> None:
    """Show events of a table, as an application reads them."""
    from cdc.kafka.brokers import BrokersError, Tunnels
    from cdc.operate.events.decoding import Formats, NoPluginError
    from cdc.operate.events.reading import REPORTED, EventReader, Wanted
    from cdc.operate.events.topics import NotCapturedError

    with place(name) as found:
        try:
            wanted = Wanted(
                table, from_beginning=from_beginning, follow=follow, limit=limit or (None if follow else _LIMIT)
            )
            formats = Formats(found, _archives(plugin or []), registry)
            reader = EventReader(found, Tunnels(hosts, ca), formats, note=_note)
            for event in reader.read(wanted):
                _print(event, as_json=as_json)
        except (BrokersError, NoPluginError, NotCapturedError, *REPORTED) as error:
            fail(error)
        except KeyboardInterrupt:
            if not follow:
                raise


def _note(text: str) -> None:
    err.print(text, markup=False, soft_wrap=True)


def _print(event: Any, *, as_json: bool) -> None:
    if as_json:
        out.print(json.dumps(event.document), markup=False, soft_wrap=True)
    else:
        out.print(event.line(out.width), markup=False, soft_wrap=True)


def _archives(given: Sequence[str]) -> dict[str, Path]:
    return dict(_pairs(given))


def _pairs(given: Sequence[str]) -> Iterator[tuple[str, Path]]:
    for text in given:
        name, equals, path = text.partition("=")
        if not (name and equals and Path(path).is_file()):
            raise typer.BadParameter(f"--plugin must be NAME=ZIP with a file that exists, got {text}")
        yield name, Path(path)
