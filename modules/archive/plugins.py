"""The Kafka Connect plugins in jars, as a worker finds them at its start."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from modules.archive.classfile import ClassFile
from modules.archive.classpath import ClassPath
from modules.archive.worker import Worker, shared


class Kind(StrEnum):
    """Kinds of plugins, by the class that they extend or implement (Kafka 3.7.2, PluginType)."""

    SOURCE = "org/apache/kafka/connect/source/SourceConnector"
    SINK = "org/apache/kafka/connect/sink/SinkConnector"
    TRANSFORM = "org/apache/kafka/connect/transforms/Transformation"
    PREDICATE = "org/apache/kafka/connect/transforms/predicates/Predicate"
    CONVERTER = "org/apache/kafka/connect/storage/Converter"
    HEADER_CONVERTER = "org/apache/kafka/connect/storage/HeaderConverter"
    CONFIG_PROVIDER = "org/apache/kafka/common/config/provider/ConfigProvider"


KINDS: Final = {kind.value: kind for kind in Kind}
CONNECTORS: Final = (Kind.SOURCE, Kind.SINK)
# Kinds by the names of common superclasses, if the hierarchy ends at a class that only the worker has.
KNOWN: Final = {
    "org/apache/kafka/connect/json/JsonConverter": (Kind.CONVERTER, Kind.HEADER_CONVERTER),
    "org/apache/kafka/connect/storage/StringConverter": (Kind.CONVERTER, Kind.HEADER_CONVERTER),
    "org/apache/kafka/connect/storage/SimpleHeaderConverter": (Kind.HEADER_CONVERTER,),
}


@dataclass(frozen=True, order=True, slots=True)
class Plugin:
    """``class_name`` is in Java notation; ``version`` is that of its library, empty if unknown."""

    class_name: str
    kind: Kind
    version: str
    jar: str


def plugins(classes: ClassPath, worker: Worker | None) -> tuple[Plugin, ...]:
    """All plugins in ``classes``, sorted; without a worker only by the names of superclasses.

    Found by class hierarchy, and config providers only by their service file: Connect's hybrid scan (Kafka 3.7.2,
    ReflectionScanner and ServiceLoaderScanner).
    """
    return tuple(sorted(_found(classes, worker)))


def _found(classes: ClassPath, worker: Worker | None) -> Iterator[Plugin]:
    served = {(service, name) for jar in classes.jars for service, names in jar.services.items() for name in names}
    for jar, candidate in classes:
        if not candidate.instantiable or shared(candidate.name):
            continue
        name = dotted(candidate.name)
        version = jar.library.version if jar.library else ""
        for kind in kinds(candidate, classes, worker):
            if kind is not Kind.CONFIG_PROVIDER or (dotted(kind), name) in served:
                yield Plugin(name, kind, version, jar.name)


def names(found: Iterable[Plugin], *of_kinds: Kind) -> tuple[str, ...]:
    """Class names of the plugins of these kinds, sorted, each once."""
    return tuple(sorted({plugin.class_name for plugin in found if plugin.kind in of_kinds}))


def names_by_kind(found: Iterable[Plugin]) -> dict[str, Any]:
    """The fields of ``modules.archive.manifest.PluginNames``."""
    found = tuple(found)
    return {
        "connectors": names(found, *CONNECTORS),
        "transforms": names(found, Kind.TRANSFORM),
        "converters": names(found, Kind.CONVERTER),
        "header_converters": names(found, Kind.HEADER_CONVERTER),
        "predicates": names(found, Kind.PREDICATE),
        "config_providers": names(found, Kind.CONFIG_PROVIDER),
    }


def kinds(of: ClassFile, classes: ClassPath, worker: Worker | None) -> set[Kind]:
    """All kinds of the class, even if Connect could not instantiate it."""
    found: set[Kind] = set()
    seen: set[str] = set()
    supers = list(of.supers)
    while supers:
        name = supers.pop()
        if name in seen or name.startswith("java/"):
            continue
        seen.add(name)
        if name in KINDS:
            found.add(KINDS[name])
        elif known := classes.find(name) or (worker and worker.classes.find(name)):
            supers += known.supers
        else:
            found.update(KNOWN.get(name, ()))
    return found


def dotted(name: str) -> str:
    """``java.lang.Object`` for the internal name ``java/lang/Object``."""
    return name.replace("/", ".")
