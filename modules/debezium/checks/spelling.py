"""The name that was meant: other case, other signs between the words, letters that only look alike, a slip."""

import unicodedata
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from functools import lru_cache
from typing import Final

from modules.debezium.definitions import Release

# Less alike is another word: of names with so many parts in common difflib's own 0.6 finds one for anything.
_ALIKE_ENOUGH: Final = 0.75
# Cyrillic and Greek letters that look like Latin ones.
_ALIKE: Final = str.maketrans("аеорсухіјѕԁһոԛԝɡαονρτυικ", "aeopcyxijsdhnqwgaovptuik")
_SAID: Final = {
    "\u00a0": "a no-break space",
    "\u00ad": "a soft hyphen",
    "\u200b": "a zero-width space",
    "\u200c": "a zero-width non-joiner",
    "\u200d": "a zero-width joiner",
    "\u2060": "a word joiner",
    "\ufeff": "a byte order mark",
    "\t": "a tab",
    "\n": "a line break",
    " ": "a space",
}


def strange(name: str) -> str | None:
    """The first character that no property's name has, in words."""
    char = next((char for char in name if not (char.isascii() and char.isprintable() and char != " ")), None)
    if char is None:
        return None
    said = _SAID.get(char) or ("the letter" if char.isalpha() else "the character")
    shown = f" {char}" if char.isprintable() and char not in _SAID else ""
    return f"{said}{shown} (U+{ord(char):04X})"


def plain(name: str) -> str:
    """``name`` in letters that names have: what cannot be seen is gone, what looks alike is replaced."""
    seen = "".join(char for char in unicodedata.normalize("NFKC", name) if char.isprintable() and not char.isspace())
    return "".join(char for char in seen if unicodedata.category(char) != "Cf").translate(_ALIKE)


def squeezed(name: str) -> str:
    """Equal for names that differ only in case and in the signs between words."""
    return "".join(char for char in name.lower() if char.isalnum())


@lru_cache(maxsize=8)
def _known(release: Release) -> Mapping[str, str]:
    """Every name of the connector itself, squeezed."""
    names = [*release.connector, *release.connect]
    return {squeezed(name): name for name in names}


def respelled(name: str, release: Release, others: Iterable[str] = ()) -> str | None:
    """The known name that differs from ``name`` only in case or signs."""
    key = squeezed(plain(name))
    return _known(release).get(key) or next((other for other in others if squeezed(other) == key), None)


def close(name: str, release: Release, others: Iterable[str] = ()) -> str | None:
    """The known name that was probably meant."""
    candidates = [*release.connector, *release.connect, *others]
    word = plain(name)
    return _transposed(word.lower(), candidates) or next(
        iter(get_close_matches(word, candidates, n=1, cutoff=_ALIKE_ENOUGH)), None
    )


def _transposed(word: str, candidates: Iterable[str]) -> str | None:
    """The same words in another order: ``delete.on.tombstones``."""
    words = sorted(word.replace("_", ".").replace("-", ".").split("."))
    return next((name for name in candidates if sorted(name.split(".")) == words), None)
