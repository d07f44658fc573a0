"""Every property that a connector can have, as Debezium's and Kafka's own jars define them.

Pure and lazy: a release's file is read once, a property made when it is asked for. The files come from
``python -m cdc.definitions``.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Literal

from modules.debezium import since
from modules.debezium.renamed import RENAMED, RENAMED_BEHIND, Renamed
from modules.debezium.words import WORDS, Word

# Where a property stands: on the connector itself, or behind an alias.
Where = Literal[
    "connector",
    "connect",
    "transform",
    "predicate",
    "converter",
    "custom converter",
    "post processor",
    "topic creation",
    "driver",
    "client",
]

RELEASES: Final = ("2.7.4.Final", "3.6.1.Final")
WORKERS: Final = ("2.7.1", "3.7.x")
_BROKER: Final = "kafka-3.9"
_PREFIXES: Final = tuple(each for each in RENAMED.values() if each.name.endswith("."))
_FOLDER: Final = Path(__file__).parent / "releases"


@dataclass(frozen=True, slots=True)
class Property:
    """One property. ``default`` is text as Debezium writes it; None where there is none, or where it is not known.

    ``allowed`` are the words of an enumeration, or those that a list may hold; Debezium compares them trimmed and
    without case. ``minimum`` and ``maximum`` hold whatever other properties say. ``format`` is ``regex`` for one
    regular expression, ``regex list`` for several with commas between them, ``name`` for letters, digits, ``_``, ``-``
    and ``.``, ``pairs`` for ``key=value`` with commas between them. ``aliases`` are older names that are
    still read. ``since`` is the release that brought it, where that is later than 1.0; Connector/J's for the driver.
    """

    name: str
    type: str
    default: str | None = None
    allowed: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    documentation: str = ""
    importance: str = ""
    format: str | None = None
    required: bool = False
    internal: bool = False
    deprecated: bool = False
    aliases: tuple[str, ...] = ()
    since: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A name that is known: its property, and where it stands.

    ``alias`` is the transform, predicate, converter, post processor or topic group it belongs to, ``of`` the class
    behind the alias, where there is one.
    """

    property: Property
    where: Where
    alias: str | None = None
    of: str | None = None


class Properties(Mapping[str, Property]):
    """A section of a file; properties are made when they are asked for."""

    def __init__(self, section: Mapping[str, Any], since: Mapping[str, str] = MappingProxyType({})) -> None:
        self._section = section
        self._since = since
        self._made: dict[str, Property] = {}

    def __getitem__(self, name: str) -> Property:
        if name not in self._made:
            self._made[name] = _property(name, self._section[name], self._since.get(name))
        return self._made[name]

    def __contains__(self, name: object) -> bool:
        return name in self._section

    def __iter__(self) -> Iterator[str]:
        return iter(self._section)

    def __len__(self) -> int:
        return len(self._section)


def _property(name: str, section: Mapping[str, Any], since: str | None) -> Property:
    facts: dict[str, Any] = {"since": since}
    facts |= {key: tuple(value) if isinstance(value, list) else value for key, value in section.items()}
    return Property(name, **facts)


class Release:
    """A release of Debezium on a version of Kafka Connect; made by ``release``.

    ``version`` is the one that is known, ``asked`` the one that was asked for; ``exact`` where they are the same.
    """

    def __init__(self, version: str, asked: str, worker: str) -> None:
        self.version = version
        self.asked = asked
        self.exact = version == asked
        self.worker_version = worker

    @cached_property
    def connector(self) -> Properties:
        """Of the MySQL connector and what it is made of: schema history, signals, notifications, topic naming."""
        return Properties(self._text["connector"], since.PROPERTIES)

    @cached_property
    def connect(self) -> Properties:
        """Kafka Connect's, for any source connector."""
        return self._kafka("source")

    @cached_property
    def sink(self) -> frozenset[str]:
        """Names that only a sink connector has."""
        return frozenset(_file(f"connect-{self.worker_version}")["sink"]) - frozenset(self.connect)

    @cached_property
    def worker(self) -> Properties:
        return self._kafka("worker")

    @cached_property
    def producer(self) -> Properties:
        return self._kafka("producer")

    @cached_property
    def consumer(self) -> Properties:
        return self._kafka("consumer")

    @cached_property
    def admin(self) -> Properties:
        return self._kafka("admin")

    @cached_property
    def topic_creation(self) -> Properties:
        """Behind ``topic.creation.<group>.``: Connect's own keys, then every setting of a topic."""
        return Properties({**_file(_BROKER)["topic"], **_file(f"connect-{self.worker_version}")["topic_creation"]})

    @cached_property
    def driver(self) -> Properties:
        """Connector/J's, behind ``database.`` or ``driver.``."""
        return self._own("driver")

    @cached_property
    def driver_names(self) -> Mapping[str, str]:
        """Names of ``driver`` by what Connector/J takes for them, in lower case."""
        names = {name.casefold(): name for name in self.driver}
        return {alias.casefold(): name for name in self.driver for alias in self.driver[name].aliases} | names

    @cached_property
    def aliases(self) -> Mapping[str, str]:
        """Older names that this release still reads, each with today's."""
        section = self._text["connector"]
        return {alias: name for name, facts in section.items() for alias in facts.get("aliases", ())}

    @cached_property
    def transforms(self) -> Mapping[str, Properties]:
        """By class, Debezium's and Kafka Connect's."""
        return self._classes("transforms", kafka=True)

    @cached_property
    def predicates(self) -> Mapping[str, Properties]:
        return self._classes("predicates", kafka=True, own=False)

    @cached_property
    def converters(self) -> Mapping[str, Properties]:
        """Of keys, values and headers, by class."""
        return self._classes("converters", kafka=True)

    @cached_property
    def custom_converters(self) -> Mapping[str, Properties]:
        """Debezium's own kind, for columns, by class."""
        return self._classes("custom_converters")

    @cached_property
    def post_processors(self) -> Mapping[str, Properties]:
        return self._classes("post_processors")

    @cached_property
    def services(self) -> Mapping[str, tuple[str, ...]]:
        """Names of signal_channels, notification_channels, snapshot_modes, snapshot_locks and snapshot_queries."""
        return {kind: tuple(names) for kind, names in self._text["services"].items()}

    def later(self, since: str | None) -> bool:
        """Whether the release that was asked for is older than ``since``, a property's or a class's."""
        return since is not None and _later(since, self.asked)

    def renamed(self, name: str, of: str | None = None) -> Renamed | None:
        """What became of a name that this release does not have or no longer reads; ``of`` is the alias's class."""
        behind = RENAMED_BEHIND.get((of, name)) if of else None
        found = behind or RENAMED.get(name) or next((each for each in _PREFIXES if name.startswith(each.name)), None)
        return found if found and not _later(found.release, self.asked) else None

    def word(self, property_: str, word: str) -> Word | None:
        """An enumeration's word that other releases have, and this one has not."""
        found = next((each for each in WORDS if (each.property, each.word) == (property_, word)), None)
        if found is None:
            return None
        gone = found.gone is not None and not _later(found.gone, self.asked)
        return found if gone or _later(found.since, self.asked) else None

    def _own(self, section: str) -> Properties:
        return Properties(self._text[section])

    def _kafka(self, section: str) -> Properties:
        return Properties(_file(f"connect-{self.worker_version}")[section])

    def _classes(self, section: str, *, kafka: bool = False, own: bool = True) -> Mapping[str, Properties]:
        found = dict(_file(f"connect-{self.worker_version}")[section]) if kafka else {}
        if own:
            found |= self._text[section]
        return {name: Properties(properties) for name, properties in found.items()}

    @property
    def _text(self) -> Mapping[str, Any]:
        return _file(self.version)


@cache
def release(version: str, worker: str = "3.7.x") -> Release:
    """The definitions of Debezium ``version`` on Kafka Connect ``worker``, or of the nearest that are known."""
    nearest = version if version in RELEASES else _nearest(version)
    return Release(nearest, version, worker if worker in WORKERS else WORKERS[-1])


def resolved(name: str, classes: Mapping[str, Properties]) -> str | None:
    """The class that Kafka Connect takes for ``name``: its full name, or its last part if that is no other class's."""
    if name in classes:
        return name
    found = [each for each in classes if name in _short(each)]
    return found[0] if len(found) == 1 else None


def _short(name: str) -> tuple[str, ...]:
    """``JsonConverter`` and ``Json``."""
    last = re.split(r"[.$]", name)[-1]
    return last, re.sub(r"(?<=.)(HeaderConverter|Converter|Transformation|Predicate)$", "", last)


@cache
def broker() -> Properties:
    """Settings of a Kafka 3.9 broker."""
    return Properties(_file(_BROKER)["broker"])


def _nearest(version: str) -> str:
    """The known release of the same major version, else the last one before it, else the first."""
    before = [known for known in RELEASES if numbers(known)[:1] <= numbers(version)[:1]]
    return before[-1] if before else RELEASES[0]


def _later(one: str, other: str) -> bool:
    return numbers(one) > numbers(other)


def numbers(version: str) -> tuple[int, ...]:
    """``(3, 6, 1)`` of ``3.6.1.Final``."""
    return tuple(map(int, re.findall(r"\d+", version)[:3]))


@cache
def _file(name: str) -> Mapping[str, Any]:
    content: Mapping[str, Any] = json.loads((_FOLDER / f"{name}.json").read_bytes())
    return content
