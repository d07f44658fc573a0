"""Follows an operation of MSK Connect to its end, and reports it."""

import time
from typing import Any, Final

from cdc.console import err, fail, out
from rehearsal.connect import operations

_EVERY_SECONDS: Final = 2
_LONGEST_SECONDS: Final = 1800


def followed(client: Any, operation: str, *, doing: str) -> dict[str, Any]:
    """The operation once it has ended, or as it is after half an hour."""
    deadline = time.monotonic() + _LONGEST_SECONDS
    with err.status(doing) as status:
        while True:
            found: dict[str, Any] = client.describe_connector_operation(connectorOperationArn=operation)
            if not operations.of(found).under_way or time.monotonic() > deadline:
                return found
            status.update(f"{doing}: {_step(found)}")
            time.sleep(_EVERY_SECONDS)


def report(connector: str, ended: dict[str, Any], *, next_step: str) -> None:
    """Prints the state of an operation that has ended; one that did not succeed ends the command."""
    operation = operations.of(ended)
    if operation.failed or operation.under_way:
        fail(f"{connector}: {operation.outcome}; next: {next_step}")
    out.print(f"{connector}: {operation.outcome}", markup=False)


def _step(found: dict[str, Any]) -> str:
    """The step that is under way, else the operation's state."""
    steps = found.get("operationSteps") or []
    now = next((one["stepType"] for one in steps if one["stepState"] == "IN_PROGRESS"), None)
    return str(now or found["connectorOperationState"])
