"""ZIPs of published plugins, whose converters decode events, as options of commands."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer

RegistryOption = Annotated[
    str | None,
    typer.Option("--registry", metavar="URL", envvar="CDC_REGISTRY", help="The schema registry's, by a tunnel."),
]
PluginOption = Annotated[
    list[str] | None, typer.Option("--plugin", metavar="NAME=ZIP", help="The ZIP of a published plugin.")
]


def archives(given: Sequence[str] | None) -> dict[str, Path]:
    """The ZIPs by the plugins' names. Raises BadParameter."""
    return dict(_pairs(given or []))


def _pairs(given: Sequence[str]) -> Iterator[tuple[str, Path]]:
    for text in given:
        name, equals, path = text.partition("=")
        if not (name and equals and Path(path).is_file()):
            raise typer.BadParameter(f"--plugin must be NAME=ZIP with a file that exists, got {text}")
        yield name, Path(path)
