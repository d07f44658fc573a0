"""Texts that an expression matches: each branch of an alternation, one character of a class, the fewest repetitions."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from modules.debezium.regex.parsing import parse
from modules.debezium.regex.syntax import Around, Back, Chars, Edge, Either, Group, Node, Repeat, Sequence

# Stands for any text in a draft: a repeated class that takes every letter and digit.
ANY: Final = "\ue000"
_PLAIN: Final = "1aA0zZ_- $.+@#"
_WORD: Final = "aemz10"
_MOST: Final = 256


@dataclass(frozen=True)
class _Draft:
    """Text so far, and what each group of it matched."""

    text: str = ""
    groups: Mapping[int | str, str] = field(default_factory=dict)


def drafts(source: str, *, least: int = 0, caseless: bool = False) -> tuple[str, ...]:
    """Drafts of texts that match, with ``ANY`` where any text may stand; 256 at most, and none twice.

    What may be repeated occurs as seldom as it may, but ``least`` times if it may occur so often. A draft need not
    match where the expression looks around. Raises JavaRegexError.
    """
    found = islice(_drafts(parse(source, caseless=caseless).node, _Draft(), least), _MOST)
    return tuple(dict.fromkeys(draft.text for draft in found))


def _drafts(node: Node, before: _Draft, least: int) -> Iterator[_Draft]:
    """``before`` with every way that ``node`` goes on; each repetition has ``least`` at least, if it may."""
    if isinstance(node, Chars):
        char = _member(node)
        if char is not None:
            yield _Draft(before.text + char, before.groups)
    elif isinstance(node, Either):
        for each in node.nodes:
            yield from _drafts(each, before, least)
    elif isinstance(node, Sequence):
        yield from _following(node.nodes, before, least)
    elif isinstance(node, Group):
        for draft in _drafts(node.node, before, least):
            matched = draft.text[len(before.text) :]
            own = {key: matched for key in (node.number, node.name) if key}
            yield _Draft(draft.text, {**draft.groups, **own})
    elif isinstance(node, Repeat):
        yield from _repeated(node, before, least)
    elif isinstance(node, Back):
        yield _Draft(before.text + before.groups.get(node.group, ""), before.groups)
    elif isinstance(node, Edge | Around):
        yield before


def _following(nodes: tuple[Node, ...], before: _Draft, least: int) -> Iterator[_Draft]:
    if not nodes:
        yield before
        return
    for draft in _drafts(nodes[0], before, least):
        yield from _following(nodes[1:], draft, least)


def _repeated(node: Repeat, before: _Draft, least: int) -> Iterator[_Draft]:
    if node.most is None and node.least <= 1 and isinstance(node.node, Chars) and _any_word(node.node):
        yield _Draft(before.text + ANY, before.groups)
        return
    times = node.least if node.most == 0 else max(node.least, least)
    yield from _following((node.node,) * min(times, _MOST), before, least)


def _any_word(chars: Chars) -> bool:
    return all(char in chars for char in _WORD)


def _member(chars: Chars) -> str | None:
    """The plainest character, a single one as it is written; None for a class that has none."""
    if len(chars.ranges) == 1 and chars.ranges[0][0] == chars.ranges[0][1] and not chars.negated:
        return chr(chars.ranges[0][0])
    plain = next((char for char in _PLAIN if char in chars), None)
    return plain if plain is not None else next((char for char in _firsts(chars) if char in chars), None)


def _firsts(chars: Chars) -> Iterator[str]:
    yield from (chr(low) for low, _ in chars.ranges)
    for part in (*chars.parts, *chars.both):
        yield from _firsts(part)
