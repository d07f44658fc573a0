"""Entries as YAML to paste, or as one JSON document."""

import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import yaml

from cdc.imports.translation import runtime
from cdc.imports.translation.entry import Entry

_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,14})")
_WIDTH: Final = 1_000_000
_COLUMNS: Final = 120


def document(entries: list[Entry]) -> dict[str, object]:
    """As ``--json`` prints it."""
    bodies = {entry.key: entry.body for entry in entries if entry.body}
    return {
        **({"schema_registry": found} if (found := registry(entries)) else {}),
        "plugins": _plugins(entries),
        "connectors": {key: _natural(body) for key, body in bodies.items()},
        "notes": [note.document for entry in entries for note in entry.notes],
    }


def text(entries: list[Entry]) -> str:
    """Sections ``plugins`` and ``connectors``; open notes are comments at each connector's end."""
    lines: list[str] = []
    if found := registry(entries):
        lines += ["schema_registry:", *_mapping(found, {}, indent=1), ""]
    if plugins := _plugins(entries):
        lines += ["plugins:", *_mapping(plugins, {}, indent=1), "", "connectors:"]
    for entry in entries:
        if entry.body:
            lines += [f"  {entry.key}:", *_mapping(_natural(entry.body), entry.comments, indent=2)]
            lines += _comments((note.line for note in entry.open), indent=2)
        else:
            lines += _comments(map(str, entry.notes), indent=1)
    return "".join(f"{line}\n" for line in lines)


def registry(entries: list[Entry]) -> dict[str, Any]:
    """The first that an entry needs: a file has one."""
    return next((entry.registry for entry in entries if entry.body and entry.registry), {})


def _plugins(entries: list[Entry]) -> dict[str, Any]:
    used = dict.fromkeys(entry.body["plugin"] for entry in entries if entry.body)
    return {plugin: runtime.ARCHIVES[plugin] for plugin in used}


def _comments(texts: Iterable[str], *, indent: int) -> Iterator[str]:
    start = f"{'  ' * indent}# "
    for text in texts:
        yield from textwrap.wrap(
            text,
            _COLUMNS,
            initial_indent=start,
            subsequent_indent=f"{start}  ",
            break_long_words=False,
            break_on_hyphens=False,
        )


def _mapping(
    node: Mapping[str, Any], comments: Mapping[tuple[str, ...], str], *, indent: int, path: tuple[str, ...] = ()
) -> Iterator[str]:
    for key, value in node.items():
        here, start = (*path, key), f"{'  ' * indent}{_scalar(key)}:"
        if isinstance(value, Mapping) and value:
            yield start
            yield from _mapping(value, comments, indent=indent + 1, path=here)
        else:
            comment = " ".join(comments.get(here, "").split())
            yield f"{start} {_flow(value)}{f'  # {comment}' if comment else ''}"


def _flow(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(_scalar(item, flow=True) for item in value)}]"
    return _scalar(value)


def _scalar(value: Any, *, flow: bool = False) -> str:
    """``value`` as YAML on one line, quoted as a list needs it if ``flow``."""
    if flow:
        return yaml.safe_dump([value], default_flow_style=True, width=_WIDTH, allow_unicode=True).strip()[1:-1]
    style = '"' if isinstance(value, str) and "\n" in value else None
    return yaml.safe_dump(value, width=_WIDTH, allow_unicode=True, default_style=style).removesuffix("...\n").strip()


def _natural(node: Any) -> Any:
    """Numbers and booleans as such, not as text."""
    if isinstance(node, dict):
        return {key: _natural(value) for key, value in node.items()}
    if isinstance(node, str) and node in ("true", "false"):
        return node == "true"
    return int(node) if isinstance(node, str) and _NUMBER.fullmatch(node) and node != "-0" else node
