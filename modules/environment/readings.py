"""What to write where YAML reads a value as something else than is written there: it depends on what the key takes."""

import re
from collections.abc import Mapping
from typing import Any, Final, Literal, get_args, get_origin

from modules.debezium import definitions
from modules.debezium.definitions import Property
from modules.debezium.finding import find
from modules.environment import shape
from modules.environment.document import Reading
from modules.messages.problems import Path, either

_NUMBERS: Final = ("int", "long", "short", "double", "float")


def instead(reading: Reading, path: Path, data: Mapping[Any, Any]) -> str | None:
    """What the key at ``path`` takes, and what YAML reads there; None where the key is not known."""
    kind = shape.standing(path, data)
    if kind is None:
        return None
    if property_ := _property(path, data):
        return _of_property(reading, property_)
    bare = shape.bare(kind)
    if bare is str:
        return f"must be {reading.quoted}: {reading}"
    if bare is bool:
        return _boolean(reading)
    if bare is int or (get_origin(bare) is Literal and all(isinstance(one, int) for one in get_args(bare))):
        return _number(reading, shape.wanted(kind))
    if get_origin(bare) is Literal or bare is tuple or get_origin(bare) in (dict, tuple) or shape.is_model(bare):
        return f"must be {shape.wanted(kind)}: {reading}"
    return None


def _of_property(reading: Reading, property_: Property) -> str:
    if property_.type == "boolean":
        return _boolean(reading)
    if property_.type in _NUMBERS:
        return _number(reading, "a number")
    if property_.allowed:
        return f"must be {either(property_.allowed)}: {reading}"
    return f"must be {reading.quoted}: {reading}"


def _boolean(reading: Reading) -> str:
    return f"must be {reading.read if reading.is_bool else 'true or false'}: {reading}"


def _number(reading: Reading, wanted: str) -> str:
    numeric = not reading.is_bool and reading.read[:1] in "-0123456789."
    return f"must be {reading.read}, or {wanted}: {reading}" if numeric else f"must be {wanted}: {reading}"


def _property(path: Path, data: Mapping[Any, Any]) -> Property | None:
    """The property of a connector, a worker or the brokers at ``path``."""
    if path[:2] == ("kafka", "server_properties"):
        return definitions.broker().get(str(path[2])) if len(path) == 3 else None
    if path[:1] != ("connectors",) or len(path) != 4 or path[2] not in ("properties", "worker"):
        return None
    connector = data["connectors"][path[1]]
    release = definitions.release(_debezium(connector, data))
    if path[2] == "worker":
        client, _, rest = str(path[3]).partition(".")
        clients = {"producer": release.producer, "consumer": release.consumer}
        return release.worker.get(str(path[3])) or (clients[client].get(rest) if client in clients else None)
    found = find(release, str(path[3]), {str(key): str(value) for key, value in connector["properties"].items()})
    return found.property if found and (found.alias is None or found.of) else None


def _debezium(connector: Mapping[Any, Any], data: Mapping[Any, Any]) -> str:
    plugins = data.get("plugins")
    plugin = plugins.get(str(connector.get("plugin"))) if isinstance(plugins, Mapping) else None
    version = plugin.get("debezium_version") if isinstance(plugin, Mapping) else None
    known = isinstance(version, str) and re.fullmatch(r"[0-9]+\.[0-9]+\.[0-9]+\.\w+", version)
    return str(version) if known else definitions.RELEASES[-1]
