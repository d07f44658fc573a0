"""``cdc explain``: a property's type, default, allowed values and documentation, and its value on connectors."""

import json
from dataclasses import asdict
from typing import Annotated

import typer

from cdc.console import fail, out
from cdc.environments import UnknownEnvironmentError, files
from cdc.explain import keys, lookup, text
from cdc.explain.effective import Effective, effective, properties
from cdc.explain.lookup import Meaning, Unavailable
from cdc.options import JsonOption
from modules.debezium.definitions import RELEASES, Release, release
from modules.environment.environment import Environment
from modules.environment.loading import load_all
from modules.messages.problems import EnvironmentErrors, either, nearest

_COLUMNS = 100


def explain(
    name: Annotated[
        str,
        typer.Argument(metavar="NAME", help="A property of connectors, workers or brokers, or a key of the file."),
    ],
    env: Annotated[str | None, typer.Argument(metavar="ENV", help="An environment, or its file.")] = None,
    connector: Annotated[
        str | None, typer.Option("--connector", metavar="NAME", help="Show the value on this connector.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Explain a property or a key, and where its value is set.

    Shows type, default, allowed values and documentation, for properties of Debezium's MySQL connector, its plugin's
    other classes, Kafka Connect and the brokers, and for keys such as kafka.brokers or connectors.NAME.source.
    Exit status: 0, or 1 for an unknown name.
    """
    name = name.strip()
    if not name:
        fail("NAME: must be a property or a key, got nothing")
    of_file = keys.keys(name)
    places = _places(env, connector)
    known, configured = _known(places)
    unavailable = None if (found := lookup.meanings(known, name, configured)) else lookup.unavailable(known, name)
    for successor in unavailable.successors if unavailable else ():
        found += lookup.meanings(known, successor, configured)
    if not found and unavailable is None and not of_file:
        _unknown(known, name)
    # What the brokers have is the same for all connectors of an environment.
    values = [
        list(dict.fromkeys(effective(environment, key, meaning) for environment, key in places)) for meaning in found
    ]
    if as_json:
        document = _document(known, name, unavailable, found, values)
        out.print_json(json.dumps(document | {"keys": [asdict(key) for key in of_file]}))
    else:
        width = min(out.width, _COLUMNS)
        of_properties = text.lines(known, unavailable, found, values, width=width)
        between = [""] if of_file and (found or unavailable) else []
        for line in (*text.key_lines(of_file, width=width), *between, *of_properties):
            typer.echo(line)
    if not found and not of_file:
        raise typer.Exit(1)


def _places(env: str | None, connector: str | None) -> list[tuple[Environment, str]]:
    """The chosen connectors: one, or all of an environment; none if neither is given."""
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
        fail(f"connector {connector}: does not exist{f' in {env}' if env else ''}; {hint}")
    return found


def _known(places: list[tuple[Environment, str]]) -> tuple[Release, dict[str, str]]:
    """The definitions of the first connector's release, and its properties, with the classes of aliases."""
    if not places:
        return release(RELEASES[-1]), {}
    environment, key = places[0]
    connector = environment.connectors[key]
    version = environment.plugins[connector.plugin].debezium_version
    return release(version, connector.kafkaconnect_version), properties(environment, key)


def _unknown(known: Release, name: str) -> None:
    near = [*lookup.nearest(known, name), *filter(None, [keys.near(name)])]
    hint = f"; did you mean {either(near)}?" if near else ""
    fail(f"{name}: unknown in Debezium {known.version} for MySQL, Kafka Connect and Kafka{hint}")


def _document(
    known: Release, name: str, unavailable: Unavailable | None, found: list[Meaning], values: list[list[Effective]]
) -> dict[str, object]:
    return {
        "name": name,
        "debezium": known.version,
        "unavailable": unavailable.why if unavailable else None,
        "meanings": [
            {**asdict(meaning), "values": [asdict(one) for one in effectives]}
            for meaning, effectives in zip(found, values, strict=True)
        ],
    }
