"""Names that nothing reads are refused, each once and with the right one."""

import re

import pytest

from modules.debezium import reserved
from tests.unit.debezium.checks.connectors import UNWRAP, errors, found, warnings
from tests.unit.debezium.checks.wrong_names import NAMES, OWNED, Wrong


@pytest.mark.parametrize("wrong", NAMES, ids=lambda wrong: f"{wrong.key!a}-{wrong.release}")
def test_a_wrong_name_is_refused_once(wrong: Wrong) -> None:
    refused = errors(wrong.properties, wrong.release)
    assert list(refused) == [wrong.key]
    assert wrong.text in refused[wrong.key]


@pytest.mark.parametrize("wrong", OWNED, ids=lambda wrong: wrong.key)
def test_what_the_file_says_elsewhere_is_a_rule_of_its_own(wrong: Wrong) -> None:
    assert wrong.text in (reserved.refusal(wrong.key) or "")
    assert errors(wrong.properties) == {}


def test_a_release_without_definitions_warns_of_what_it_does_not_know() -> None:
    for release in ("3.5.2.Final", "3.7.0.Final", "2.5.4.Final"):
        assert errors({"frobnicate": 1}, release) == {}
        assert re.search("judged by what is known of", warnings({"frobnicate": 1}, release)["frobnicate"])


def test_a_release_without_definitions_still_refuses_what_is_sure() -> None:
    assert list(errors({"column.blacklist": "x", "max.batch.size": "x"}, "3.5.2.Final")) == [
        "column.blacklist",
        "max.batch.size",
    ]


def test_properties_behind_a_class_of_ones_own_are_not_judged() -> None:
    properties = {"transforms": "t", "transforms.t.type": "com.example.Tokenize", "transforms.t.anything": "x"}
    assert found(properties) == ()


def test_of_two_mistakes_each_is_said_in_its_place() -> None:
    refused = errors({**UNWRAP, "max.batch.sise": 1, "transforms.u.add.feilds": "op", "acks": "1"})
    assert sorted(refused) == ["acks", "max.batch.sise", "transforms.u.add.feilds"]
