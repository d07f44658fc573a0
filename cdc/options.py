"""Options that several commands take."""

from typing import Annotated

import typer

SourceOption = Annotated[
    list[str] | None,
    typer.Option(
        "--source",
        envvar="CDC_SOURCES",
        metavar="URL|DIR|public",
        help="Where files come from, in this order: Maven repositories, directories, public.",
    ),
]
OfflineOption = Annotated[bool, typer.Option("--offline", help="Use the cache only.")]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")]
