"""Java's named character classes, as ranges."""

from typing import Final

from modules.debezium.regex.syntax import ANY_CHAR, Chars, Either, Range, Sequence


def _of(text: str) -> tuple[Range, ...]:
    return tuple((ord(char), ord(char)) for char in text)


_DIGIT: Final = ((0x30, 0x39),)
_LOWER: Final = ((0x61, 0x7A),)
_UPPER: Final = ((0x41, 0x5A),)
_ALPHA: Final = _UPPER + _LOWER
_SPACE: Final = _of(" \t\n\x0b\f\r")
_PUNCT: Final = ((0x21, 0x2F), (0x3A, 0x40), (0x5B, 0x60), (0x7B, 0x7E))
_HORIZONTAL: Final = (*_of(" \t\xa0\u1680\u180e\u202f\u205f\u3000"), (0x2000, 0x200A))
_VERTICAL: Final = _of("\n\x0b\f\r\x85\u2028\u2029")

ESCAPES: Final = {
    "d": Chars(_DIGIT),
    "h": Chars(_HORIZONTAL),
    "s": Chars(_SPACE),
    "v": Chars(_VERTICAL),
    "w": Chars((*_ALPHA, *_DIGIT, *_of("_"))),
}
DOT: Final = Chars(_of("\n\r\x85\u2028\u2029"), negated=True)
ALL: Final = Chars(((0, ANY_CHAR),))
LINE: Final = Either((Sequence((Chars(_of("\r")), Chars(_of("\n")))), Chars(_VERTICAL)))
_NAMED: Final = {
    "Lower": Chars(_LOWER),
    "Upper": Chars(_UPPER),
    "ASCII": Chars(((0, 0x7F),)),
    "Alpha": Chars(_ALPHA),
    "Digit": Chars(_DIGIT),
    "Alnum": Chars(_ALPHA + _DIGIT),
    "Punct": Chars(_PUNCT),
    "Graph": Chars(((0x21, 0x7E),)),
    "Print": Chars(((0x20, 0x7E),)),
    "Blank": Chars(_of(" \t")),
    "Cntrl": Chars(((0, 0x1F), (0x7F, 0x7F))),
    "XDigit": Chars((*_DIGIT, (0x41, 0x46), (0x61, 0x66))),
    "Space": Chars(_SPACE),
}
_CATEGORIES: Final = frozenset(
    [
        "L",
        "Lu",
        "Ll",
        "Lt",
        "Lm",
        "Lo",
        "LC",
        "LD",
        "L1",
        "M",
        "Mn",
        "Mc",
        "Me",
        "N",
        "Nd",
        "Nl",
        "No",
        "P",
        "Pc",
        "Pd",
        "Ps",
        "Pe",
        "Pi",
        "Pf",
        "Po",
        "S",
        "Sm",
        "Sc",
        "Sk",
        "So",
        "Z",
        "Zs",
        "Zl",
        "Zp",
        "C",
        "Cc",
        "Cf",
        "Co",
        "Cs",
        "Cn",
        "all",
    ]
)


def named(name: str) -> Chars | None:
    """The class in ``\\p{name}``; all characters for one of Unicode's, None for a name that Java does not know."""
    if name in _NAMED:
        return _NAMED[name]
    known = name in _CATEGORIES or name.startswith(("Is", "In", "java")) or "=" in name
    return ALL if known else None
