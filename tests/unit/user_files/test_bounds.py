"""YAML and JSON within the bounds pass; beyond them they are refused in the time that their text takes to read."""

import time

import pytest
import yaml

from modules.user_files.bounds import (
    MOST_DEPTH,
    MOST_VALUES,
    JsonDepthError,
    YamlBoundError,
    check_yaml,
    parsed_json,
)

SECONDS = 1
BOMB = "a0: &a0 [x, x, x, x, x, x, x]\n" + "".join(
    f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 7)}]\n" for level in range(1, 20)
)
MERGED = "a0: &a0 {x: 1}\n" + "".join(
    f"a{level}: &a{level}\n  <<: [{', '.join([f'*a{level - 1}'] * 7)}]\n" for level in range(1, 20)
)
CHAIN = "a0: &a0 [x]\n" + "".join(f"a{level}: &a{level} [*a{level - 1}]\n" for level in range(1, MOST_DEPTH + 1))


@pytest.mark.parametrize(
    "text",
    [
        "[" * MOST_DEPTH + "]" * MOST_DEPTH,
        "a: &a [b, c]\nd: [*a, *a]\n",
        "a: &a {b: c}\nd: {<<: *a, e: f}\n",
        "a: &a b\n---\na: &a c\nd: *a\n",
        "",
    ],
)
def test_ordinary_yaml_passes(text: str) -> None:
    check_yaml(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[" * (MOST_DEPTH + 1) + "]" * (MOST_DEPTH + 1), "nested at most 100 deep"),
        ("[" * 40_000, "nested at most 100 deep"),
        ("{a: " * 40_000, "nested at most 100 deep"),
        ("- " * 40_000, "nested at most 100 deep"),
        ("? " * 40_000, "nested at most 100 deep"),
        (CHAIN, "nested at most 100 deep"),
        (BOMB, "at most 200000 values, aliases written out"),
        (MERGED, "at most 200000 values, aliases written out"),
        ("[" + "x," * (MOST_VALUES + 1) + "]", "at most 200000 values"),
        (f"a: &a {'x' * 100_000}\nb: [{'*a,' * 5_000}]", "at most 200000 values"),
        ("a: &a [b, *a]", "an alias stands for itself"),
    ],
)
def test_yaml_beyond_the_bounds_is_refused_soon(text: str, message: str) -> None:
    began = time.monotonic()
    with pytest.raises(YamlBoundError, match=message) as refused:
        check_yaml(text)
    assert refused.value.line >= 1
    assert time.monotonic() - began < 2 * SECONDS


def test_invalid_yaml_is_yamls_own_error() -> None:
    with pytest.raises(yaml.YAMLError, match="expected"):
        check_yaml("a: [b\nc: }")


def test_json_may_be_as_deep_as_allowed_and_no_deeper() -> None:
    parsed_json("[" * MOST_DEPTH + "]" * MOST_DEPTH)
    parsed_json(b'{"a": 1}')
    for deep in ("[" * (MOST_DEPTH + 1) + "]" * (MOST_DEPTH + 1), '{"a":' * 500 + "1" + "}" * 500, "[" * 500_000):
        with pytest.raises(JsonDepthError, match="nested at most 100 deep"):
            parsed_json(deep)
