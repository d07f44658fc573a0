"""Splits SQL scripts into statements as MySQL's client does: comments, DELIMITER (MySQL manual, 4.5.1)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

# A delimiter inside a string, a quoted name or a comment does not count; /*! and /*+ are not comments.
_QUOTED: Final = r"""'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.|"")*"|`[^`]*`"""
_COMMENT: Final = r"#[^\n]*|--(?=\s|\Z)[^\n]*|/\*(?![!+]).*?\*/"
_BETWEEN: Final = re.compile(rf"(?:\s+|{_COMMENT})*", re.DOTALL)
_DELIMITER: Final = re.compile(r"delimiter[ \t]+(\S+)[^\n]*", re.IGNORECASE)


@dataclass(frozen=True)
class Statement:
    """A statement, and its first line."""

    text: str
    line: int


def statements(script: str) -> Iterator[Statement]:
    """Each statement without its delimiter; the last one needs none."""
    token, at, line, counted = _token(";"), 0, 1, 0
    while (start := _after(_BETWEEN, script, at)) < len(script):
        if change := _DELIMITER.match(script, start):
            token, at = _token(change[1]), change.end()
            continue
        found = next((match for match in token.finditer(script, start) if match.lastgroup == "delimiter"), None)
        end, at = found.span() if found else (len(script), len(script))
        line, counted = line + script.count("\n", counted, start), start
        if text := script[start:end].strip():
            yield Statement(text, line)


def _token(delimiter: str) -> re.Pattern[str]:
    """Matches the delimiter, or a token in which it does not count."""
    return re.compile(rf"(?P<delimiter>{re.escape(delimiter)})|(?P<whole>{_QUOTED}|{_COMMENT})", re.DOTALL)


def _after(pattern: re.Pattern[str], text: str, at: int) -> int:
    match = pattern.match(text, at)
    return match.end() if match else at
