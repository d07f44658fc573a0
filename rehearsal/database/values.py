"""Values for a column of any type: the same number gives the same value."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from re import findall
from typing import Final

from rehearsal.database import spatial
from rehearsal.database.tables import Column, Value

_BYTES: Final = {"tinyint": 1, "smallint": 2, "mediumint": 3, "int": 4, "bigint": 8}
_TEXTS: Final = {"char", "varchar", "tinytext", "text", "mediumtext", "longtext"}
_BINARIES: Final = {"binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob"}
_SPREAD: Final = 1000
_DAYS: Final = 3650
_FIRST_DAY: Final = datetime(2020, 1, 1, 8)
_SECONDS: Final = 500_000_000  # TIMESTAMP ends in 2038
_NULL_EVERY: Final = 5
_ZERO_EVERY: Final = 7
_ZERO_DATES: Final = {"date": "0000-00-00", "datetime": "0000-00-00 00:00:00", "timestamp": "0000-00-00 00:00:00"}
_DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"
_NUMBER_LENGTH: Final = 8
_YEARS: Final = 155  # 1901 to 2155
# Letters beyond ASCII that a character set has.
_LETTERS: Final = {
    **dict.fromkeys(("utf8mb4", "utf16", "utf16le", "utf32"), " é漢😀"),
    **dict.fromkeys(("utf8", "utf8mb3", "ucs2"), " é漢"),
    **dict.fromkeys(("latin1", "latin2", "cp1250", "cp850", "cp852"), " é"),
    **dict.fromkeys(("sjis", "cp932", "ujis", "eucjpms", "gbk", "gb2312", "gb18030", "big5"), " 中"),
}


class RowError(Exception):
    """A row cannot be generated for a table: the table or column, and the reason."""


def is_integer(column: Column) -> bool:
    return column.type in _BYTES


def make_value(column: Column, number: int, *, unique: bool = False, prefix: int | None = None) -> Value:
    """A value for the column; raises RowError.

    With ``unique`` it differs from other numbers' as long as the type has further values, in the first ``prefix``
    characters where these are given.
    """
    if not unique and column.nullable and number % _NULL_EVERY == _NULL_EVERY - 1:
        return None
    if not unique and column.zero_date and number % _ZERO_EVERY == _ZERO_EVERY - 1:
        return _ZERO_DATES[column.type]
    if is_integer(column):
        return number % (_highest(column) + 1 if unique else min(_highest(column), _SPREAD))
    if column.type in _TEXTS or column.type in _BINARIES:
        return _text(column, number, unique=unique, prefix=prefix)
    if make := _GENERATORS.get(column.type):
        return make(column, number)
    if column.type in spatial.TYPES:
        return spatial.geometry(column.type, column.srid, number)
    if column.nullable:
        return None
    raise RowError(f"column {column.name}: no values can be generated for type {column.definition}")


def _highest(column: Column) -> int:
    return (1 << (8 * _BYTES[column.type] - (not column.unsigned))) - 1


def _text(column: Column, number: int, *, unique: bool, prefix: int | None) -> str | bytes:
    length = column.length or 0
    if column.type.endswith("text"):
        length //= 4  # given in bytes
    if prefix and prefix < len(column.name) + _NUMBER_LENGTH:
        text = _short(number, prefix).rjust(prefix, "0")
    elif length < len(column.name) + _NUMBER_LENGTH:
        text = _short(number, length)
    else:
        text = f"{column.name} {number}"
        letters = _LETTERS.get(column.charset or "", "")
        text += letters if not unique and len(text) + len(letters) <= length else ""
    if column.type in _BINARIES:
        padded = text.encode()[:length]
        return padded.ljust(length, b"\0") if column.type == "binary" else padded  # as the server pads it
    return text


def _short(number: int, length: int) -> str:
    """The number in at most ``length`` digits and letters, without upper case."""
    number, text = number % len(_DIGITS) ** min(length, _NUMBER_LENGTH), ""
    while number or not text:
        number, digit = divmod(number, len(_DIGITS))
        text = _DIGITS[digit] + text
    return text[:length]


def _decimal(column: Column, number: int) -> Decimal:
    precision, scale = column.precision or 10, column.scale or 0
    return Decimal(number % 10**precision).scaleb(-scale)


def _float(column: Column, number: int) -> float:
    """Exact in binary, and with whole digits only where the type limits them."""
    if column.scale is None:
        return number / 8
    whole = (column.precision or 0) - column.scale
    return float(number % 10**whole) if whole else number % 2 / 2


def _moment(column: Column, number: int) -> datetime:
    """With as many digits of a second as the column stores, so that the server does not round."""
    unit = 10 ** (6 - column.fraction)
    return _FIRST_DAY + timedelta(seconds=number % _SECONDS, microseconds=number * unit % 1_000_000)


def _time(column: Column, number: int) -> timedelta:
    unit = 10 ** (6 - column.fraction)
    return timedelta(seconds=number % 86_400, microseconds=number * unit % 1_000_000)


def _year(_column: Column, number: int) -> int:
    return 1901 + (number + 99) % _YEARS


def _document(_column: Column, number: int) -> str:
    return json.dumps({"number": number, "tags": ["a", "b"][: number % 3], "nested": {"half": number / 2}})


def _enum(column: Column, number: int) -> str:
    members = members_of(column.definition)
    return members[number % len(members)]


def _set(column: Column, number: int) -> str:
    """Each combination of members, the empty one too."""
    members = members_of(column.definition)
    return ",".join(member for place, member in enumerate(members) if number >> place & 1)


@cache
def members_of(definition: str) -> tuple[str, ...]:
    """The members of an ENUM or a SET."""
    return tuple(member.replace("''", "'") for member in findall(r"'((?:[^']|'')*)'", definition))


def room(column: Column, prefix: int | None = None) -> int:
    """About how many values the type has."""
    if is_integer(column):
        return _highest(column)
    if column.type in _TEXTS or column.type in _BINARIES:
        return int(len(_DIGITS) ** min(float(prefix or column.length or 0), _NUMBER_LENGTH))
    if column.type in ("enum", "set"):
        members = len(members_of(column.definition))
        return members if column.type == "enum" else 1 << members
    if column.type in ("bit", "decimal"):
        digits = column.precision or 1
        return 1 << digits if column.type == "bit" else int(10.0**digits)
    sizes = {"year": _YEARS, "date": _DAYS, "time": 86_400, "json": 0}
    return sizes.get(column.type, 0 if column.type in spatial.TYPES else _SECONDS)


_GENERATORS: Final[Mapping[str, Callable[[Column, int], Value]]] = {
    "decimal": _decimal,
    "float": _float,
    "double": _float,
    "bit": lambda column, number: number % (1 << (column.precision or 1)),
    "date": lambda _, number: (_FIRST_DAY + timedelta(days=number % _DAYS)).date(),
    "datetime": _moment,
    "timestamp": _moment,
    "time": _time,
    "year": _year,
    "enum": _enum,
    "set": _set,
    "json": _document,
}
