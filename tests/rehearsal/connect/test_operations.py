"""What became of an operation of MSK Connect: each state that its API names."""

import pytest

from rehearsal.connect.operations import Operation, of


@pytest.mark.parametrize("state", ["PENDING", "UPDATE_IN_PROGRESS", "RESTART_IN_PROGRESS", "ROLLBACK_IN_PROGRESS"])
def test_it_is_under_way(state: str) -> None:
    found = Operation("UPDATE_WORKER_SETTING", state, "")
    assert found.under_way
    assert not found.failed


@pytest.mark.parametrize("state", ["UPDATE_COMPLETE", "RESTART_COMPLETE", "PAUSE_COMPLETE", "RESUME_COMPLETE"])
def test_it_did_what_it_was_to_do(state: str) -> None:
    found = Operation("PAUSE_CONNECTOR", state, "")
    assert not found.under_way
    assert not found.failed
    assert found.outcome == state


@pytest.mark.parametrize(
    ("state", "outcome"),
    [
        ("UPDATE_FAILED", "UPDATE_FAILED: no such class"),
        ("RESTART_FAILED", "RESTART_FAILED: no such class"),
        ("ROLLBACK_FAILED", "ROLLBACK_FAILED: no such class"),
        ("ROLLBACK_COMPLETE", "ROLLBACK_COMPLETE, so what ran before runs again: no such class"),
    ],
)
def test_it_failed_though_it_ended(state: str, outcome: str) -> None:
    answer = {
        "connectorOperationType": "UPDATE_CONNECTOR_CONFIGURATION",
        "connectorOperationState": state,
        "errorInfo": {"code": "X", "message": "no such class"},
    }
    found = of(answer)
    assert found.failed
    assert not found.under_way
    assert found.outcome == outcome


def test_an_error_may_be_missing() -> None:
    assert Operation("RESTART_CONNECTOR", "RESTART_FAILED", "").outcome == "RESTART_FAILED"
