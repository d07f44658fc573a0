"""Text that a terminal shows as it is: control characters are written as escapes."""

_KEPT = frozenset("\n\t")


def escaped(text: object) -> str:
    """``text`` with ``\\x1b`` for what would move the cursor, change colours or the direction of writing."""
    return "".join(char if char.isprintable() or char in _KEPT else _escape(char) for char in str(text))


def on_one_line(text: object) -> str:
    """``escaped`` with single spaces for all white space."""
    return escaped(" ".join(str(text).split()))


def _escape(char: str) -> str:
    return char.encode("unicode_escape", "surrogatepass").decode("ascii")
