"""The command ``cdc import``."""

import json
from pathlib import Path
from typing import Annotated

import typer

from cdc.console import err, fail, out, show_line
from cdc.imports import checking, differences, output
from cdc.imports.formats.described import InputError
from cdc.imports.reading import MOST_BYTES, Shape, connectors
from cdc.imports.translation.entry import Entry, entries
from cdc.imports.translation.notes import OPEN
from cdc.options import JsonOption
from modules.messages.problems import either
from modules.user_files.reading import read, read_stdin, reason

STDIN = "-"
OPEN_STATUS = 3


def import_connectors(
    files: Annotated[list[str], typer.Argument(metavar="FILE", help="Files to read; - is stdin.")],
    shape: Annotated[
        Shape | None,
        typer.Option(
            "--format",
            metavar="FORMAT",
            help=f"The files' format: {either(list(Shape))}. Detected from the content by default.",
        ),
    ] = None,
    keep_offsets: Annotated[
        bool,
        typer.Option("--keep-offsets", help="Keep name, offsets and schema history of the running connector."),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Import existing connectors into an environment file.

    Prints entries for the environment file as YAML. Reads JSON of Kafka Connect's REST API, output of aws kafkaconnect,
    properties files, Terraform, CloudFormation and Strimzi manifests. Reports every property that is changed or left
    out, with the reason. Exit status: 0 if everything is imported, 1 if a file has no connector, 3 if something is
    left to do.
    """
    try:
        described = connectors([(_name(file), _content(file)) for file in _once(files)], shape)
    except InputError as error:
        fail(error)
    found = entries(described, keep_offsets=keep_offsets)
    if environment := checking.check(found):
        differences.note(found, environment)
    _print(found, as_json=as_json)
    if any(entry.open for entry in found):
        raise typer.Exit(OPEN_STATUS)


def _once(files: list[str]) -> list[str]:
    if files.count(STDIN) > 1:
        fail("- must be given once at most", status=2)
    return files


def _name(file: str) -> str:
    return "stdin" if file == STDIN else file


def _content(file: str) -> bytes:
    try:
        return read_stdin(most=MOST_BYTES) if file == STDIN else read(Path(file), most=MOST_BYTES)
    except OSError as error:
        raise InputError(f"{_name(file)}: cannot be read: {reason(error)}") from None


def _print(found: list[Entry], *, as_json: bool) -> None:
    if as_json:
        out.print_json(json.dumps(output.document(found)))
        return
    for entry in found:
        for note in sorted(entry.notes, key=lambda note: note.kind in OPEN):
            show_line(str(note))
    typer.echo(output.text(found), nl=False)
    imported, left = [entry for entry in found if entry.body], sum(len(entry.open) for entry in found)
    err.print(f"{len(imported)} of {len(found)} connectors imported, {left or 'nothing'} left to do", markup=False)
