"""All meanings of a property's name: for connectors, classes behind aliases, workers and brokers."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from types import MappingProxyType
from typing import Final

from modules.debezium import reserved
from modules.debezium.definitions import RELEASES, Found, Properties, Property, Release, broker, release, resolved
from modules.debezium.finding import find
from modules.debezium.renamed import RENAMED_BEHIND, Renamed
from modules.debezium.words import FOREIGN
from modules.environment import msk_connect
from modules.environment.checks import worker_rules

_PLACES: Final = {
    "connector": "Debezium's MySQL connector",
    "connect": "every source connector of Kafka Connect",
    "topic creation": "topics that Kafka Connect creates",
    "driver": "MySQL Connector/J, the connector's driver",
}
_ALIASED: Final = {
    "transform": "the transform",
    "predicate": "the predicate",
    "converter": "the converter",
    "custom converter": "the custom converter",
    "post processor": "the post processor",
}
_CLIENTS: Final = {"producer": "the worker's producer", "consumer": "the worker's consumer"}
_NEAREST: Final = 3


@dataclass(frozen=True)
class Meaning:
    """One meaning of a name. ``of`` is what has the property, ``set_by`` the key of the environment file that sets it.

    ``kind`` is connector, worker or brokers. ``releases`` are the releases of Debezium that have it; empty if
    that does not depend on the release.
    """

    name: str
    kind: str
    of: str
    property: Property
    set_by: str
    releases: tuple[str, ...] = ()
    versioned: str = "Debezium"


@dataclass(frozen=True)
class Unavailable:
    """A name that this connector does not have as a property, or no longer; ``successors`` are explained instead."""

    name: str
    why: str
    successors: tuple[str, ...] = ()


def meanings(known: Release, name: str, properties: Mapping[str, str] = MappingProxyType({})) -> list[Meaning]:
    """All meanings of ``name`` for a connector with ``properties``, its worker and the brokers."""
    return [*_of_connector(known, name, properties), *_of_worker(known, name), *_of_brokers(name)]


def unavailable(known: Release, name: str) -> Unavailable | None:
    """Why ``name`` is unavailable, if it has another meaning or had one."""
    if keys := tuple(key for key, path in reserved.paths().items() if path == name):
        return Unavailable(name, f"is a key of the environment file; it sets {_listed(keys)}", keys)
    if renamed := _old_name(known, name):
        return _renamed(name, renamed)
    if name in FOREIGN:
        return Unavailable(name, f"is a property of Debezium's {FOREIGN[name]} connector, not of the MySQL connector")
    if name in known.sink:
        return Unavailable(name, "is a property of sink connectors, not of source connectors")
    return None


def _old_name(known: Release, name: str) -> Renamed | None:
    """A property of an older release: of the connector, or of a transform of any class."""
    prefix, alias, rest = [*name.split(".", 2), "", ""][:3]
    if prefix == "transforms" and rest:
        found = (known.renamed(rest, of) for of, old in RENAMED_BEHIND if old == rest)
        if renamed := next(filter(None, found), None):
            successor = renamed.successor and f"transforms.{alias}.{renamed.successor}"
            return replace(renamed, successor=successor)
    return None if find(known, name) else known.renamed(name)


def _renamed(name: str, renamed: Renamed) -> Unavailable:
    since = f"was removed in Debezium {'.'.join(renamed.release.split('.')[:2])}"
    note = f"; {renamed.note}" if renamed.note else ""
    if renamed.successor is None:
        return Unavailable(name, since + note)
    today = renamed.successor + (name.removeprefix(renamed.name) if renamed.name.endswith(".") else "")
    return Unavailable(name, f"{since}; use {today}{note}", (today,))


def nearest(known: Release, name: str) -> list[str]:
    """Known names that were probably intended."""
    of_driver = [f"database.{key}" for key in known.driver if key.lower() == name.lower()]
    near = get_close_matches(name, list(dict.fromkeys(_names(known))), n=_NEAREST, cutoff=0.7)
    return list(dict.fromkeys([*of_driver, *near]))[:_NEAREST]


def _names(known: Release) -> Iterator[str]:
    yield from known.connector
    yield from known.connect
    yield from known.worker
    yield from (f"producer.{key}" for key in known.producer)
    yield from (f"consumer.{key}" for key in known.consumer)
    yield from (f"database.{key}" for key in known.driver)
    yield from broker()
    yield from known.sink
    yield from reserved.paths().values()
    for classes in (known.transforms, known.predicates):
        yield from (f"transforms.unwrap.{key}" for properties in classes.values() for key in properties)


def _of_connector(known: Release, name: str, properties: Mapping[str, str]) -> Iterator[Meaning]:
    found = find(known, name, properties)
    if found is None:
        return
    having = tuple(version for version in RELEASES if find(release(version), name, properties))
    for each in _with_classes(known, found):
        of = _PLACES.get(each.where) or _client(each) or _alias(each)
        versioned = "Connector/J" if each.where == "driver" else "Debezium"
        yield Meaning(name, "connector", of, each.property, _set_by(name), having, versioned)


def _with_classes(known: Release, found: Found) -> list[Found]:
    """Without the class of an alias, the property of each class that has it."""
    if found.alias is None or found.of is not None or found.where == "topic creation":
        return [found]
    classes: dict[str, Mapping[str, Properties]] = {
        "transform": known.transforms,
        "predicate": known.predicates,
        "converter": known.converters,
        "custom converter": known.custom_converters,
        "post processor": known.post_processors,
    }
    if found.where not in classes or found.property.name in ("type", "predicate", "negate"):
        return [found]
    return [
        replace(found, of=of, property=properties[found.property.name])
        for of, properties in classes[found.where].items()
        if found.property.name in properties and resolved(of, classes[found.where])
    ]


def _client(found: Found) -> str | None:
    return f"the Kafka client {found.alias}" if found.where == "client" else None


def _alias(found: Found) -> str:
    of = f", {found.of}" if found.of else ""
    return f"{_ALIASED[found.where]} {found.alias}{of}"


def _set_by(name: str) -> str:
    reason = reserved.refusal(name)
    if reason is None:
        return "properties"
    path = reserved.paths().get(name)
    return path or f"not in the file: {reason}"


def _of_worker(known: Release, name: str) -> Iterator[Meaning]:
    client, _, rest = name.partition(".")
    of, found = "Kafka Connect's worker", known.worker.get(name)
    if client in _CLIENTS:
        of, found = _CLIENTS[client], getattr(known, client).get(rest)
    if found is not None:
        ours = "this project, in the worker configuration; MSK Connect accepts it"
        refused = "nothing: MSK Connect refuses it in a worker configuration"
        accepted = ours if worker_rules.refusal(name, known) else "worker"
        yield Meaning(name, "worker", of, found, accepted if msk_connect.takes(name) else refused)


def _of_brokers(name: str) -> Iterator[Meaning]:
    if name in broker():
        yield Meaning(name, "brokers", "Kafka's brokers", broker()[name], "kafka.server_properties")


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(names)
