"""The checks against the judge that counts: what Debezium and Kafka Connect refuse, the checks refuse too."""

from random import Random
from typing import Final

import pytest

from modules.debezium.checks import values
from modules.debezium.definitions import release
from tests.cdc.deep import lab
from tests.cdc.deep.valid_configurations import drawn
from tests.unit.debezium.checks.connectors import Properties, errors
from tests.unit.debezium.checks.test_good import GOOD

# What people write by mistake, whatever the property.
SLIPS: Final = (
    *("", " ", "x", "a,", "a,,b", "a b", "a:b:c", "*", "(", "[a-z", "\\", "ü", "none", "null", "FAIL", " skip "),
    *("-1", "0", "1.5", "1e3", "-2147483649", "99999999999999999999", "true ", "TRUE", "yes", "${a}"),
)
PARTS: Final = (
    *("a", "b", ".", r"\.", "[ab]", "[^a]", r"\d", "(", "(?:", "(?i)", "|", ")", "*", "+", "?", "{2}", "{", "}"),
    *("^", "$", "[a-c&&[^b]]", "[", "-", r"\Q.\E", r"\b", "(?=a)", "(?<n>", r"\k<n>", r"\1", r"\p{Alpha}"),
    *(r"\p{L}", "[]", "[^]a]", "(?>", "*+", r"\R", r"\z", r"\e", r"\q", "&&", r"\x41", r"\u0041", r"\0101"),
    *("(?-i)", "_", "$1", "orders"),
)
OURS_ALONE: Final = ("a short class name",)  # an alias, which a worker resolves


def slipped(random: Random, version: str, worker: str) -> Properties:
    """A valid configuration with one wrong value, or with one that is missing."""
    properties = drawn(release(version, worker), random)
    key = random.choice(sorted(properties))
    if random.random() < 0.25:
        return {name: value for name, value in properties.items() if name != key}
    return {**properties, key: random.choice(SLIPS)}


def text(properties: Properties) -> dict[str, str]:
    return {key: str(value).lower() if isinstance(value, bool) else str(value) for key, value in properties.items()}


@pytest.mark.parametrize(("version", "worker", "seed"), [("3.6.1.Final", "3.7.x", 6), ("2.7.4.Final", "2.7.1", 9)])
def test_what_debezium_refuses_is_refused_before(version: str, worker: str, seed: int) -> None:
    random = Random(seed)
    cases = [slipped(random, version, worker) for _ in range(400)]
    answers = lab.findings([text(case) for case in cases], version, worker)
    assert sum(map(bool, answers)) > 150
    missed = [
        (case, answer[0]) for case, answer in zip(cases, answers, strict=True) if answer and not errors(case, version)
    ]
    assert missed == []


def test_what_looks_odd_and_is_right_is_taken_by_debezium() -> None:
    known = {name: case for name, case in GOOD.items() if "com.example" not in str(case) and name not in OURS_ALONE}
    answers = lab.findings([text(case) for case in known.values()])
    assert [(name, answer) for name, answer in zip(known, answers, strict=True) if answer] == []


def test_expressions_compile_as_in_java() -> None:
    random = Random(1)
    expressions = ["".join(random.choices(PARTS, k=random.randint(1, 6))) for _ in range(800)]
    answers = lab.findings([{"column.exclude.list": each} for each in expressions])
    refused = {each for each, answer in zip(expressions, answers, strict=True) if answer}
    assert 200 < len(refused) < 700
    assert {each for each in expressions if values.regex_list(each)} == refused
