"""Control characters are shown as escapes, and all other text as it is."""

import pytest

from modules.messages.escaping import escaped, on_one_line


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("x\x1b[2J\x1b[Hnothing", "x\\x1b[2J\\x1b[Hnothing"),
        ("\x00\x07\x7f\x9b", "\\x00\\x07\\x7f\\x9b"),
        ("a\rb", "a\\rb"),
        ("right \u202e to left", "right \\u202e to left"),
        ("\ud800", "\\ud800"),
        ("two\nlines\tand a tab", "two\nlines\tand a tab"),
        ("größer, 日本, \U0001f600", "größer, 日本, \U0001f600"),
    ],
)
def test_what_a_terminal_would_act_on_is_escaped(text: str, shown: str) -> None:
    assert escaped(text) == shown
    escaped(text).encode()


def test_one_line() -> None:
    assert on_one_line(" a\n b\x1b\tc\u2028") == "a b\\x1b c"
