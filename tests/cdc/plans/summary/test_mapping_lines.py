"""What a reviewer reads about the mappings of Lambda functions."""

import json
from datetime import date

import pytest

from cdc.plans.overrides import apply
from cdc.plans.reading.plan import parse
from cdc.plans.summary.page import summary
from cdc.pricing.prices import known
from tests.cdc.plans.checks.mapping_cases import FUNCTION, TYPE, mapping, queue, replaced
from tests.cdc.plans.small import change, plan
from tests.synthesized import Document

HEAD = f"- `orders.orders.items` to the function `{FUNCTION}` is "


def lines(document: Document) -> list[str]:
    read = parse(json.dumps(document).encode(), "plan.json")
    text = summary([read], apply([], (), today=date(2026, 11, 1)), prices=known(None)).splitlines()
    return [line for line in text if line.startswith(("- ", "  - "))]


def test_a_new_mapping_says_where_it_begins() -> None:
    assert lines(plan(change(TYPE, None, mapping()))) == [
        f"{HEAD}added",
        "  - consumer group: `receipts`",
        "  - without a committed offset it begins at the first event that the topic has: again, if it was read",
    ]


@pytest.mark.parametrize(
    ("position", "begins"), [("TRIM_HORIZON", "at the first event that the topic has"), ("LATEST", "at the next event")]
)
def test_another_group_begins_anew(position: str, begins: str) -> None:
    before, after = (mapping(group, starting_position=position) for group in ("receipts", "invoices"))
    first, second, third = lines(replaced(before, after))
    assert (first, third) == (f"{HEAD}replaced", "  - consumer group: `receipts` → `invoices`")
    assert begins in second


def test_with_its_group_a_mapping_goes_on() -> None:
    assert lines(replaced(mapping(), mapping(starting_position="LATEST"))) == [
        f"{HEAD}replaced",
        "  - starting position: `TRIM_HORIZON` → `LATEST`",
    ]
    assert lines(plan(change(TYPE, mapping(), mapping(batch_size=500)))) == [
        f"{HEAD}changed",
        "  - batch size: `100` → `500`",
    ]


def test_a_removed_mapping() -> None:
    assert lines(plan(change(TYPE, mapping(), None))) == [
        f"{HEAD}removed",
        "  - the function gets no more events; Kafka keeps the offset of `receipts` for 7 days",
    ]


def test_a_queue_is_another_resource() -> None:
    assert lines(plan(change(TYPE, None, queue()))) == [f"- `{TYPE}`: 1 added"]
