"""Arguments and options that several commands share."""

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
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document to stdout.")]
