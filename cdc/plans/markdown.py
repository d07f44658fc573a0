"""Markdown that reads well as it is written: values stand in code spans, so that nothing in them is markup."""

from collections.abc import Iterable
from typing import Final

# A comment on GitHub holds 65,536 characters, and whoever posts it adds words of its own.
LIMIT: Final = 60_000
_MANY: Final = 40
_LONG: Final = 300


def code(value: object) -> str:
    """``value`` in one line and a code span, which nothing in it can end."""
    text = "".join(char if char.isprintable() else " " for char in str(value)).replace("`", "'")
    text = " ".join(text.split())
    return f"`{text if len(text) <= _LONG else f'{text[: _LONG - 1]}…'}`"


def codes(values: Iterable[object]) -> str:
    """``a``, ``b`` and how many more."""
    all_ = [*values]
    more = f" and {len(all_) - _MANY} more" if len(all_) > _MANY else ""
    return ", ".join(map(code, all_[:_MANY])) + more


def cut(text: str, *, limit: int = LIMIT) -> str:
    """``text``, and where it is longer than ``limit`` its first lines and a line that says so."""
    if len(text) <= limit:
        return text
    told = "\n**Cut here: {} more lines; `terraform show tfplan` has them all.**\n"
    lines = text.splitlines(keepends=True)
    kept, size = 0, len(told) + 10
    while size + len(lines[kept]) <= limit:
        size += len(lines[kept])
        kept += 1
    return "".join(lines[:kept]) + told.format(len(lines) - kept)
