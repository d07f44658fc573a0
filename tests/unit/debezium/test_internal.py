"""Two patterns overlap where some name matches both."""

import fnmatch
import random
from itertools import product

import pytest

from modules.debezium.internal import overlap

NAMES = ["".join(letters) for length in range(8) for letters in product("ab", repeat=length)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("orders.*", "orders.eu.*"),
        ("*", ""),
        ("o*", "*s"),
        ("orders", "orders"),
        ("a*b*c", "a.b.c"),
        ("*" * 200, "x*y" * 50),
    ],
)
def test_overlapping_patterns(one: str, other: str) -> None:
    assert overlap(one, other)
    assert overlap(other, one)


@pytest.mark.parametrize(
    ("one", "other"), [("orders.*", "orders"), ("orders*", "stock*"), ("", "a"), ("a*b", "a*c"), ("__*", "_x*")]
)
def test_patterns_apart(one: str, other: str) -> None:
    assert not overlap(one, other)
    assert not overlap(other, one)


def test_random_patterns() -> None:
    """Every overlap of patterns this short has a name of at most seven letters."""
    chosen = random.Random(18)
    for _ in range(500):
        one, other = ("".join(chosen.choices("ab*", k=chosen.randint(0, 4))) for _ in range(2))
        names = (name for name in NAMES if fnmatch.fnmatchcase(name, one) and fnmatch.fnmatchcase(name, other))
        assert overlap(one, other) == (next(names, None) is not None), (one, other)
