"""Values, lists, combinations, patterns, topics and classes: each mistake is refused once, in its place."""

import pytest

from tests.unit.debezium.checks.connectors import errors
from tests.unit.debezium.checks.wrong_names import NAMES, OWNED, Wrong
from tests.unit.debezium.checks.wrong_options import OPTIONS
from tests.unit.debezium.checks.wrong_values import VALUES


@pytest.mark.parametrize(
    "wrong", [*VALUES, *OPTIONS], ids=lambda wrong: f"{wrong.key}={wrong.properties.get(wrong.key)}"
)
def test_a_wrong_value_is_refused_once(wrong: Wrong) -> None:
    refused = errors(wrong.properties, wrong.release)
    assert list(refused) == [wrong.key]
    assert wrong.text in refused[wrong.key]


def test_the_tables_hold_many_mistakes() -> None:
    assert len([*NAMES, *OWNED, *VALUES]) >= 200
