"""Secrets are found by their shapes, and nothing else is."""

import random
import string
import time

import pytest

from modules.messages import tokens
from tests.unit.messages.secret_shapes import BODY, CONTEXTS, HARMLESS, KEY, PASSWORD, SECRET_KEY, TOKENS

AROUND = ("{}", "\x1b[1m{}\x1b[0m", "before {} after", '"{}"', "`{}`,", "x={}", "key: {}", "[{}]", "({})", "{}.")
PLACES = ("{}", "\x1b[31m{}\x1b[0m", "| {} |", "warning: {}")


@pytest.mark.parametrize(("kind", "token"), [(kind, token) for kind, listed in TOKENS.items() for token in listed])
def test_a_token_is_found_and_hidden_wherever_it_stands(kind: str, token: str) -> None:
    for around in AROUND:
        text = around.format(token)
        assert tokens.kind(text) == kind, text
        assert token not in tokens.hidden(text)
        assert BODY not in tokens.hidden(text)
    assert tokens.hidden(f"one {token} and {token} more") == "one (hidden) and (hidden) more"


@pytest.mark.parametrize("context", CONTEXTS)
def test_a_password_is_hidden_and_the_text_around_it_is_not(context: str) -> None:
    text = context.format(PASSWORD)
    assert tokens.kind(text)
    for place in PLACES:
        assert PASSWORD not in tokens.hidden(place.format(text)), place
    assert tokens.hidden(text)[:5] == text[:5]


@pytest.mark.parametrize("text", HARMLESS)
def test_what_only_looks_like_a_secret_is_unchanged(text: str) -> None:
    assert (tokens.kind(text), tokens.hidden(text)) == (None, text)


def test_a_part_of_a_private_key_is_hidden() -> None:
    """The beginning and the end of a log are cut off anywhere."""
    assert BODY not in tokens.hidden(KEY[:60])
    assert BODY not in tokens.hidden(KEY[40:])


def test_random_secret_access_keys_are_found_and_digests_are_not() -> None:
    chosen = random.Random(18)
    keys = ["".join(chosen.choices(string.ascii_letters + string.digits + "/+", k=40)) for _ in range(2000)]
    assert sum(tokens.kind(key) is not None for key in keys) >= 1980
    assert all(tokens.kind(f"aws_secret_access_key: {key}") for key in keys)
    digests = ["".join(chosen.choices("0123456789abcdef", k=length)) for length in (32, 40, 64) for _ in range(500)]
    assert [digest for digest in digests if tokens.kind(digest)] == []


def test_hidden_text_has_nothing_left_to_hide() -> None:
    text = "\n".join([*(context.format(PASSWORD) for context in CONTEXTS), KEY, SECRET_KEY])
    assert tokens.hidden(tokens.hidden(text)) == tokens.hidden(text)


@pytest.mark.parametrize(
    "unit", ["a", "://:", "password=", "A1b/", "eyJ", "-----BEGIN PRIVATE KEY-----\n", "x/", "\\n", "'"]
)
def test_a_long_text_is_read_in_linear_time(unit: str) -> None:
    began = time.process_time()
    tokens.hidden(unit * (200_000 // len(unit)))
    assert time.process_time() - began < 2
