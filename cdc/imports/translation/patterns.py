"""Debezium's lists of regular expressions as the environment file's patterns: ``database.table`` with ``*``.

A pattern matches the same tables as its expression; expressions without a pattern are errors.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from modules.debezium.internal import covers

ANY: Final = "*"
_DOT: Final = "."
_MOST: Final = 200
# An expression's tokens: a character as it is, a . for any one of them, .* for many, and many within a name.
_ONE: Final = "one"
_MANY: Final = "many"
_NAME: Final = "name"
Tokens = tuple[str, ...]
# [.] is a dot as it is.
_SINGLE: Final = re.compile(r"\[([^]\\^-])\]")
_EXACT: Final = ("[^.]", r"[^\.]")
_WORDS: Final = (r"[\w$-]", r"[\w-]", r"[\w]", "[a-zA-Z0-9_-]", "[a-zA-Z0-9_]", "[A-Za-z0-9_]", "[a-z0-9_]", r"\w")


class InexpressibleError(Exception):
    """A pattern cannot express an expression; the message names the part."""


@dataclass(frozen=True)
class Patterns:
    """``widened``: a pattern may match names that the expression did not, such as those with a $ in them."""

    patterns: list[str]
    widened: bool


def split(text: str) -> list[str]:
    """The expressions of a list: at commas that are not escaped, nor within brackets."""
    parts, depth, start, escaped = [], 0, 0, False
    for index, sign in enumerate(text):
        if escaped:
            escaped = False
        elif sign == "\\":
            escaped = True
        elif sign in "([{":
            depth += 1
        elif sign in ")]}":
            depth -= 1
        elif sign == "," and depth <= 0:
            parts.append(text[start:index])
            start = index + 1
    return [part.strip() for part in [*parts, text[start:]] if part.strip()]


def tables(expression: str) -> Patterns:
    """Patterns ``database.table`` that match what ``expression`` does; raises InexpressibleError."""
    parser = _Parser(expression)
    found = [table for tokens in parser.alternatives() for table in _tables(tokens, expression)]
    return Patterns(list(dict.fromkeys(found)), parser.widened)


def databases(expression: str) -> Patterns:
    """Patterns of a database's name; raises InexpressibleError."""
    parser = _Parser(expression)
    found = []
    for tokens in parser.alternatives():
        if _DOT in tokens or _ONE in tokens:
            raise InexpressibleError(f"{expression} has a dot, but names of databases do not")
        found.append(_glob(tokens))
    return Patterns(list(dict.fromkeys(found)), parser.widened)


def within(tables: list[str], databases: list[str]) -> list[str]:
    """``tables`` as far as they are in ``databases``, where a table must be in both lists."""
    found = []
    for table in tables:
        database, _, name = table.partition(".")
        for allowed in databases:
            if covers(allowed, database):
                found.append(table)
            elif covers(database, allowed):
                found.append(f"{allowed}.{name}")
            elif ANY in database and ANY in allowed:
                raise InexpressibleError(f"databases may be in both {database} and {allowed}")
    return list(dict.fromkeys(found))


class _Parser:
    """Splits an expression into alternatives, as sequences of tokens."""

    def __init__(self, expression: str) -> None:
        # Debezium matches whole names, in any case.
        text = expression.removeprefix("(?i)").removeprefix("^")
        self._whole = expression
        self._text = text if text.endswith("\\$") else text.removesuffix("$")
        self._at = 0
        self.widened = False

    def alternatives(self) -> list[Tokens]:
        found = self._alternatives()
        if self._at != len(self._text):
            raise InexpressibleError(f"{self._whole} has an unmatched closing bracket")
        return found

    def _alternatives(self) -> list[Tokens]:
        found: list[Tokens] = []
        current: list[Tokens] = [()]
        while self._rest and not self._rest.startswith(")"):
            if self._skip("|"):
                found, current = [*found, *current], [()]
                continue
            options = self._part()
            current = [(*before, *option) for before in current for option in options]
            if len(current) + len(found) > _MOST:
                raise InexpressibleError(f"{self._whole} needs more than {_MOST} patterns")
        return [*found, *current]

    @property
    def _rest(self) -> str:
        return self._text[self._at :]

    def _skip(self, text: str) -> bool:
        found = self._rest.startswith(text)
        self._at += len(text) if found else 0
        return found

    def _part(self) -> list[Tokens]:
        if self._skip("(?:") or (not self._rest.startswith("(?") and self._skip("(")):
            return self._group()
        if (name := self._name()) is not None:
            return name
        sign = self._text[self._at]
        if sign == "\\" and len(self._rest) > 1:
            if self._rest[1].isalnum():
                raise self._inexpressible(self._rest[:2], "is a class of characters")
            self._at += 2
            return self._repeated(self._text[self._at - 1])
        if single := _SINGLE.match(self._rest):
            self._at += single.end()
            return self._repeated(single[1])
        if self._skip(".*") or self._skip(".+"):
            return [(_MANY,)]
        if sign in "([]{}*+?^$\\":
            raise self._inexpressible(self._rest[:12], "is neither part of a name nor equal to *")
        self._at += 1
        return self._repeated(_ONE if sign == "." else sign)

    def _group(self) -> list[Tokens]:
        options = self._alternatives()
        if not self._skip(")"):
            raise InexpressibleError(f"{self._whole} has an unclosed bracket")
        if self._skip("?"):
            return [*options, ()]
        if self._rest[:1] in ("*", "+", "{"):
            raise self._inexpressible(self._rest[:1], "repeats a group")
        return options

    def _name(self) -> list[Tokens] | None:
        """``\\w+`` and the like: any characters of a name."""
        for words in (*_EXACT, *_WORDS):
            if self._rest.startswith((f"{words}*", f"{words}+")):
                self._at += len(words) + 1
                self.widened |= words in _WORDS
                return [(_NAME,)]
        return None

    def _repeated(self, token: str) -> list[Tokens]:
        if self._skip("?"):
            return [(token,), ()]
        if self._rest[:1] in ("*", "+", "{"):
            raise self._inexpressible(self._rest[:1], "repeats a character")
        return [(token,)]

    def _inexpressible(self, part: str, why: str) -> InexpressibleError:
        return InexpressibleError(f"{part} in {self._whole} {why}, but patterns have only *")


def _tables(tokens: Tokens, whole: str) -> Iterator[str]:
    """The patterns of a sequence, whose dot is literal or matched by ``.`` or ``.*``."""
    dots = [index for index, token in enumerate(tokens) if token == _DOT]
    ones = [index for index, token in enumerate(tokens) if token == _ONE]
    if not dots and ones:
        dots, ones = ones[:1], ones[1:]
    if len(dots) > 1:
        raise InexpressibleError(f"{whole} has more than one dot, but a table is database.table")
    if ones:
        raise InexpressibleError(f"{whole} has . for any one character, but patterns have only *")
    if dots:
        yield f"{_glob(tokens[: dots[0]])}.{_glob(tokens[dots[0] + 1 :])}"
        return
    many = [index for index, token in enumerate(tokens) if token == _MANY]
    if not many:
        raise InexpressibleError(f"{whole} matches no table: it has no dot, but a table is database.table")
    for index in many:
        yield f"{_glob((*tokens[:index], _MANY))}.{_glob((_MANY, *tokens[index + 1 :]))}"


def _glob(tokens: Tokens) -> str:
    return re.sub(r"\*+", ANY, "".join(ANY if token in (_MANY, _NAME) else token for token in tokens))
