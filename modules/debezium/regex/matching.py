"""Matches as Java does, by Python's own engine."""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Final

from modules.debezium.regex.parsing import parse
from modules.debezium.regex.syntax import (
    ANY_CHAR,
    Around,
    Back,
    Chars,
    Edge,
    Either,
    Group,
    JavaRegexError,
    Node,
    Regex,
    Repeat,
)

_EDGES: Final = {"^": r"\A", "$": r"(?=\n?\Z)", "A": r"\A", "Z": r"(?=\n?\Z)", "z": r"\Z", "b": r"\b", "B": r"\B"}
_REFERENCE: Final = re.compile(r"\\(.)|\$\{([A-Za-z][A-Za-z0-9]*)\}|\$(\d)|([\\$])", re.DOTALL)


def matches(source: str, text: str, *, caseless: bool = False) -> bool:
    """Whether ``source`` matches all of ``text``. Raises JavaRegexError."""
    return _compiled(source, caseless).fullmatch(text) is not None


def replaced(source: str, replacement: str, text: str) -> str | None:
    """``text`` as replaceFirst makes it, where ``source`` matches all of it, else None. Raises JavaRegexError."""
    regex = parse(source)
    found = _compiled(source, False).fullmatch(text)
    return None if found is None else expanded(replacement, regex, lambda group: found[group] or "")


def expanded(replacement: str, regex: Regex, group: Callable[[int], str]) -> str:
    """``replacement`` with what ``group`` gives for each reference. Raises JavaRegexError."""
    names = dict(regex.names)
    parts: list[str] = []
    at = 0
    while found := _REFERENCE.search(replacement, at):
        parts.append(replacement[at : found.start()])
        at = found.end()
        if found[1] is not None:
            parts.append(found[1])
        elif found[2] is not None:
            if found[2] not in names:
                raise JavaRegexError(f"no group with name {{{found[2]}}}")
            parts.append(group(names[found[2]]))
        elif found[3] is not None:
            number, at = _group_number(replacement, at, int(found[3]), regex.groups)
            parts.append(group(number))
        else:
            raise JavaRegexError("illegal group reference" if found[4] == "$" else "character to be escaped is missing")
    return "".join([*parts, replacement[at:]])


def _group_number(replacement: str, at: int, number: int, groups: int) -> tuple[int, int]:
    """Further digits belong to the reference as long as there is such a group."""
    if number > groups:
        raise JavaRegexError(f"no group {number}")
    while at < len(replacement) and replacement[at].isdigit() and number * 10 + int(replacement[at]) <= groups:
        number, at = number * 10 + int(replacement[at]), at + 1
    return number, at


@lru_cache(maxsize=4096)
def _compiled(source: str, caseless: bool) -> re.Pattern[str]:
    regex = parse(source, caseless=caseless)
    try:
        return re.compile(_python(regex.node, regex))
    except re.error:  # a reference to a group from within it, which Java takes and never matches
        return re.compile("(?!)")


def _python(node: Node, regex: Regex) -> str:
    if isinstance(node, Chars):
        return _chars(node)
    if isinstance(node, Either):
        return f"(?:{'|'.join(_python(each, regex) for each in node.nodes)})"
    if isinstance(node, Repeat):
        most = "" if node.most is None else node.most
        return f"(?:{_python(node.node, regex)}){{{node.least},{most}}}{node.mode}"
    if isinstance(node, Group):
        return f"({'?>' if node.atomic else '' if node.number else '?:'}{_python(node.node, regex)})"
    if isinstance(node, Edge):
        return _EDGES.get(node.kind, "")
    if isinstance(node, Around):
        return f"(?{'' if node.ahead else '<'}{'=' if node.wanted else '!'}{_python(node.node, regex)})"
    if isinstance(node, Back):
        number = node.group if isinstance(node.group, int) else dict(regex.names)[node.group]
        return rf"(?:\{number})" if number <= regex.groups else "(?!)"
    return "".join(_python(each, regex) for each in node.nodes)


def _chars(chars: Chars) -> str:
    """One character: by looking ahead, so that negations and intersections may be nested."""
    options = [_range(low, high, caseless=chars.caseless) for low, high in chars.ranges]
    options += [_chars(part) for part in chars.parts]
    inside = "|".join(options) if options else "(?!)"
    one = rf"(?:(?!{inside})[\s\S])" if chars.negated else f"(?:{inside})"
    wanted = "".join(f"(?={_chars(other)})" for other in chars.both)
    return f"(?:{wanted}{one})" if wanted else one


def _range(low: int, high: int, *, caseless: bool) -> str:
    text = rf"[\U{low:08x}-\U{min(high, ANY_CHAR):08x}]"
    return f"(?ai:{text})" if caseless else text
