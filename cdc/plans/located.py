"""A YAML list as plain data, with the line of each part; a date stays the text that is written."""

from dataclasses import dataclass
from typing import Any, Final

import yaml

from modules.user_files.bounds import LOADER, check_yaml

_TAG: Final = "tag:yaml.org,2002:"

Place = tuple[str | int, ...]


class LocatedError(ValueError):
    """What cannot be read, and on which line, if that is known."""

    def __init__(self, message: str, line: int | None) -> None:
        super().__init__(message)
        self.line = line


@dataclass(frozen=True)
class Located:
    """``lines`` has those of items and keys, ``repeated`` the second of two equal keys, with the line of the first."""

    data: Any
    lines: dict[Place, int]
    repeated: dict[Place, int]

    def line(self, place: Place) -> int | None:
        """That of the nearest part that is there."""
        return next((self.lines[place[:n]] for n in range(len(place), -1, -1) if place[:n] in self.lines), None)


def parse(text: str) -> Located:
    """The one document in ``text``; raises LocatedError for anything that is not YAML within bounds."""
    lines: dict[Place, int] = {}
    repeated: dict[Place, int] = {}
    try:
        check_yaml(text)
        loader = LOADER(text)
        try:
            root = loader.get_single_node()
            if root:
                _walk(root, (), lines, repeated)
            return Located(loader.construct_document(root) if root else None, lines, repeated)
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise LocatedError(f"is not YAML: {error.problem}", mark.line + 1 if mark else None) from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        first = str(error).partition("\n")[0]
        raise LocatedError(f"is not YAML: {first}", None) from None


def _walk(node: yaml.Node, place: Place, lines: dict[Place, int], repeated: dict[Place, int]) -> None:
    lines.setdefault(place, node.start_mark.line + 1)
    if isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            _walk(item, (*place, index), lines, repeated)
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            here, line = (*place, str(key.value)), key.start_mark.line + 1
            if here in lines:
                repeated[here] = lines[here]
            lines[here] = line
            _walk(value, here, lines, repeated)
            _as_written(key)
    else:
        _as_written(node)


def _as_written(node: yaml.Node) -> None:
    """YAML would turn a date into an object, and one that does not exist into an error without a line."""
    if node.tag.removeprefix(_TAG) == "timestamp":
        node.tag = f"{_TAG}str"
