"""The streams of a command print no secret, however it is written to them."""

import io
import sys

import pytest
from rich.console import Console

from modules.messages.output import FilteredStream, filtered
from tests.unit.messages.secret_shapes import ACCESS_KEY, BODY, KEY


def written(*texts: str, flushed: bool = False) -> str:
    plain = io.StringIO()
    stream = FilteredStream(plain)
    for text in texts:
        stream.write(text)
        if flushed:
            stream.flush()
    stream.flush()
    return plain.getvalue()


def test_text_without_secrets_is_unchanged() -> None:
    text = "one line\n\n  and\tmore, größer, without an end"
    assert written(text) == written(*text) == text


def test_control_characters_are_escaped_but_those_of_a_console() -> None:
    plain = io.StringIO()
    stream = FilteredStream(plain)
    stream.write("a\x1b[2J\r")
    stream.styled.write(f"\x1b[1mb{ACCESS_KEY}\x1b[0m\n")
    stream.styled.flush()
    assert plain.getvalue() == "a\\x1b[2J\\r\x1b[1mb(hidden)\x1b[0m\n"


def test_a_secret_in_several_pieces_is_hidden() -> None:
    """As json.dump writes it: piece by piece."""
    assert written("{", '"password"', ": ", '"hunter2"', "}\n") == '{"password": "(hidden)"}\n'
    assert written(*f"key {ACCESS_KEY}\n") == "key (hidden)\n"


@pytest.mark.parametrize("flushed", [False, True])
def test_a_private_key_is_hidden_line_by_line(flushed: bool) -> None:
    lines = [f"  {line}\n" for line in KEY.splitlines()]
    found = written("before\n", *lines, "after the key\n", flushed=flushed)
    assert BODY not in found
    assert found.startswith("before\n  (hidden)")
    assert found.endswith("after the key\n")


def test_text_after_a_key_without_an_end_is_printed() -> None:
    found = written(*(f"{line}\n" for line in [*KEY.splitlines()[:2], "error: cannot be read", "second line"]))
    assert found == "(hidden)error: cannot be read\nsecond line\n"


def test_nothing_is_written_past_the_filter() -> None:
    stream = FilteredStream(io.TextIOWrapper(io.BytesIO(), encoding="utf-8"))
    assert stream.encoding == "utf-8"
    assert not stream.isatty()
    assert not hasattr(stream, "buffer")
    for one in (stream, stream.styled):
        with pytest.raises(TypeError, match="must be text, got bytes"):
            one.write(b"")  # type: ignore[arg-type]


def test_both_streams_are_filtered_within_the_block(capsys: pytest.CaptureFixture[str]) -> None:
    before = sys.stdout, sys.stderr
    with filtered(), filtered():
        print(ACCESS_KEY, end="")
        print(ACCESS_KEY, file=sys.stderr)
        Console(stderr=True).print("password=hunter2")
    assert (sys.stdout, sys.stderr) == before
    assert tuple(capsys.readouterr()) == ("(hidden)", "(hidden)\npassword=(hidden)\n")


def test_an_error_that_ends_the_block_is_printed_to_its_last_character(capsys: pytest.CaptureFixture[str]) -> None:
    @filtered()
    def command() -> None:
        print("the last words", end="")
        raise SystemExit(1)

    with pytest.raises(SystemExit):
        command()
    assert capsys.readouterr().out == "the last words"
