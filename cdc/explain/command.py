"""``cdc explain``: type, default, allowed values and documentation of a property, and where ours is set."""

import json
from dataclasses import asdict
from typing import Annotated

import typer

from cdc.console import fail, out
from cdc.environments import UnknownEnvironmentError, files
from cdc.explain import lookup, text
from cdc.explain.effective import Effective, effective, properties
from cdc.explain.lookup import Gone, Meaning
from cdc.options import JsonOption
from modules.debezium.definitions import RELEASES, Release, release
from modules.environment.environment import Environment
from modules.environment.loading import load_all
from modules.messages.problems import EnvironmentErrors, either, nearest

_COLUMNS = 100


def explain(
    name: Annotated[str, typer.Argument(metavar="PROPERTY", help="A property of a connector, its worker or brokers.")],
    env: Annotated[str | None, typer.Argument(metavar="[ENV]", help="An environment, or its file.")] = None,
    connector: Annotated[
        str | None, typer.Option("--connector", metavar="NAME", help="A connector: show the value that it has there.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Explain a property, and say where its value is set.

    Shows type, default, allowed values and documentation, of Debezium's MySQL connector and of what it is made of.
    Exit status: 0, or 1 where no such property is known.
    """
    places = _places(env, connector)
    known, theirs = _known(places)
    name = name.strip()
    gone = None if (found := lookup.meanings(known, name, theirs)) else lookup.gone(known, name)
    for successor in gone.successors if gone else ():
        found += lookup.meanings(known, successor, theirs)
    if not found and gone is None:
        _unknown(known, name)
    values = [[effective(environment, key, meaning) for environment, key in places] for meaning in found]
    if as_json:
        out.print_json(json.dumps(_document(known, name, gone, found, values)))
    else:
        for line in text.lines(known, gone, found, values, width=min(out.width, _COLUMNS)):
            typer.echo(line)
    if not found:
        raise typer.Exit(1)


def _places(env: str | None, connector: str | None) -> list[tuple[Environment, str]]:
    """The connectors to look at: one, or all of an environment; none where neither is given."""
    if env is None and connector is None:
        return []
    try:
        environments = load_all(files([env] if env else []))
    except (UnknownEnvironmentError, EnvironmentErrors) as error:
        fail(error)
    found = [(one, key) for one in environments for key in one.connectors if connector in (None, key)]
    if not found:
        keys = sorted({key for one in environments for key in one.connectors})
        hint = f"did you mean {meant}?" if (meant := nearest(str(connector), keys)) else f"known are {either(keys)}"
        fail(f"connector {connector}: there is none{f' in {env}' if env else ''}; {hint}")
    return found


def _known(places: list[tuple[Environment, str]]) -> tuple[Release, dict[str, str]]:
    """The definitions of the first connector's release, and its properties, which say the classes behind aliases."""
    if not places:
        return release(RELEASES[-1]), {}
    environment, key = places[0]
    connector = environment.connectors[key]
    version = environment.plugins[connector.plugin].debezium_version
    return release(version, connector.kafkaconnect_version), properties(environment, key)


def _unknown(known: Release, name: str) -> None:
    near = lookup.nearest(known, name)
    hint = f"; did you mean {either(near)}?" if near else ""
    fail(f"{name}: no property of Debezium {known.version} for MySQL, of Kafka Connect or of Kafka{hint}")


def _document(
    known: Release, name: str, gone: Gone | None, found: list[Meaning], values: list[list[Effective]]
) -> dict[str, object]:
    return {
        "name": name,
        "debezium": known.version,
        "gone": gone.why if gone else None,
        "meanings": [
            {**asdict(meaning), "values": [asdict(one) for one in effectives]}
            for meaning, effectives in zip(found, values, strict=True)
        ],
    }
