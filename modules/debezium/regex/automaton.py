"""Whether two expressions can match the same text, and which."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from typing import Final

from modules.debezium.regex.parsing import parse
from modules.debezium.regex.syntax import Chars, Edge, Either, Group, Node, Repeat, Sequence

# Beside the edges of every range: what stands for all other letters, digits and signs.
_OTHERS: Final = "ax0_-.$ \u00e9\u20ac"
# More is the same as without a limit: no name is that long.
_UNROLLED: Final = 64
_FEW: Final = 12
_MANY: Final = 20_000


@dataclass
class _Automaton:
    """States by number; ``steps`` lead on by a character, ``free`` by none, perhaps only at an edge."""

    steps: list[list[tuple[Chars, int]]] = field(default_factory=list)
    free: list[list[tuple[int, str]]] = field(default_factory=list)
    end: int = 0

    def state(self) -> int:
        self.steps.append([])
        self.free.append([])
        return len(self.steps) - 1

    def join(self, one: int, other: int, edge: str = "") -> None:
        self.free[one].append((other, edge))


@lru_cache(maxsize=1024)
def _automaton(source: str, caseless: bool) -> _Automaton:
    made = _Automaton()
    start = made.state()
    made.end = _add(made, parse(source, caseless=caseless).node, start)
    return made


def _add(made: _Automaton, node: Node, start: int) -> int:
    """Leads on from ``start`` by ``node``; the state after it. What only Java could say matches everything."""
    if isinstance(node, Chars):
        end = made.state()
        made.steps[start].append((node, end))
        return end
    if isinstance(node, Sequence):
        for each in node.nodes:
            start = _add(made, each, start)
        return start
    if isinstance(node, Either):
        end = made.state()
        for each in node.nodes:
            made.join(_add(made, each, start), end)
        return end
    if isinstance(node, Group):
        return _add(made, node.node, start)
    if isinstance(node, Repeat):
        return _repeated(made, node, start)
    end = made.state()
    made.join(start, end, node.kind if isinstance(node, Edge) and node.kind in "^A$Zz" else "")
    return end


def _repeated(made: _Automaton, node: Repeat, start: int) -> int:
    for _ in range(min(node.least, _UNROLLED)):
        start = _add(made, node.node, start)
    end = made.state()
    made.join(start, end)
    if node.most is None or node.most > _UNROLLED:
        again = made.state()
        made.join(start, again)
        last = _add(made, node.node, again)
        made.join(last, again)
        made.join(last, end)
        return end
    for _ in range(node.most - min(node.least, _UNROLLED)):
        start = _add(made, node.node, start)
        made.join(start, end)
    return end


# Two states, whether a character has been read, and whether none may follow.
_Place = tuple[int, int, bool, bool]
# Steps of a state: the characters as bits, one for each of an alphabet, and the state that they lead to.
_Steps = list[list[tuple[int, int]]]


@lru_cache(maxsize=4096)
def common(one: str, other: str, *, caseless: bool = False, most: int = 1) -> tuple[str, ...]:
    """Texts that both expressions match, the shortest first; none where there is none.

    ``caseless`` is for the first. What takes too long to compare counts as matching. Raises JavaRegexError.
    """
    left, right = _automaton(one, caseless), _automaton(other, False)
    alphabet = _alphabet(left, right)
    ours, theirs = _bits(left, alphabet), _bits(right, alphabet)
    found: list[str] = []
    seen: dict[_Place, int] = {}
    places = [(place, "") for place in _reached(left, right, (0, 0, False, False))]
    while places and len(found) < most:
        following: dict[_Place, str] = {}
        for (a, b, _, over), text in places:
            if a == left.end and b == right.end and text not in found:
                found.append(text)
            for to, onward, char in [] if over else _steps(ours[a], theirs[b], alphabet):
                for place in _reached(left, right, (to, onward, True, False)):
                    if seen.get(place, 0) < (_FEW if most > 1 else 1):
                        seen[place] = seen.get(place, 0) + 1
                        following.setdefault(place, text + char)
        places = list(following.items())
        if len(seen) > _MANY:
            return tuple(found) or (alphabet[0],)
    return tuple(found[:most])


def _bits(automaton: _Automaton, alphabet: str) -> _Steps:
    return [
        [(sum(1 << index for index, char in enumerate(alphabet) if char in chars), to) for chars, to in steps]
        for steps in automaton.steps
    ]


def _steps(ours: list[tuple[int, int]], theirs: list[tuple[int, int]], alphabet: str) -> Iterator[tuple[int, int, str]]:
    """Where both can go with one character, the plainest."""
    for mine, to in ours:
        for yours, onward in theirs:
            if both := mine & yours:
                yield to, onward, alphabet[(both & -both).bit_length() - 1]


def _reached(left: _Automaton, right: _Automaton, start: _Place) -> set[_Place]:
    waiting, reached = [start], {start}
    while waiting:
        a, b, read, over = waiting.pop()
        for place in _freely(left, right, a, b, read, over):
            if place not in reached:
                reached.add(place)
                waiting.append(place)
    return reached


def _freely(left: _Automaton, right: _Automaton, a: int, b: int, read: bool, over: bool) -> Iterator[_Place]:
    for to, edge in left.free[a]:
        if edge not in ("^", "A") or not read:
            yield to, b, read, over or edge in ("$", "Z", "z")
    for to, edge in right.free[b]:
        if edge not in ("^", "A") or not read:
            yield a, to, read, over or edge in ("$", "Z", "z")


def _alphabet(*automata: _Automaton) -> str:
    """A character of every kind that the two tell apart, the plainest first."""
    edges = {0}
    for automaton in automata:
        for steps in automaton.steps:
            for chars, _ in steps:
                edges |= _edges(chars)
    picked = [chr(low) for low, _ in pairwise(sorted(edges))] + [chr(max(edges))]
    plain = [char for char in (*_OTHERS, *picked) if char.isprintable()]
    return "".join(dict.fromkeys([*plain, *picked]))


def _edges(chars: Chars) -> set[int]:
    found = {edge for low, high in chars.ranges for edge in (low, min(high + 1, 0x10FFFF))}
    if chars.caseless:
        found |= {ord(other) for low, high in chars.ranges for c in (low, high) for other in _both(chr(c))}
    for part in (*chars.parts, *chars.both):
        found |= _edges(part)
    return found


def _both(char: str) -> tuple[str, ...]:
    return (char.lower(), char.upper()) if char.isascii() else ()
