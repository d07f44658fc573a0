"""Recipes that might satisfy a rule: values around the literals in its text."""

import json
import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from itertools import pairwise
from typing import Final

from modules.debezium.regex.examples import ANY, drafts
from modules.debezium.regex.syntax import JavaRegexError
from rehearsal.database.tables import Column, Recipe, Rule, Table, Value
from rehearsal.database.values import is_integer, make_value, members_of

_STRING: Final = re.compile(r"'((?:[^'\\]|\\.|'')*)'")
_NUMBER: Final = re.compile(r"(?<![\w.`'])-?\d+(?:\.\d+)?(?![\w`'])")
_DATE: Final = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:[ T](\d\d):(\d\d):(\d\d))?")
_PATH: Final = re.compile(r"\$((?:\.\w+)+)")
_SHIFTS: Final = (1, -1, 100, -100)
_MOST_LENGTH: Final = 200
_TO_DAYS: Final = 365  # TO_DAYS minus date.toordinal
_SECONDS: Final = range(10**8, 2**31)
_YEARS: Final = range(1000, 3000)


def candidates(table: Table, rule: Rule, column: Column) -> Iterator[Recipe]:
    """Recipes for one of the rule's columns, the plainest first."""
    unique = column.name in table.unique_columns
    prefix = table.prefixes.get(column.name)
    plain = partial(make_value, column, unique=unique, prefix=prefix)
    yield plain
    yield lambda number: make_value(column, number, unique=True, prefix=prefix)
    strings = [text.replace("''", "'") for text in _STRING.findall(rule.text)]
    outside = _STRING.sub("", rule.text)
    numbers = [Decimal(each) for each in _NUMBER.findall(outside)]
    numbers += [-each for each in numbers if "-" in outside]  # the server writes -(5)
    yield from _from_literals(column, strings, numbers, rule.text)
    yield from (lambda number, shift=shift: plain(max(number + shift, 0)) for shift in _SHIFTS)
    if column.nullable:
        yield lambda _: None


def _from_literals(column: Column, strings: list[str], numbers: list[Decimal], text: str) -> Iterator[Recipe]:
    if is_integer(column) or column.type in ("decimal", "float", "double", "bit"):
        yield from _numeric(column, numbers)
    elif column.type in ("date", "datetime", "timestamp"):
        yield from _dated(column, strings, numbers)
    elif column.type == "year":
        yield from (partial(_plus, int(literal), 0) for literal in numbers)
    elif column.type in ("enum", "set"):
        yield from (partial(_constant, member) for member in members_of(column.definition))
    elif column.type == "json":
        yield partial(_document, _PATH.findall(text), True)
        yield partial(_document, _PATH.findall(text), False)
        yield partial(_constant, "[]")
    else:
        yield from _textual(column, strings, numbers)


def _constant(value: Value, _: int) -> Value:
    return value


def _plus(start: int | Decimal, step: int, number: int) -> Value:
    return start + step * number


def _between(low: int, high: int, number: int) -> Value:
    return low + number % (high - low + 1)


def _numeric(column: Column, numbers: list[Decimal]) -> Iterator[Recipe]:
    whole = is_integer(column) or column.type == "bit" or column.scale == 0
    literals = sorted({int(each) if whole else each for each in numbers} | {0, 1})
    smallest = Decimal(1) if whole else Decimal(1).scaleb(-(column.scale or 0))
    for low, high in pairwise(literals):
        if high - low > 1:
            yield partial(_between, int(low) + 1, int(high) - 1 + (high != int(high)))
        yield partial(_between, int(low), int(high))
    for literal in literals:
        yield from (partial(_plus, literal, step) for step in (1, -1))
        for value in (literal, literal + smallest, literal - smallest):
            yield partial(_constant, int(value) if whole else value)
    yield lambda number: -number
    yield from (lambda number, step=int(step): number * step for step in literals if step > 1)


def _dated(column: Column, strings: list[str], numbers: list[Decimal]) -> Iterator[Recipe]:
    """Before and after the literals, which may be dates, years, days of TO_DAYS or seconds of UNIX_TIMESTAMP."""
    moments = [moment for text in strings for moment in _moments(text)]
    for number in map(int, numbers):
        if number in _YEARS:
            moments.append(datetime(number, 1, 1))
        if number - _TO_DAYS in range(date(1000, 1, 1).toordinal(), date(3000, 1, 1).toordinal()):
            moments.append(datetime.fromordinal(number - _TO_DAYS))
        if number in _SECONDS:
            moments.append(datetime(1970, 1, 1) + timedelta(seconds=number))
    for moment in moments:
        for first, step in ((-1, -1), (0, 1), (1, 1), (0, 0)):
            yield partial(_day, moment, first, step, column.type == "date")


def _moments(text: str) -> Iterator[datetime]:
    if found := _DATE.fullmatch(text.partition(".")[0]):
        try:
            yield datetime(*(int(each or 0) for each in found.groups()))  # type: ignore[arg-type]
        except ValueError:  # a zero date
            return


def _day(moment: datetime, first: int, step: int, date_only: bool, number: int) -> Value:
    day = moment + timedelta(days=first + step * (number % _MOST_LENGTH))
    return day.date() if date_only else day


def _document(paths: list[str], numeric: bool, number: int) -> Value:
    """An object with a value at each path."""
    root: dict[str, object] = {}
    for path in paths:
        *parents, last = path.strip(".").split(".")
        place = root
        for name in parents:
            below = place.setdefault(name, {})
            place = below if isinstance(below, dict) else {}
        place[last] = number if numeric else f"{last} {number}"
    return json.dumps(root)


def _textual(column: Column, strings: list[str], numbers: list[Decimal]) -> Iterator[Recipe]:
    length = column.length or 0
    if strings:
        yield lambda number: strings[number % len(strings)]
    for text in strings:
        yield partial(_constant, text)
        if "%" in text or "_" in text:
            yield partial(_replaced, text, {"%": "{number}", "_": "1"})
            yield partial(_replaced, text, {"%": "", "_": "{digit}"})
        yield from _expressed(text)
    for size in sorted({int(each) for each in numbers if 0 < each <= min(length, _MOST_LENGTH)}):
        for start in dict.fromkeys(re.split("[%_]", text)[0] for text in strings):
            yield partial(_begun, start, size)
        yield from (partial(_sized, sign, wide) for sign in "0x" for wide in (size, size + 1))
        yield partial(_digits, max(size - 1, 1))
    for form in ("{number}", "A{number}", "a{number}@example.com", "{number:08x}-0000-4000-8000-000000000000"):
        yield partial(_formatted, form)
    yield partial(_constant, "{}")


def _formatted(form: str, number: int) -> Value:
    return form.format(number=number, digit=number % 10)


def _replaced(text: str, signs: dict[str, str], number: int) -> Value:
    return "".join(str(_formatted(signs[char], number)) if char in signs else char for char in text)


def _sized(fill: str, size: int, number: int) -> Value:
    return str(number).rjust(size, fill)[-size:]


def _begun(start: str, size: int, number: int) -> Value:
    return start + str(number).rjust(size - len(start), "0")


def _digits(size: int, number: int) -> Value:
    return str(number % 10**size)


def _expressed(text: str) -> Iterator[Recipe]:
    """Texts that match a regular expression, which in MySQL may stand anywhere in the value."""
    found: list[str] = []
    for once in (text, text.replace("\\\\", "\\"), text.replace("\\\\\\\\", "\\")):  # information_schema escapes twice
        try:
            found += [draft for least in (0, 1) for draft in drafts(once, least=least)]
        except (JavaRegexError, RecursionError):
            continue
    for draft in dict.fromkeys(found):
        if ANY in draft:
            yield partial(_replaced, draft, {ANY: "{number}"})
        elif draft and draft != text:
            yield partial(_constant, draft)
