"""Rules about the file as it is written; ``checks.rulebook`` says how one is written."""

from collections.abc import Iterator
from typing import Final

from modules.environment.checks.rulebook import rule
from modules.messages.problems import Path, Problem

# What `cdc import` writes where the connector that it read does not say what the file needs.
FILL_IN: Final = "FILL_IN"


@rule
def every_place_is_filled_in(document: object) -> Iterator[Problem]:
    for path in _places(document, ()):
        yield Problem(path, "must be filled in: cdc import could not tell it", FILL_IN)


def _places(node: object, path: Path) -> Iterator[Path]:
    if node == FILL_IN:
        yield path
    elif isinstance(node, dict):
        for key, value in node.items():
            yield from _places(value, (*path, str(key)))
    elif isinstance(node, list | tuple):
        for index, value in enumerate(node):
            yield from _places(value, (*path, index))
    elif hasattr(node, "model_fields_set"):
        yield from _places(vars(node), path)
