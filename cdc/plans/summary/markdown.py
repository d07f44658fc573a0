"""Markdown that is readable unrendered too: values are in code spans, so nothing in them is markup."""

from collections.abc import Iterable
from typing import Final

from modules.messages.escaping import on_one_line

# A comment on GitHub is limited to 65,536 characters, and the tool that posts it adds text.
LIMIT: Final = 60_000
_MANY: Final = 40
_LONG: Final = 300


def code(value: object) -> str:
    """``value`` on one line in a code span that its content cannot close."""
    text = on_one_line(value).replace("`", "'")
    return f"`{text if len(text) <= _LONG else f'{text[: _LONG - 1]}…'}`"


def codes(values: Iterable[object]) -> str:
    """``a``, ``b`` and the number of further values."""
    all_ = [*values]
    more = f" and {len(all_) - _MANY} more" if len(all_) > _MANY else ""
    return ", ".join(map(code, all_[:_MANY])) + more


def cut(text: str, *, limit: int = LIMIT) -> str:
    """``text``; where it is longer than ``limit``, its first lines and a notice."""
    if len(text) <= limit:
        return text
    notice = "\n**Truncated: {} more lines; see `terraform show tfplan`.**\n"
    lines = text.splitlines(keepends=True)
    kept, size = 0, len(notice) + 10
    while size + len(lines[kept]) <= limit:
        size += len(lines[kept])
        kept += 1
    return "".join(lines[:kept]) + notice.format(len(lines) - kept)
