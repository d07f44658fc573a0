"""Arguments and options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

EnvArgument = Annotated[str, typer.Argument(metavar="ENV", help="Environment name or file.")]
EnvsArgument = Annotated[
    list[str] | None, typer.Argument(metavar="ENV", help="Environment names or files; default: all.")
]
SourceOption = Annotated[
    list[str] | None,
    typer.Option(
        "--source",
        envvar="CDC_SOURCES",
        metavar="URL|DIR|public",
        help="Where to download from, in this order: a Maven repository, a directory, or public.",
    ),
]
OfflineOption = Annotated[bool, typer.Option("--offline", help="Use only the cache.")]
BrokerHostsOption = Annotated[
    Path | None,
    typer.Option(
        "--broker-hosts",
        exists=True,
        dir_okay=False,
        envvar="CDC_BROKER_HOSTS",
        help="A hosts file with the ends of tunnels to the brokers.",
    ),
]
BrokerCaOption = Annotated[
    Path | None,
    typer.Option(
        "--broker-ca",
        exists=True,
        dir_okay=False,
        envvar="CDC_BROKER_CA",
        help="Certificates to verify the brokers with.",
    ),
]
HostOption = Annotated[str | None, typer.Option("--host", help="The database's address, such as a tunnel's.")]
PortOption = Annotated[int, typer.Option("--port", min=1, max=65535, help="Its port.")]
DatabaseCaOption = Annotated[
    Path | None, typer.Option("--ca", exists=True, dir_okay=False, help="Certificates to verify it with.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document to stdout.")]
