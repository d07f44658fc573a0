"""Follows an operation of MSK Connect to its end, and reports it."""

import time
from typing import Any, Final

from cdc.console import err, fail, out

_EVERY_SECONDS: Final = 2
_LONGEST_SECONDS: Final = 1800
_RUNNING: Final = ("PENDING", "_IN_PROGRESS")


def followed(client: Any, operation: str, *, doing: str) -> dict[str, Any]:
    """The operation once it has ended, or as it is after half an hour."""
    deadline = time.monotonic() + _LONGEST_SECONDS
    with err.status(doing) as status:
        while True:
            found: dict[str, Any] = client.describe_connector_operation(connectorOperationArn=operation)
            if not found["connectorOperationState"].endswith(_RUNNING) or time.monotonic() > deadline:
                return found
            status.update(f"{doing}: {_step(found)}")
            time.sleep(_EVERY_SECONDS)


def report(connector: str, ended: dict[str, Any], *, next_step: str) -> None:
    """Prints the state of an operation that has ended; one that did not succeed ends the command."""
    state, failure = ended["connectorOperationState"], (ended.get("errorInfo") or {}).get("message")
    if not state.endswith("_COMPLETE") or state.startswith("ROLLBACK"):
        undone = ", so what ran before runs again" if state == "ROLLBACK_COMPLETE" else ""
        fail(f"{connector}: {state}{undone}{f': {failure}' if failure else ''}; next: {next_step}")
    out.print(f"{connector}: {state}", markup=False)


def _step(found: dict[str, Any]) -> str:
    """The step that is under way, else the operation's state."""
    steps = found.get("operationSteps") or []
    now = next((one["stepType"] for one in steps if one["stepState"] == "IN_PROGRESS"), None)
    return str(now or found["connectorOperationState"])
