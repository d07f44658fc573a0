"""Patterns of tables and columns: each must match something that is captured, and leave the signal table whole."""

import re
from collections.abc import Iterator
from typing import Final

from modules.debezium.checks.finding import Finding, error
from modules.debezium.checks.subject import Subject
from modules.debezium.checks.values import split
from modules.debezium.configuration import table_expression
from modules.debezium.definitions import resolved
from modules.debezium.regex.automaton import common
from modules.debezium.regex.matching import matches
from modules.debezium.regex.syntax import JavaRegexError
from modules.messages.problems import either

_INCLUDED: Final = "column.include.list"
_EXCLUDED: Final = "column.exclude.list"
_CHANGING: Final = re.compile(
    r"column\.exclude\.list|column\.mask\.with\.[0-9]+\.chars|column\.truncate\.to\.[0-9]+\.chars"
    r"|column\.mask\.hash\.(?:v2\.)?[^.]+\.with\.salt\..+"
)
_TYPES: Final = "datatype.propagate.source.type"
_NAMING: Final = (_TYPES, "column.propagate.source.type", _INCLUDED)
_SNAPSHOTS: Final = "snapshot.include.collection.list"
_KEYS: Final = "message.key.columns"
_OVERRIDES: Final = "snapshot.select.statement.overrides"
# What Debezium reads of a signal, in this order (its documentation of the signaling table).
_SIGNAL: Final = ("id", "type", "data")
# MySQL takes any sign in a column's name; one with a dot or a semicolon is more likely a mistake.
_ANY: Final = r"\.[^.;]+"


def check(subject: Subject) -> Iterator[Finding]:
    try:
        yield from _columns(subject)
        yield from _tables(subject)
        yield from _keys(subject)
        yield from _signals(subject)
        yield from _selectors(subject)
    except JavaRegexError:  # said of its value
        return
    yield from _overrides(subject)


def _columns(subject: Subject) -> Iterator[Finding]:
    for key, value in subject.given.items():
        if key in _NAMING or _CHANGING.fullmatch(key):
            last = "type" if key == _TYPES else "column"
            missed = next((part for part in split(value) if not _reaches(subject, part, key)), None)
            if missed is not None:
                yield error(key, _unmatched(subject, missed, f"database.table.{last}"), value)


def _reaches(subject: Subject, regex: str, key: str) -> bool:
    tables = list(subject.table_patterns)
    if key == _INCLUDED and subject.signal_table:
        tables.append(table_expression(subject.signal_table))
    return any(common(regex, table + _ANY, caseless=True) for table in tables)


def _unmatched(subject: Subject, regex: str, form: str) -> str:
    shown = either(subject.tables[:3]) + (" and others" if len(subject.tables) > 3 else "")
    return f"must match {form} of a captured table ({shown}), all of it; {regex} matches none"


def _tables(subject: Subject) -> Iterator[Finding]:
    for regex in split(subject.given.get(_SNAPSHOTS, "")):
        if not any(common(regex, table, caseless=True) for table in subject.table_patterns):
            yield error(_SNAPSHOTS, _unmatched(subject, regex, "database.table"), subject.given[_SNAPSHOTS])
            return


def _keys(subject: Subject) -> Iterator[Finding]:
    value = subject.given.get(_KEYS, "")
    for part in value.split(";"):
        table, colon, columns = part.partition(":")
        for column in columns.split(",") if colon else ():
            regex = f"{table.strip()}.{column.strip()}"
            if not any(common(regex, each + _ANY, caseless=True) for each in subject.table_patterns):
                yield error(_KEYS, _unmatched(subject, table.strip(), "database.table"), value)
                return


def _overrides(subject: Subject) -> Iterator[Finding]:
    for table in subject.listed(_OVERRIDES):
        if table and not any(matches(each, table) for each in subject.table_patterns):
            message = f"must name captured tables, {either(subject.tables)}, as database.table; {table} is none"
            yield error(_OVERRIDES, message, subject.given[_OVERRIDES])
            return


def _signals(subject: Subject) -> Iterator[Finding]:
    """A signal is read out of an event of its table: without a column, or with another value, it is thrown away."""
    if not subject.signal_table:
        return
    names = [f"{subject.signal_table}.{column}" for column in _SIGNAL]
    if included := split(subject.given.get(_INCLUDED, "")):
        gone = [name for name in names if not any(matches(regex, name, caseless=True) for regex in included)]
        others = any(common(regex, table_expression(subject.signal_table) + _ANY, caseless=True) for regex in included)
        if gone and not (len(gone) == len(names) and others):
            wanted = rf"{table_expression(subject.signal_table)}\..*"
            message = (
                f"must keep the columns of the signal table {subject.signal_table}, or signals are lost: add {wanted}"
            )
            yield error(_INCLUDED, message, subject.given[_INCLUDED])
    for key, value in subject.given.items():
        if _CHANGING.fullmatch(key):
            hit = next((name for name in names for part in split(value) if matches(part, name, caseless=True)), None)
            if hit:
                message = f"must leave the signal table as it is, or signals are lost: it matches {hit}"
                yield error(key, message, value)


def _selectors(subject: Subject) -> Iterator[Finding]:
    """Of Debezium's converters, each of which chooses columns by regular expressions."""
    for alias in subject.listed("converters"):
        of = resolved(subject.effective.get(f"{alias}.type", ""), subject.release.custom_converters)
        for name in subject.release.custom_converters[of] if of else ():
            key = f"{alias}.{name}"
            if not name.startswith("selector") or key not in subject.given:
                continue
            missed = next((part for part in split(subject.given[key]) if not _reaches(subject, part, key)), None)
            if missed is not None:
                yield error(key, _unmatched(subject, missed, "database.table.column"), subject.given[key])
