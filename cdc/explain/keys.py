"""Keys of the environment file, as its schema describes them."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from modules.messages.problems import nearest

SCHEMA: Final = Path(__file__).parents[2] / "environments" / "schema.json"
PAGE: Final = "docs/environment-file.md"
_NAME: Final = "<name>"
_STEP: Final = re.compile(r"\[\d*\]|\.")

Node = Mapping[str, Any]


@dataclass(frozen=True)
class Key:
    """A key: ``path`` from the top, ``kind`` of the block that has it, empty where there is one kind only.

    ``allowed`` are its values; of a block, ``keys`` are those below it.
    """

    path: str
    kind: str
    type: str
    default: str
    allowed: str
    required: bool
    description: str
    keys: tuple[str, ...]

    @property
    def documented(self) -> str:
        """The page, and the heading of the key's part."""
        top = self.path.partition(".")[0]
        if "." not in self.path and not self.keys:
            return f"{PAGE}#top-level"
        return f"{PAGE}#{top}name" if _schema()["properties"][top].get("patternProperties") else f"{PAGE}#{top}"


def keys(path: str) -> list[Key]:
    """What ``path`` means: ``kafka.brokers``, ``connectors.shop.source``; a name may be left out. Empty if nothing."""
    steps = [step for step in _STEP.split(path) if step]
    return [_key(*found) for found in _walk(_schema(), steps, "", "", required=False)] if steps else []


def near(path: str) -> str | None:
    """The top-level key that ``path`` may have meant, or the key below it."""
    *above, last = path.split(".")
    blocks = [key for key in keys(".".join(above)) if key.keys] if above else []
    known = {name for block in blocks for name in block.keys} if above else set(_schema()["properties"])
    found = nearest(last, known)
    return ".".join([*above, found]) if found else None


@cache
def _schema() -> Node:
    found: Node = json.loads(SCHEMA.read_text())
    return found


_Found = tuple[Node, str, str, bool]


def _walk(node: Node, steps: list[str], path: str, kind: str, *, required: bool) -> Iterator[_Found]:
    """The nodes below ``node``, each with its path, the kind of its block, and whether it must be given."""
    if not steps:
        yield node, path, kind, required
        return
    for block, of in _blocks(node):
        step, *rest = steps
        properties = block.get("properties", {})
        if step in properties:
            here = f"{path}.{step}" if path else step
            yield from _walk(properties[step], rest, here, of, required=step in block.get("required", ()))
        for named in _named(block):
            # Where the name is left out, the step is a key already.
            below = list(_walk(named, steps, f"{path}.{_NAME}", "", required=False))
            yield from below or _walk(named, rest, f"{path}.{_NAME}", "", required=False)


def _named(block: Node) -> list[Node]:
    """What a mapping by name holds."""
    return [node for node in block.get("patternProperties", {}).values() if _refers(node)]


def _blocks(node: Node) -> Iterator[tuple[Node, str]]:
    """The mappings that ``node`` may be, each with its kind."""
    found = [part for part in _parts(node) if "properties" in part or "patternProperties" in part]
    for part in found:
        const = part.get("properties", {}).get("kind", {}).get("const")
        yield part, f"kind: {const}" if const and len(found) > 1 else ""


def _parts(node: Node) -> Iterator[Node]:
    """``node`` itself, or all that it refers to."""
    if reference := node.get("$ref"):
        yield from _parts(_schema()["definitions"][reference.rpartition("/")[2]])
    elif "properties" in node:
        yield node
    elif inner := [part for key in ("oneOf", "anyOf", "allOf") for part in node.get(key, ())]:
        for part in inner:
            yield from _parts(part)
    elif isinstance(node.get("items"), Mapping) and _refers(node["items"]):
        yield from _parts(node["items"])
    else:
        yield node


def _refers(node: Node) -> bool:
    return any(key in node for key in ("$ref", "oneOf", "anyOf", "allOf"))


def _key(node: Node, path: str, kind: str, required: bool) -> Key:
    blocks = [block for block, _ in _blocks(node)]
    inside = [one for block in blocks for named in _named(block) for one, _ in _blocks(named)]
    names = dict.fromkeys(name for block in [*blocks, *inside] for name in block.get("properties", {}))
    parts = list(_parts(node))
    return Key(
        path=path,
        kind=kind,
        type=_type(node, parts, blocks),
        default=_default(node),
        allowed="; ".join(dict.fromkeys(filter(None, map(_allowed, parts)))),
        required=required,
        description=node.get("description", ""),
        keys=tuple(names),
    )


def _type(node: Node, parts: list[Node], blocks: list[Node]) -> str:
    if any(_named(block) for block in blocks):
        return "mapping by name"
    if node.get("type") == "array":
        of = {str(part.get("type", "mapping")) for part in _parts(node.get("items", {}))}
        return f"list of {' or '.join(sorted(of))}"
    types = [str(part.get("type", "")) for part in parts]
    return " or ".join(dict.fromkeys({"object": "mapping"}.get(one, one) for one in types if one not in ("", "null")))


def _default(node: Node) -> str:
    if "default" not in node:
        return ""
    value = node["default"]
    return "none" if value is None else json.dumps(value) if not isinstance(value, str) else value or "empty"


def _allowed(part: Node) -> str:
    if "const" in part or "enum" in part:
        return ", ".join(map(str, part.get("enum", [part.get("const")])))
    limits = [(part.get("minimum"), "or more"), (part.get("maximum"), "or less")]
    if text := ", ".join(f"{limit} {word}" for limit, word in limits if limit is not None):
        return text
    pattern = part.get("items", part).get("pattern") if isinstance(part.get("items", part), Mapping) else None
    return f"matches {pattern}" if pattern else ""
