"""Finds values that a table's rules accept, by trying rows that are rolled back."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice, product
from typing import Final

import pymysql
from pymysql.constants.ER import DUP_ENTRY
from pymysql.cursors import Cursor

from rehearsal.database.candidates import candidates
from rehearsal.database.rows import Parents, make_row
from rehearsal.database.statements import insert_statement
from rehearsal.database.tables import Recipe, Rule, Table
from rehearsal.database.values import RowError

_MOST_TRIES: Final = 3000
_MOST_COLUMNS: Final = 4


def fit(cursor: Cursor, table: Table, numbers: Sequence[int], parents: Parents) -> Table:
    """``table`` with recipes for which the server accepts rows of these numbers, if possible without repeated keys.

    Raises RowError or pymysql's error for the plain values where no recipes are found.
    """
    first = _refused(cursor, table, numbers, parents)
    if first is None or _repeats(first):
        return table
    repeating: Table | None = None
    for recipes in islice(_combinations(table), _MOST_TRIES):
        tried = replace(table, recipes={**table.recipes, **recipes})
        refused = _refused(cursor, tried, numbers, parents)
        if refused is None:
            return tried
        if _repeats(refused):
            repeating = repeating or tried
    if repeating:
        return repeating
    raise first


def _refused(cursor: Cursor, table: Table, numbers: Sequence[int], parents: Parents) -> Exception | None:
    """Why rows of these numbers, which are not kept, cannot be inserted: a repeated key only if nothing else."""
    repeated: Exception | None = None
    cursor.execute("BEGIN")
    try:
        for number in numbers:
            try:
                cursor.execute(insert_statement(table), make_row(table, number, parents))
            except pymysql.IntegrityError as error:
                if not _repeats(error):
                    return error
                repeated = error
    except (pymysql.MySQLError, RowError) as error:
        return error
    finally:
        cursor.execute("ROLLBACK")
    return repeated


def _repeats(error: Exception) -> bool:
    return isinstance(error, pymysql.MySQLError) and error.args[0] == DUP_ENTRY


def _combinations(table: Table) -> Iterator[Mapping[str, Recipe]]:
    """Recipes for the columns of one rule, then of all rules that share columns."""
    groups = _groups(table.rules)
    choices = [list(islice(_choices(table, rules), _MOST_TRIES)) for rules in groups]
    for own in choices:
        yield from own
    for several in product(*choices):
        yield {name: recipe for recipes in several for name, recipe in recipes.items()}


def _groups(rules: Sequence[Rule]) -> list[list[Rule]]:
    """Rules that share columns, together."""
    groups: list[list[Rule]] = []
    for rule in rules:
        shared = [group for group in groups if any(set(rule.columns) & set(other.columns) for other in group)]
        groups = [group for group in groups if group not in shared] + [[*(r for g in shared for r in g), rule]]
    return [group for group in groups if any(rule.columns for rule in group)]


def _choices(table: Table, rules: Sequence[Rule]) -> Iterator[Mapping[str, Recipe]]:
    columns = {column.name: column for column in table.columns}
    names = [name for rule in rules for name in rule.columns]
    together = Rule(" ".join(rule.text for rule in rules), tuple(dict.fromkeys(names)))
    free = [name for name in together.columns if name not in table.foreign_key_columns][:_MOST_COLUMNS]
    options = [list(candidates(table, together, columns[name])) for name in free]
    for recipes in product(*options):
        yield dict(zip(free, recipes, strict=True))
