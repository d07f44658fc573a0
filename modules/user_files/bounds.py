"""Bounds of YAML and JSON that a user gives, checked before anything walks it."""

import json
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import yaml

# A production environment has about 150 values, 6 deep; Terraform's JSON of nested modules is 60 deep.
MOST_VALUES: Final = 200_000
MOST_DEPTH: Final = 100
# Text of this many characters counts as one more value: an alias repeats it.
_CHARACTERS: Final = 1_000

LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


_Mark: TypeAlias = Any  # libyaml's, or PyYAML's own


class YamlBoundError(yaml.MarkedYAMLError):
    """YAML that is nested too deep, has an alias within its own anchor, or has more values than allowed.

    ``line`` counts from 1.
    """

    def __init__(self, problem: str, mark: _Mark) -> None:
        super().__init__(problem=problem, problem_mark=mark)
        self.line = mark.line + 1


class JsonDepthError(ValueError):
    """JSON that is nested too deep."""

    def __init__(self) -> None:
        super().__init__(f"must be nested at most {MOST_DEPTH} deep")


@dataclass(slots=True)
class _Size:
    """Of a node with all that its aliases stand for."""

    values: int = 1
    depth: int = 1


def check_yaml(text: str) -> None:
    """Raises YAMLError for invalid syntax, YamlBoundError beyond the bounds; aliases count as what they stand for.

    Each event is seen once, so it takes time in the length of the text, not of what it expands to.
    """
    anchors: dict[str, _Size | None] = {}
    opened: list[tuple[str | None, _Size]] = [(None, _Size(values=0, depth=0))]
    for event in yaml.parse(text, Loader=LOADER):
        if isinstance(event, yaml.DocumentStartEvent):
            anchors.clear()
        elif isinstance(event, yaml.CollectionStartEvent):
            if event.anchor:
                anchors[event.anchor] = None
            opened.append((event.anchor, _Size()))
            _refuse_deeper(len(opened) - 1, event.start_mark)
        elif isinstance(event, yaml.CollectionEndEvent):
            _add(*opened.pop(), opened, anchors, event.end_mark)
        elif isinstance(event, yaml.ScalarEvent):
            _add(event.anchor, _Size(1 + len(event.value) // _CHARACTERS), opened, anchors, event.start_mark)
        elif isinstance(event, yaml.AliasEvent):
            _add(None, _meant(event, anchors), opened, anchors, event.start_mark)


def _meant(event: yaml.AliasEvent, anchors: dict[str, _Size | None]) -> _Size:
    # An unknown anchor is for the composer to report.
    size = anchors.get(event.anchor or "", _Size())
    if size is None:
        raise YamlBoundError("an alias stands for itself", event.start_mark)
    return size


def _add(
    anchor: str | None,
    size: _Size,
    opened: list[tuple[str | None, _Size]],
    anchors: dict[str, _Size | None],
    mark: _Mark,
) -> None:
    """Adds a node that is complete to the one around it."""
    if anchor:
        anchors[anchor] = size
    _, around = opened[-1]
    around.values += size.values
    around.depth = max(around.depth, size.depth + 1)
    if around.values > MOST_VALUES:
        raise YamlBoundError(f"it must have at most {MOST_VALUES} values, aliases written out", mark)
    _refuse_deeper(len(opened) - 1 + size.depth, mark)


def _refuse_deeper(depth: int, mark: _Mark) -> None:
    if depth > MOST_DEPTH:
        raise YamlBoundError(f"it must be nested at most {MOST_DEPTH} deep", mark)


def parsed_json(content: str | bytes) -> Any:
    """The value in ``content``; raises ValueError, JsonDepthError where it is nested deeper than allowed."""
    try:
        value = json.loads(content)
    except RecursionError:
        raise JsonDepthError from None
    check_depth(value)
    return value


def check_depth(value: Any) -> None:
    """Raises JsonDepthError where dicts and lists are nested deeper than allowed."""
    level = [value]
    for _ in range(MOST_DEPTH):
        level = [child for node in level for child in _children(node) if isinstance(child, dict | list)]
        if not level:
            return
    raise JsonDepthError


def _children(node: Any) -> Any:
    return node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
