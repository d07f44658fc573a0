"""Events by table: what became of them, and a few samples."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final
from xml.etree.ElementTree import Element

from cdc.rehearse.page.elements import Child, element, table
from modules.messages.tokens import HIDDEN

Hide = Callable[[str], str]
_NONE: Final = object()  # of a column that a row does not have
_LONGEST: Final = 80
_MOST_TABLES: Final = 40
_MOST_COLUMNS: Final = 60
_OPERATIONS: Final = {"c": "create", "u": "update", "d": "delete", "r": "snapshot", "t": "truncate", "m": "message"}


def flows(found: Sequence[Mapping[str, Any]]) -> Element:
    """A row for each table, and for each other kind of event, of each connector."""
    titles = ["connector", "table or kind", "topics, with events", "dropped on purpose", "lost", "duplicates"]
    rows = [
        [one["connector"], one["source"], _counts(one["topics"]), _counts(one["dropped"]), _lost(one["lost"]),
         str(one["duplicates"])]
        for one in found
    ]  # fmt: skip
    return table(titles, rows)


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items()) or "none"


def _lost(counts: Mapping[str, int]) -> Child:
    return element("span", _counts(counts), class_="bad") if counts else "none"


def samples(found: Sequence[Mapping[str, Any]], hide: Hide) -> Iterator[Element]:
    """A folded block for each table; the first is open."""
    tables: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for one in found:
        tables.setdefault((one["connector"], one["table"]), []).append(one)
    for number, ((connector, name), events) in enumerate(list(tables.items())[:_MOST_TABLES]):
        title = element("summary", element("strong", name), f" of {connector}: {_kinds(events)}")
        blocks = [element("article", *_event(event, hide), class_=_width(event)) for event in events]
        yield element("details", title, element("div", *blocks, class_="samples"), open=None if number else "open")
    if len(tables) > _MOST_TABLES:
        yield element("p", f"and {len(tables) - _MOST_TABLES} more tables; --json has the counts of all", class_="note")


def _width(event: Mapping[str, Any]) -> str | None:
    """A row before and after needs the whole width."""
    value = _payload(event.get("value"))
    return "both" if isinstance(value, dict) and value.get("before") and value.get("after") else None


def _kinds(events: Sequence[Mapping[str, Any]]) -> str:
    return ", ".join(str(one["kind"]) for one in events)


def _event(event: Mapping[str, Any], hide: Hide) -> Iterator[Element]:
    value = _payload(event.get("value"))
    operation = _OPERATIONS.get(str(value.get("op"))) if isinstance(value, dict) else None
    place = f"topic {event['topic']}, partition {event['partition']}, offset {event['offset']}"
    yield element("h3", operation or str(event["kind"]))
    yield element("p", f"key {_text('key', _payload(event.get('key')), hide)}; {place}", class_="note")
    if "error" in event:
        yield element("p", f"cannot be decoded: {event['error']}", class_="bad")
    elif value is None:
        yield element("p", "no value: a tombstone, after which compaction removes the key", class_="note")
    elif not isinstance(value, dict):
        yield element("p", element("span", _text("value", value, hide), class_="value"))
    elif operation and ("before" in value or "after" in value):
        yield _change(value.get("before"), value.get("after"), hide)
    else:
        rows = [[name, _cell(name, one, hide)] for name, one in list(value.items())[:_MOST_COLUMNS]]
        yield table(["field", "value"], rows)


def _payload(content: Any) -> Any:
    """Without the schema that JSON's converter may write beside it."""
    return content["payload"] if isinstance(content, dict) and content.keys() == {"schema", "payload"} else content


def _change(before: Any, after: Any, hide: Hide) -> Element:
    """A column for the row before, after, or both."""
    rows = {title: row for title, row in (("before", before), ("after", after)) if isinstance(row, dict)}
    columns = list(dict.fromkeys(name for row in rows.values() for name in row))
    changed = {name for name in columns if len(rows) > 1 and before.get(name, _NONE) != after.get(name, _NONE)}
    shown = [
        [
            element("span", name, class_="changed" if name in changed else None),
            *(_cell(name, row[name], hide) if name in row else "" for row in rows.values()),
        ]
        for name in columns[:_MOST_COLUMNS]
    ]
    return table(["column", *rows], shown)


def _cell(name: str, value: Any, hide: Hide) -> Element:
    return element("span", _text(name, value, hide), class_="value")


def _text(name: str, value: Any, hide: Hide) -> str:
    """Shortened, and hidden where the value or its name is that of a secret."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    named = json.dumps({name: text}, ensure_ascii=False)
    if hide(named) != named:
        return HIDDEN
    text = hide(text)
    return f"{text[:_LONGEST]}… ({len(text)} characters)" if len(text) > _LONGEST else text
