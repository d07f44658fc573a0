"""Kubernetes manifests of Strimzi: KafkaConnector, and the KafkaConnect that runs it."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from cdc.imports.formats.described import Content, Described, Worker, properties

CONNECTOR: Final = "KafkaConnector"
WORKER: Final = "KafkaConnect"
_CLUSTER: Final = "strimzi.io/cluster"
_READ: Final = ("class", "tasksMax", "config")


def matches(document: object) -> bool:
    """Whether ``document`` is one or more Kubernetes manifests."""
    return any("apiVersion" in one and "kind" in one for one in _manifests(document))


def read(document: Any, source: str) -> Content:
    """The connectors and workers in the manifests."""
    found = Content()
    for manifest in _manifests(document):
        metadata, spec = _mapping(manifest.get("metadata")), _mapping(manifest.get("spec"))
        name = str(metadata.get("name", "")) or None
        if manifest.get("kind") == CONNECTOR:
            cluster = _mapping(metadata.get("labels")).get(_CLUSTER)
            found.connectors.append(_described(name, spec, cluster, source))
        elif manifest.get("kind") == WORKER and name:
            found.workers.append(Worker(frozenset({name}), properties(_mapping(spec.get("config")))[0]))
    return found


def _described(name: str | None, spec: Mapping[str, Any], cluster: Any, source: str) -> Described:
    config = dict(_mapping(spec.get("config")))
    if "class" in spec:
        config.setdefault("connector.class", spec["class"])
    if "tasksMax" in spec:
        config.setdefault("tasks.max", spec["tasksMax"])
    found, irregular = properties(config)
    others = {key: value for key, value in spec.items() if key not in _READ}
    settings = {f"spec.{key}": "set" if isinstance(value, Mapping) else str(value) for key, value in others.items()}
    worker = frozenset({str(cluster)}) if cluster else frozenset[str]()
    return Described(
        f"{source}: {name}" if name else source,
        name,
        found,
        worker_names=worker,
        settings=settings,
        irregular=irregular,
    )


def _manifests(document: Any) -> Iterator[Mapping[str, Any]]:
    """One manifest, several documents, or the items of a List."""
    for one in document if isinstance(document, list) else [document]:
        if not isinstance(one, Mapping):
            continue
        if one.get("kind") == "List" or str(one.get("kind")) in (f"{CONNECTOR}List", f"{WORKER}List"):
            yield from (item for item in one.get("items") or [] if isinstance(item, Mapping))
        else:
            yield one


def _mapping(node: Any) -> Mapping[str, Any]:
    return node if isinstance(node, Mapping) else {}
