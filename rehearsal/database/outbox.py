"""Rows of an outbox: what an EventRouter makes topics and messages of."""

import json
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Final

from modules.debezium.settings import Connector
from rehearsal.database.sample_columns import outbox_columns
from rehearsal.database.tables import Column, Recipe, Table

_TYPES: Final = ("customer", "order")
_BINARIES: Final = {"binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob"}
_TEXTS: Final = {"char", "varchar", "tinytext", "text", "mediumtext", "longtext"}


def with_outbox_values(table: Table, connectors: Mapping[str, Connector]) -> Table:
    """``table`` with recipes for an outbox's text columns, where one of ``connectors`` routes its events.

    The column that topics are named after has a few plain words, and the payload is JSON.
    """
    columns = {column.name.lower(): column for column in table.columns}
    recipes: dict[str, Recipe] = {}
    for connector in connectors.values():
        for name, definition in outbox_columns(connector, table.name).items():
            column = columns.get(name.lower())
            if column and column.type in _TEXTS | _BINARIES:
                recipes |= _recipe(column, definition)
    return replace(table, recipes={**table.recipes, **recipes}) if recipes else table


def _recipe(column: Column, definition: str) -> dict[str, Recipe]:
    if definition.startswith("ENUM"):
        return {column.name: partial(_word, column)}
    return {column.name: partial(_document, column)} if definition.startswith("JSON") else {}


def _word(column: Column, number: int) -> str | bytes:
    word = _TYPES[number % len(_TYPES)]
    return word.encode() if column.type in _BINARIES else word


def _document(column: Column, number: int) -> str | bytes:
    text = json.dumps({"number": number})
    return text.encode() if column.type in _BINARIES else text
