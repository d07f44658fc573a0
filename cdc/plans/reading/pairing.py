"""Pairs of removed and added connectors that are the same one, in a time in proportion to their number."""

from collections import defaultdict, deque
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from itertools import combinations
from typing import TypeVar

One = TypeVar("One")
Mark = Callable[[One], Hashable | None]


class Free(Iterable[One]):
    """Those that no pair has taken yet, in their order."""

    def __init__(self, all_: Iterable[One]) -> None:
        self._left = {id(one): one for one in all_}

    def __iter__(self) -> Iterator[One]:
        return iter([*self._left.values()])

    def __contains__(self, one: object) -> bool:
        return id(one) in self._left

    def take(self, one: One) -> None:
        del self._left[id(one)]


def pairs(old: Free[One], new: Free[One], mark: Mark[One]) -> Iterator[tuple[One, One]]:
    """Takes from both what has the same mark, first come first; None is no mark."""
    marked: dict[Hashable, deque[One]] = defaultdict(deque)
    for one in new:
        if (found := mark(one)) is not None:
            marked[found].append(one)
    for one in old:
        found = mark(one)
        if found is not None and marked.get(found):
            other = marked[found].popleft()
            old.take(one)
            new.take(other)
            yield one, other


def most_alike(old: Free[One], new: Free[One], marks: Sequence[Mark[One]]) -> Iterator[tuple[One, One]]:
    """Those that share all marks, then those that share fewer, down to one."""
    for count in range(len(marks), 0, -1):
        for some in combinations(marks, count):
            yield from pairs(old, new, _together(some))


def _together(marks: Sequence[Mark[One]]) -> Mark[One]:
    def mark(one: One) -> Hashable | None:
        found = tuple(each(one) for each in marks)
        return None if None in found else found

    return mark
