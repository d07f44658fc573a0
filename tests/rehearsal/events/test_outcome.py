"""What became of the events decides whether a rehearsal passed."""

from collections import Counter
from typing import Any

import pytest

from rehearsal.events.results import NO_RECORD, Flow
from rehearsal.outcome import Outcome


def outcome(**changes: Any) -> Outcome:
    return Outcome(environment="shop", substitutions=(), steps=(), second_plan_empty=True, **changes)


def flow(**counts: Any) -> Flow:
    return Flow("cdc-shop", "shop.orders", rows=True, **counts)


def test_dropped_events_and_duplicates_are_no_failure() -> None:
    found = outcome(flows=[flow(topics=Counter(a=3), dropped=Counter({"f (Filter)": 2}))], duplicates=4)
    assert found.passed
    assert (found.dropped, found.document["dropped"], found.document["duplicates"]) == (2, 2, 4)
    assert found.document["flows"] == [
        {
            "connector": "cdc-shop", "source": "shop.orders", "topics": {"a": 3}, "dropped": {"f (Filter)": 2},
            "lost": {}, "duplicates": 0,
        }
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "failures"),
    [
        (
            {"lost": 2, "flows": [flow(lost=Counter({NO_RECORD: 2})), flow(topics=Counter(a=1))]},
            ["2 events were lost", "cdc-shop: shop.orders -> lost 2: no source record"],
        ),
        ({"silent": ["cdc-shop: every row event was dropped: 1 by f (Filter)"]}, ["cdc-shop: every row event was"]),
        ({"undecodable": ["a, partition 0, offset 1: cannot be decoded: x"]}, ["a, partition 0, offset 1: cannot"]),
    ],
    ids=["lost", "silent", "undecodable"],
)
def test_what_is_lost_silent_or_unreadable_is_a_failure(changes: dict[str, Any], failures: list[str]) -> None:
    found = outcome(**changes)
    assert not found.passed
    assert len(found.failures) == len(failures)
    assert all(said.startswith(start) for said, start in zip(found.failures, failures, strict=True))
