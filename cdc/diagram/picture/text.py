"""How wide text is in a sans-serif font, about, and text that fits."""

from collections.abc import Iterator
from typing import Final

_NARROW: Final = frozenset("iljftrI.,:;'|!()[] -")
_WIDE: Final = frozenset("mwMW@%")


def width(text: str, size: float) -> float:
    """Pixels at the font size ``size``: on the wide side for the usual fonts."""
    return sum(0.36 if c in _NARROW else 0.9 if c in _WIDE else 0.72 if c.isupper() else 0.61 for c in text) * size


def cut(text: str, size: float, limit: float) -> str:
    """``text``, or its beginning with an ellipsis, at most ``limit`` wide."""
    if width(text, size) <= limit:
        return text
    while text and width(f"{text}…", size) > limit:
        text = text[:-1]
    return f"{text.rstrip()}…"


def cut_inside(text: str, size: float, limit: float) -> str:
    """``text``, or its beginning and its end: ids begin alike."""
    kept = len(text)
    short = text
    while kept > 2 and width(short, size) > limit:
        kept -= 1
        short = f"{text[: kept - kept // 2]}…{text[-(kept // 2) :]}"
    return short


def wrapped(text: str, size: float, limit: float, *, most: int) -> list[str]:
    """At most ``most`` lines, broken at spaces; what does not fit ends in an ellipsis."""
    lines = list(_broken(text, size, limit))
    if len(lines) > most:
        lines[most - 1] = " ".join(lines[most - 1 :])
    return [cut(line, size, limit) for line in lines[:most]]


def _broken(text: str, size: float, limit: float) -> Iterator[str]:
    line = ""
    for word in text.split():
        longer = f"{line} {word}".strip()
        if line and width(longer, size) > limit:
            yield line
            longer = word
        line = longer
    yield line
