"""Access to parts of a plan's JSON, whatever its shape."""

from collections.abc import Mapping
from typing import Any


def blocks(configuration: Mapping[str, Any]) -> list[Any]:
    """The resource blocks of the root module."""
    found = at(configuration, "root_module", "resources")
    return found if isinstance(found, list) else []


def at(node: object, *path: str | int) -> Any:
    """The value at ``path``, None where there is none."""
    for step in path:
        if isinstance(node, dict) and isinstance(step, str):
            node = node.get(step)
        elif isinstance(node, list) and isinstance(step, int) and step < len(node):
            node = node[step]
        else:
            return None
    return node
