"""What a regular expression is made of, once it is parsed."""

from dataclasses import dataclass
from typing import Final, Literal

ANY_CHAR: Final = 0x10FFFF
Range = tuple[int, int]


class JavaRegexError(ValueError):
    """Java cannot compile the expression; the message says why, as Java does."""


@dataclass(frozen=True, slots=True)
class Chars:
    """One character out of ``ranges``, or with ``negated`` one that is not; ``both`` must hold it as well."""

    ranges: tuple[Range, ...] = ()
    parts: "tuple[Chars, ...]" = ()
    negated: bool = False
    both: "tuple[Chars, ...]" = ()
    caseless: bool = False

    def __contains__(self, char: str) -> bool:
        return self._holds(char) or (self.caseless and any(self._holds(each) for each in _cases(char)))

    def _holds(self, char: str) -> bool:
        code = ord(char)
        inside = any(low <= code <= high for low, high in self.ranges) or any(char in part for part in self.parts)
        return inside is not self.negated and all(char in other for other in self.both)


def _cases(char: str) -> tuple[str, ...]:
    """ASCII only, as CASE_INSENSITIVE means it."""
    return (char.lower(), char.upper()) if char.isascii() else (char,)


@dataclass(frozen=True, slots=True)
class Group:
    """``number`` is 0 for one that captures nothing; ``atomic`` never gives back."""

    node: "Node"
    number: int = 0
    name: str | None = None
    atomic: bool = False


@dataclass(frozen=True, slots=True)
class Repeat:
    """``most`` is None without a limit; ``mode`` is how it gives back."""

    node: "Node"
    least: int
    most: int | None
    mode: Literal["", "?", "+"] = ""


@dataclass(frozen=True, slots=True)
class Sequence:
    nodes: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Either:
    nodes: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Edge:
    """A place between characters: ``^``, ``$``, ``b`` and the like, as Java's escape letters name them."""

    kind: str


@dataclass(frozen=True, slots=True)
class Around:
    """What must, or must not, stand before or behind."""

    node: "Node"
    ahead: bool
    wanted: bool


@dataclass(frozen=True, slots=True)
class Back:
    """What a group has matched already."""

    group: int | str


Node = Chars | Group | Repeat | Sequence | Either | Edge | Around | Back
EMPTY: Final = Sequence(())


@dataclass(frozen=True, slots=True)
class Regex:
    """A parsed expression. ``exact`` where everything in it is understood to the letter."""

    source: str
    node: Node
    exact: bool
    names: tuple[tuple[str, int], ...] = ()
    groups: int = 0
