"""Compares our decisions with the simulator of the policy tests: one process for the whole table."""

from collections import Counter
from itertools import islice

import pytest

from tests.needs import missing
from tests.policies import simulator
from tests.policies.simulator import Verdict
from tests.rehearsal.iam.policies.policy_cases import Row, disputed, rows

AGREED = list(rows())
DISPUTED = list(disputed())


@pytest.fixture(scope="module")
def verdicts() -> dict[str, list[Verdict]]:
    """The simulator's verdicts for each row, by its name; a boundary has its own."""
    if not (simulator.HERE / "node_modules/.installed").is_file():
        missing("tests/policies/node_modules, which make test installs")
    table = [*AGREED, *DISPUTED]
    requests_by_row = [row.simulated() for row in table]
    verdicts_in_order = iter(simulator.simulate(one for requests in requests_by_row for one in requests))
    return {
        row.name: list(islice(verdicts_in_order, len(requests)))
        for row, requests in zip(table, requests_by_row, strict=True)
    }


@pytest.mark.parametrize("row", AGREED, ids=lambda row: row.name)
def test_both_decide_as_known(row: Row, verdicts: dict[str, list[Verdict]]) -> None:
    decision, simulated = row.decision(), verdicts[row.name]
    assert decision.allowed is row.allowed
    assert all(verdict.allowed for verdict in simulated) is row.allowed
    if row.allowed:
        assert {match.statement.sid for match in decision.matching} == set(simulated[0].statements)
    elif not row.boundary:
        # Where no statement allows it the simulator names every statement, for a Deny those that deny.
        assert (decision.reason == "explicit deny") is row.allowing.isdisjoint(simulated[0].statements)


@pytest.mark.parametrize("row", DISPUTED, ids=lambda row: row.name)
def test_cases_where_the_user_guide_differs_from_the_simulator(row: Row, verdicts: dict[str, list[Verdict]]) -> None:
    """Where this fails the simulator was corrected: move the row to the others."""
    assert row.decision().allowed is row.allowed
    assert [verdict.allowed for verdict in verdicts[row.name]] == [not row.allowed]


def test_the_table_has_enough_cases() -> None:
    assert len(AGREED) >= 40
    assert Counter(row.allowed for row in AGREED)[False] >= 40
    names = [row.name for row in (*AGREED, *DISPUTED)]
    assert len(set(names)) == len(names)
