"""Checks of what is captured: databases, tables and columns that a connector reads no longer."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from cdc.plans.checks.described import unknown
from cdc.plans.reading import properties
from cdc.plans.reading.connectors import Connector
from cdc.plans.reading.resources import UNKNOWN
from cdc.plans.rules import events as rules
from cdc.plans.rules.rule import Finding
from modules.debezium.regex.automaton import common
from modules.debezium.regex.syntax import JavaRegexError
from modules.messages import secrecy

_INCLUDED: Final = {
    "database.include.list": rules.TABLES_REMOVED,
    "table.include.list": rules.TABLES_REMOVED,
    "column.include.list": rules.COLUMNS_REMOVED,
}
_EXCLUDED: Final = {
    "database.exclude.list": rules.TABLES_REMOVED,
    "table.exclude.list": rules.TABLES_REMOVED,
    "column.exclude.list": rules.COLUMNS_REMOVED,
}
# A name, as a regular expression that only a dot may widen.
_NAME: Final = re.compile(r"(?:\\[^A-Za-z0-9]|[\w.$-])+")

# Comparisons of a name and an expression: where there are more, the names count as removed.
_MOST: Final = 10_000


def check(stack: str, before: Connector | None, after: Connector) -> Iterator[Finding]:
    """Patterns that are gone or new, unless another pattern covers the same name."""
    if before is None:
        return
    for key, rule in (*_INCLUDED.items(), *_EXCLUDED.items()):
        if after.given(key) is UNKNOWN:
            yield unknown(stack, after, key)
            continue
        old, new = before.members(key), after.members(key)
        included = key in _INCLUDED
        # Without an include list all is captured.
        lost = _uncovered(old, new) if included and new else _uncovered(new, old) if not included else []
        if lost:
            verb = "no longer has" if included else "excludes"
            source = before if included else after
            yield Finding(rule, stack, after.address, f"{key} of {after.name} {verb} {_shown(source, key, lost)}")


def _shown(one: Connector, key: str, patterns: list[str]) -> str:
    if one.shown(key) == secrecy.HIDDEN:
        return secrecy.HIDDEN
    return ", ".join(properties.tables(",".join(patterns)))


def _uncovered(patterns: Iterable[str], by: Iterable[str]) -> list[str]:
    """Those that ``by`` does not match: Debezium compares names without case."""
    same = set(map(_plain, by))
    wide = [each for each in by if not _NAME.fullmatch(each)]
    lost = [each for each in patterns if _plain(each) not in same and not _with_fewer_exclusions(each, by)]
    if len(lost) * len(wide) > _MOST:
        return lost
    return [each for each in lost if not any(_covers(one, each) for one in wide)]


def _with_fewer_exclusions(pattern: str, by: Iterable[str]) -> bool:
    captured, excluded = properties.exclusions(pattern)
    return bool(excluded) and any(
        other == captured and fewer <= excluded for other, fewer in map(properties.exclusions, by)
    )


def _plain(pattern: str) -> str:
    """A name without its backslashes; other expressions as they are."""
    return (re.sub(r"\\(.)", r"\1", pattern) if _NAME.fullmatch(pattern) else pattern).lower()


def _covers(wide: str, name: str) -> bool:
    try:
        return bool(_NAME.fullmatch(name) and common(wide, re.escape(_plain(name)), caseless=True))
    except (JavaRegexError, RecursionError):
        return False
