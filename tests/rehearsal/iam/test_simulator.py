"""Our decisions beside those of the simulator that the policy tests run: one process for the whole table."""

from collections import Counter
from itertools import islice

import pytest

from tests.needs import missing
from tests.policies import simulator
from tests.policies.simulator import Verdict
from tests.rehearsal.iam.policy_cases import Row, disputed, rows

AGREED = list(rows())
DISPUTED = list(disputed())


@pytest.fixture(scope="module")
def verdicts() -> dict[str, list[Verdict]]:
    """What the simulator says of each row, by its name: of a boundary apart."""
    if not (simulator.HERE / "node_modules/.installed").is_file():
        missing("tests/policies/node_modules, which make test installs")
    table = [*AGREED, *DISPUTED]
    asked = [row.simulated() for row in table]
    told = iter(simulator.simulate(one for requests in asked for one in requests))
    return {row.name: list(islice(told, len(requests))) for row, requests in zip(table, asked, strict=True)}


@pytest.mark.parametrize("row", AGREED, ids=lambda row: row.name)
def test_both_say_what_is_known(row: Row, verdicts: dict[str, list[Verdict]]) -> None:
    decision, simulated = row.decision(), verdicts[row.name]
    assert decision.allowed is row.allowed
    assert all(verdict.allowed for verdict in simulated) is row.allowed
    if row.allowed:
        assert {match.statement.sid for match in decision.matching} == set(simulated[0].statements)
    elif not row.boundary:
        # Of a refusal for want of an Allow the simulator names every statement, of a Deny those that deny.
        assert (decision.why == "explicit deny") is row.allowing.isdisjoint(simulated[0].statements)


@pytest.mark.parametrize("row", DISPUTED, ids=lambda row: row.name)
def test_here_the_user_guide_says_otherwise(row: Row, verdicts: dict[str, list[Verdict]]) -> None:
    """Where this fails the simulator has learned: the row belongs to the others then."""
    assert row.decision().allowed is row.allowed
    assert [verdict.allowed for verdict in verdicts[row.name]] == [not row.allowed]


def test_the_table_is_wide_enough() -> None:
    assert len(AGREED) >= 40
    assert Counter(row.allowed for row in AGREED)[False] >= 40
    names = [row.name for row in (*AGREED, *DISPUTED)]
    assert len(set(names)) == len(names)
