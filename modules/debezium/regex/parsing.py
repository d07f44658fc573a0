"""Parses what ``java.util.regex.Pattern`` of Java 17 compiles, and refuses what it refuses."""

import re
from functools import lru_cache
from typing import Final, Literal

from modules.debezium.regex.characters import ALL, DOT, ESCAPES, LINE, named
from modules.debezium.regex.syntax import (
    EMPTY,
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
    Sequence,
)

_FLAG: Final = Sequence(())
_CONTROL: Final = {"t": 9, "n": 10, "r": 13, "f": 12, "a": 7, "e": 27}
_EDGES: Final = "bBAGZz"
_FLAGS: Final = "idmsuxU"
_COUNT: Final = re.compile(r"(\d+)(,(\d*))?")
_QUOTED: Final = re.compile(r"\\Q(.*?)(?:\\E|\Z)", re.DOTALL)


@lru_cache(maxsize=4096)
def parse(source: str, *, caseless: bool = False) -> Regex:
    """Raises JavaRegexError. ``caseless`` is Java's CASE_INSENSITIVE, which Debezium's filters have."""
    parser = _Parser(_QUOTED.sub(lambda found: re.escape(found[1]), source), caseless=caseless)
    node = parser.whole()
    return Regex(source, node, parser.exact, tuple(parser.names.items()), parser.groups)


class _Parser:
    """Reads from the left; ``exact`` is lost where only Java could say what a part means."""

    def __init__(self, text: str, *, caseless: bool) -> None:
        self._text = text
        self._at = 0
        self._flags = {"i"} if caseless else set()
        self.exact = True
        self.groups = 0
        self.names: dict[str, int] = {}

    def whole(self) -> Node:
        node = self._either()
        if self._next():
            raise JavaRegexError("unmatched closing ')'")
        return node

    def _next(self, count: int = 1) -> str:
        return self._text[self._at : self._at + count]

    def _take(self, count: int = 1) -> str:
        taken = self._next(count)
        self._at += count
        return taken

    def _accepts(self, text: str) -> bool:
        found = self._text.startswith(text, self._at)
        self._at += len(text) if found else 0
        return found

    def _either(self) -> Node:
        flags = set(self._flags)
        options = [self._sequence()]
        while self._accepts("|"):
            options.append(self._sequence())
        self._flags = flags
        return options[0] if len(options) == 1 else Either(tuple(options))

    def _sequence(self) -> Node:
        nodes: list[Node] = []
        while (char := self._next()) and char not in "|)":
            if "x" in self._flags and (char.isspace() or char == "#"):
                self._skip_comment()
            elif char in "*+?":
                raise JavaRegexError(f"dangling meta character '{char}'")
            else:
                node = EMPTY if char == "{" else self._atom()
                nodes.append(node if node is _FLAG else self._repeated(node))
        return Sequence(tuple(nodes))

    def _skip_comment(self) -> None:
        if self._take() == "#":
            while self._next() and self._take() != "\n":
                pass

    def _repeated(self, node: Node) -> Node:
        char = self._next()
        if char in ("*", "+", "?"):
            self._take()
            least, most = {"*": (0, None), "+": (1, None), "?": (0, 1)}[char]
        elif char == "{":
            least, most = self._counted()
        else:
            return node
        mode: Literal["", "?", "+"] = "?" if self._accepts("?") else "+" if self._accepts("+") else ""
        self.exact &= mode != "+"
        return Repeat(node, least, most, mode)

    def _counted(self) -> tuple[int, int | None]:
        self._take()
        found = _COUNT.match(self._text, self._at)
        if not found:
            raise JavaRegexError("illegal repetition")
        self._at = found.end()
        if not self._accepts("}"):
            raise JavaRegexError("unclosed counted closure")
        least = int(found[1])
        most = least if found[2] is None else int(found[3]) if found[3] else None
        if most is not None and most < least:
            raise JavaRegexError("illegal repetition range")
        return least, most

    def _atom(self) -> Node:
        char = self._take()
        if char == "(":
            return self._group()
        if char == "[":
            return self._class()
        if char == ".":
            return ALL if "s" in self._flags else DOT
        if char in "^$":
            return Edge(char)
        return self._escape() if char == "\\" else self._char(char)

    def _char(self, char: str) -> Chars:
        return Chars(((ord(char), ord(char)),), caseless="i" in self._flags)

    def _group(self) -> Node:
        if not self._accepts("?"):
            self.groups += 1
            return self._closed(number=self.groups)
        for start, ahead, wanted in (("<=", False, True), ("<!", False, False), ("=", True, True), ("!", True, False)):
            if self._accepts(start):
                self.exact = False
                return Around(self._closed().node, ahead, wanted)
        if self._accepts(":"):
            return self._closed()
        if self._accepts(">"):
            self.exact = False
            return self._closed(atomic=True)
        return self._named_group() if self._accepts("<") else self._flagged()

    def _closed(self, *, number: int = 0, name: str | None = None, atomic: bool = False) -> Group:
        node = self._either()
        if not self._accepts(")"):
            raise JavaRegexError("unclosed group")
        return Group(node, number, name, atomic)

    def _named_group(self) -> Node:
        name = self._name()
        if name in self.names:
            raise JavaRegexError(f"named capturing group <{name}> is already defined")
        self.groups += 1
        self.names[name] = self.groups
        return self._closed(number=self.groups, name=name)

    def _name(self) -> str:
        found = re.compile(r"([A-Za-z][A-Za-z0-9]*)>").match(self._text, self._at)
        if not found:
            raise JavaRegexError("a named capturing group must be letters and digits, and end in '>'")
        self._at = found.end()
        return found[1]

    def _flagged(self) -> Node:
        """``(?i)`` for what follows in the group, ``(?i:…)`` for what stands in it."""
        found = re.compile(rf"([{_FLAGS}]*)(?:-([{_FLAGS}]*))?([:)])").match(self._text, self._at)
        if not found:
            raise JavaRegexError("unknown inline modifier")
        self._at = found.end()
        before = set(self._flags)
        self._flags = (before | set(found[1])) - set(found[2] or "")
        self.exact &= not self._flags & set("dmuU")
        if found[3] == ")":
            return _FLAG
        group = self._closed()
        self._flags = before
        return group

    def _escape(self) -> Node:
        char = self._take()
        if not char:
            raise JavaRegexError("unexpected internal error: a backslash at the end")
        if char in _EDGES:
            boundary = char == "b" and self._accepts("{g}")
            self.exact &= char in "AZz" and not boundary
            return Edge(char)
        if char in "123456789":
            self.exact = False
            return Back(int(char))
        if char == "k":
            return self._named_back()
        if char in "RX":
            self.exact &= char == "R"
            return LINE if char == "R" else Repeat(ALL, 1, None)
        return self._escaped_char(char)

    def _named_back(self) -> Node:
        if not self._accepts("<"):
            raise JavaRegexError("\\k is not followed by '<' for a named capturing group")
        name = self._name()
        if name not in self.names:
            raise JavaRegexError(f"named capturing group <{name}> does not exist")
        self.exact = False
        return Back(name)

    def _escaped_char(self, char: str) -> Chars:
        """Inside of a class and out of one."""
        if char.lower() in ESCAPES:
            return Chars(parts=(ESCAPES[char.lower()],), negated=char.isupper())
        if char in "pP":
            return self._property(negated=char == "P")
        if char in _CONTROL:
            return self._char(chr(_CONTROL[char]))
        for letter, digits in (("x", r"[0-9a-fA-F]{2}|\{[0-9a-fA-F]+\}"), ("u", "[0-9a-fA-F]{4}"), ("0", "[0-7]{1,3}")):
            if char == letter:
                return self._coded(digits, base=8 if letter == "0" else 16)
        if char == "c" and self._next():
            return self._char(chr(ord(self._take()) ^ 64))
        if char == "N":
            self._property(negated=False)
            return ALL
        if char.isascii() and char.isalpha():
            raise JavaRegexError(f"illegal/unsupported escape sequence: \\{char}")
        return self._char(char)

    def _coded(self, digits: str, *, base: int) -> Chars:
        found = re.compile(digits).match(self._text, self._at)
        if not found:
            raise JavaRegexError("illegal hexadecimal or octal escape sequence")
        self._at = found.end()
        return self._char(chr(int(found[0].strip("{}"), base)))

    def _property(self, *, negated: bool) -> Chars:
        found = re.compile(r"\{([^}]+)\}|(\w)").match(self._text, self._at)
        if not found:
            raise JavaRegexError("unclosed character family")
        self._at = found.end()
        chars = named(found[1] or found[2])
        if chars is None:
            raise JavaRegexError(f"unknown character property name {{{found[1] or found[2]}}}")
        if chars is ALL:  # Unicode's: nothing is left out
            self.exact = False
            return ALL
        return Chars(parts=(chars,), negated=negated)

    def _class(self) -> Chars:
        """After ``[``: ranges, escapes, nested classes, and what && narrows them to."""
        negated = self._accepts("^")
        parts, both = self._members(), []
        while self._accepts("&&"):
            both.append(Chars(parts=tuple(self._members(first=False))))
        if not self._accepts("]"):
            raise JavaRegexError("unclosed character class")
        inside = Chars(parts=tuple(parts), both=tuple(both))
        return Chars(parts=(inside,), negated=negated)

    def _members(self, *, first: bool = True) -> list[Chars]:
        members: list[Chars] = []
        while (char := self._next()) and self._next(2) != "&&" and (char != "]" or (first and not members)):
            self._take()
            if char == "[":
                members.append(self._class())
                continue
            low = self._escaped_char(self._take()) if char == "\\" else self._char(char)
            members.append(self._range(low) if self._next() == "-" else low)
        return members

    def _range(self, low: Chars) -> Chars:
        """``a-z``; a hyphen before the end or before a nested class is itself."""
        if self._next(2) in ("-]", "-[") or len(self._next(2)) < 2 or not low.ranges:
            return low
        self._take()
        char = self._take()
        high = self._escaped_char(self._take()) if char == "\\" else self._char(char)
        if not high.ranges or high.ranges[0][0] < low.ranges[0][0]:
            raise JavaRegexError("illegal character range")
        return Chars(((low.ranges[0][0], high.ranges[0][1]),), caseless=low.caseless)
