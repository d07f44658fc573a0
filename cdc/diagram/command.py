"""``cdc diagram``: the architecture and data flow of an environment, as a picture."""

from pathlib import Path
from typing import Annotated, Final

import typer

from cdc.console import fail, out
from cdc.diagram import mermaid
from cdc.diagram.architecture import Architecture
from cdc.diagram.picture import drawing
from cdc.diagram.reading import architecture
from cdc.diagram.synthesized import blocks
from cdc.environments import UnknownEnvironmentError, files
from cdc.options import EnvArgument
from modules.environment.environment import Environment
from modules.environment.loading import load_all
from modules.messages.problems import EnvironmentErrors
from modules.user_files.reading import read
from modules.user_files.writing import obstacle, replacing

_WRITERS: Final = {".svg": drawing.svg, ".mmd": mermaid.text}
_MOST_BYTES: Final = 100_000_000


def diagram(
    name: EnvArgument,
    to: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A .svg or .mmd file to write; default: Mermaid to stdout.")
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="Write nothing; fail if FILE is not current.")] = False,
) -> None:
    """Draw what an environment deploys, and how its data flows.

    The picture is made from the synthesized stacks: the network, databases, connectors, topics, applications, what
    each role may do, logs and alarms, and where the state is. An SVG follows the reader's light or dark colours.
    """
    if to is not None and to.suffix not in _WRITERS:
        fail(f"--to: must end in .svg or .mmd, got {to}")
    if to is not None and not check and (problem := obstacle(to)):
        fail(f"--to: {problem}")
    if check and to is None:
        fail("--check: needs --to FILE", status=2)
    try:
        shown = drawn(load_all(files([name]))[0])
    except (UnknownEnvironmentError, EnvironmentErrors) as error:
        fail(error)
    if to is None:
        typer.echo(mermaid.text(shown), nl=False)
        return
    content = _WRITERS[to.suffix](shown).encode()
    try:
        if not check:
            with replacing(to) as file:
                file.write(content)
        elif not to.exists() or read(to, most=_MOST_BYTES) != content:
            fail(f"{to}: is not current; run: cdc diagram {name} --to {to}")
    except OSError as error:
        fail(error)
    out.print(f"{to}: {'current' if check else 'written'}", markup=False)


def drawn(environment: Environment) -> Architecture:
    """Synthesizes ``environment`` and reads its architecture."""
    return architecture(blocks(environment), environment.name)
