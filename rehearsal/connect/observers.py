"""The Java observers in a worker: they log each source record, what became of it, and change nothing."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from rehearsal.processes import compiler as java

SOURCES: Final = Path(__file__).parent / "java"
FOLDER: Final = "rehearsal.source.records"  # the system property that names the log's folder
_OBSERVER: Final = "rehearsal.connect.SourceRecordObserver"
_INTERCEPTOR: Final = "rehearsal.connect.SentRecordObserver"
_INTERCEPTORS: Final = "producer.interceptor.classes"
_TRANSFORMS: Final = "transforms"
_ALIAS: Final = "observed"


def jar(*, compiler: Path, libraries: Sequence[Path]) -> Path:
    """The observers, compiled against ``libraries`` or from the user's cache; raises CompileError, JavaError."""
    return java.jar("observers", SOURCES, compiler=compiler, libraries=libraries)


def observed_connector(properties: Mapping[str, str]) -> dict[str, str]:
    """``properties``, which have the connector's name, with observers before, between and after its transforms."""
    transforms = _names(properties.get(_TRANSFORMS, ""))
    prefix = _free_alias(properties, transforms)
    added: dict[str, str] = {}
    chain: list[str] = []
    for number in range(len(transforms) + 1):
        observer, behind = f"{prefix}{number}", transforms[number : number + 1]
        chain += [observer, *behind]
        added[f"{_TRANSFORMS}.{observer}.type"] = _OBSERVER
        added |= {f"{_TRANSFORMS}.{observer}.next": transform_label(properties, alias) for alias in behind}
    added[f"{_TRANSFORMS}.{prefix}0.connector"] = properties["name"]
    return {**properties, **added, _TRANSFORMS: ",".join(chain)}


def observed_worker(properties: Mapping[str, str]) -> dict[str, str]:
    """``properties`` with the observer of messages, after interceptors of the worker's own."""
    return {**properties, _INTERCEPTORS: ",".join([*_names(properties.get(_INTERCEPTORS, "")), _INTERCEPTOR])}


def transform_label(properties: Mapping[str, str], alias: str) -> str:
    """The alias and the class, as results name a transform: ``outbox (EventRouter)``."""
    kind = properties.get(f"{_TRANSFORMS}.{alias}.type", "").strip()
    name = kind.removesuffix("$Value").removesuffix("$Key").rpartition(".")[2]
    return f"{alias} ({name})" if name else alias


def _names(listed: str) -> list[str]:
    """As Kafka reads a list: ``a,,b`` has an empty name, which it then refuses."""
    return [name.strip() for name in listed.split(",")] if listed.strip() else []


def _free_alias(properties: Mapping[str, str], transforms: Sequence[str]) -> str:
    """A prefix of aliases that the connector's own do not use."""
    used = [*transforms, *(key.split(".")[1] for key in properties if key.startswith(f"{_TRANSFORMS}."))]
    alias = _ALIAS
    while any(name.startswith(alias) for name in used):
        alias += "_"
    return alias
