"""What docs/environment-file.md says of each key, by the model that has it."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel

from modules.environment.environment import Environment
from modules.environment.shape import bare, is_model, variants

PAGE: Final = Path(__file__).parents[2] / "docs" / "environment-file.md"
_ROW: Final = re.compile(r"^\| `([a-z_.]+)` \|(.*?)\|(.*)\|$")
_SECTION: Final = re.compile(r"^## (?:`([a-z]+)(?:\.<name>)?`|Top level)")
_KIND: Final = re.compile(r"^`kind: ([a-z0-9]+)`")
_LINK: Final = re.compile(r"\[([^]]+)\]\([^)]*\)")

Key = tuple[type[BaseModel], str]


def descriptions() -> dict[Key, str]:
    """Text without markup, by model and field; a key without a row of its own, or with an empty one, has none."""
    found: dict[Key, str] = {}
    roots: dict[str, type[BaseModel]] = {"": Environment}
    kind = ""
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if section := _SECTION.match(line):
            roots, kind = _roots(section[1]), ""
        elif starts := _KIND.match(line):
            kind = starts[1]
        elif row := _ROW.match(line):
            for model in [roots[kind]] if kind in roots else roots.values():
                for key in _keys(model, row[1].split(".")):
                    if text := _text(row[2].strip(), row[3].strip()):
                        found.setdefault(key, text)
    return found


def _roots(section: str | None) -> dict[str, type[BaseModel]]:
    """The models whose keys a section lists, by their kind where it has several."""
    if section is None:
        return {"": Environment}
    annotation: Any = Environment.model_fields[section].annotation
    options = variants(annotation) or {"": bare(annotation)}
    return options if all(map(is_model, options.values())) else dict(_within(options[""]))


def _within(kind: Any) -> Iterator[tuple[str, type[BaseModel]]]:
    """Of a mapping by name, the models of its values."""
    value = kind.__args__[1]
    yield from (variants(value) or {"": bare(value)}).items()


def _keys(model: type[BaseModel], path: list[str]) -> Iterator[Key]:
    """``source.cluster`` of a connector is ``cluster`` of its source, and ``source.secret`` that of each kind."""
    step, *rest = path
    if not rest:
        yield from [(model, step)] if step in model.model_fields else []
    elif field := model.model_fields.get(step):
        for inner in variants(field.annotation).values() or [bare(field.annotation)]:
            yield from _keys(inner, rest)
    else:
        yield from _keys(model, rest)


def _text(default: str, cell: str) -> str:
    """A sentence; ``or kraft`` begins with the default."""
    if cell.startswith("or "):
        cell = f"{default} {cell}"
    text = _LINK.sub(r"\1", cell).replace("`", "").replace("**", "")
    start = text[:1] if cell.startswith("`") else text[:1].upper()
    return f"{start}{text[1:]}{'' if text.endswith('.') else '.'}" if text else ""
