"""Kafka Connect's REST API: ``{"name": …, "config": {…}}``, a bare configuration, ``/connectors?expand=info``."""

from collections.abc import Mapping
from typing import Any

from cdc.imports.formats.described import Content, Described, InputError, properties, scalar


def matches(document: object) -> bool:
    """Whether ``document`` is from Kafka Connect's REST API."""
    if isinstance(document, list):
        return bool(document) and all(isinstance(item, str) or matches(item) for item in document)
    return isinstance(document, Mapping) and (_is_whole(document) or _is_bare(document) or _is_expanded(document))


def read(document: Any, source: str) -> Content:
    """The connectors of ``document``; raises InputError if it only lists names or states."""
    if isinstance(document, list):
        if any(isinstance(item, str) for item in document):
            raise InputError(f"{source}: has only the names of connectors; use /connectors?expand=info")
        return Content([one for item in document for one in read(item, source).connectors])
    if _is_whole(document):
        return Content([_described(scalar(document.get("name")), document["config"], source)])
    if _is_bare(document):
        return Content([_described(None, document, source)])
    if all("info" not in entry for entry in document.values()):
        raise InputError(f"{source}: has only the status of connectors; use /connectors?expand=info")
    return Content(
        [
            _described(name, entry["info"]["config"], source)
            for name, entry in document.items()
            if isinstance(entry.get("info"), Mapping) and isinstance(entry["info"].get("config"), Mapping)
        ]
    )


def _is_whole(document: Mapping[Any, Any]) -> bool:
    return isinstance(document.get("config"), Mapping)


def _is_bare(document: Mapping[Any, Any]) -> bool:
    return "connector.class" in document


def _is_expanded(document: Mapping[Any, Any]) -> bool:
    return bool(document) and all(
        isinstance(entry, Mapping) and entry.keys() & {"info", "status"} for entry in document.values()
    )


def _described(name: Any, config: Mapping[Any, Any], source: str) -> Described:
    found, irregular = properties(config)
    return Described(source, name or found.get("name"), found, irregular=irregular)
