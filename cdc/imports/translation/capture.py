"""Captured tables: Debezium's lists of databases and tables as ``source.tables``."""

from collections.abc import Mapping
from typing import Final

from cdc.imports.formats.described import Unresolved, Value
from cdc.imports.translation import patterns
from cdc.imports.translation.draft import Draft
from cdc.imports.translation.notes import Kind
from cdc.imports.translation.patterns import InexpressibleError
from modules.debezium.internal import overlap

TABLES, DATABASES = "table.include.list", "database.include.list"
EXCLUDED: Final = {"table.exclude.list": patterns.tables, "database.exclude.list": patterns.databases}
_EVERYTHING: Final = "*.*"


def take(draft: Draft) -> None:
    """Fills ``source.tables``."""
    given = {key: value for key in (TABLES, DATABASES) if (value := draft.take(key)) not in (None, "")}
    for key in EXCLUDED:
        if not draft.left.get(key, "-"):
            draft.drop(key, "it is empty")
    excluded = [key for key in EXCLUDED if draft.left.get(key)]
    try:
        found, widened = _tables(given)
    except InexpressibleError as error:
        for key, value in given.items():
            draft.note(Kind.LOST, key, str(error), before=value)
        _fill_in(draft, excluded, "")
        return
    for key, value in given.items():
        why = "converted to patterns" + (", which also match names with $ or -" if widened else "")
        draft.note(Kind.MOVED, key, why, before=value, after=f"source.tables: {', '.join(found)}")
    try:
        left_out = _left_out(draft, excluded, found)
    except InexpressibleError:
        _fill_in(draft, excluded, ", ".join(found))
        return
    draft.put("source.tables", [*found, *left_out])
    if not given:
        why = "without a list, every table of the cluster is captured, as before"
        draft.note(Kind.ADDED, "source.tables", why, after=_EVERYTHING)


def _left_out(draft: Draft, excluded: list[str], captured: list[str]) -> list[str]:
    """Takes the lists of what is excluded as patterns with !; raises InexpressibleError where they would match more."""
    found: dict[str, list[str]] = {}
    for key in excluded:
        value = draft.left[key]
        if isinstance(value, Unresolved):
            raise InexpressibleError(f"{value} is not in this input")
        each = [EXCLUDED[key](part) for part in patterns.split(value)]
        if any(one.widened for one in each):
            raise InexpressibleError("a pattern would also leave out names with $ or -")
        names = [name if "." in name else f"{name}.*" for one in each for name in one.patterns]
        found[key] = [name for name in names if any(overlap(name, table) for table in captured)]
    for key, names in found.items():
        after = f"source.tables: {', '.join(f'!{name}' for name in names)}" if names else ""
        before = draft.take(key)
        why = "converted to patterns with !" if names else "no captured table has such a name"
        draft.note(Kind.MOVED if names else Kind.DROPPED, key, why, before=before, after=after)
    return list(dict.fromkeys(f"!{name}" for names in found.values() for name in names))


def _tables(given: Mapping[str, Value | None]) -> tuple[list[str], bool]:
    for value in given.values():
        if isinstance(value, Unresolved):
            raise InexpressibleError(f"{value} is not in this input")
    parts = {key: patterns.split(value) for key, value in given.items() if isinstance(value, str)}
    tables = [patterns.tables(part) for part in parts.get(TABLES, [])]
    databases = [patterns.databases(part) for part in parts.get(DATABASES, [])]
    found = [table for each in tables for table in each.patterns] or [_EVERYTHING]
    if databases:
        found = patterns.within(found, [database for each in databases for database in each.patterns])
    if not found:
        raise InexpressibleError("no table is in both lists, so none was captured")
    return list(dict.fromkeys(found)), any(each.widened for each in (*tables, *databases))


def _fill_in(draft: Draft, excluded: list[str], found: str) -> None:
    expected = "database.table, with * for any characters but a dot"
    if excluded:
        expected += f": the tables{f' of {found}' if found else ''} without those of {' and '.join(excluded)}"
    for key in EXCLUDED:
        draft.lose(key, "no pattern with ! in source.tables matches exactly the same")
    draft.fill_in("source.tables", expected)
