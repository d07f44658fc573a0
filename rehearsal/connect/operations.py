"""Operations of MSK Connect on a connector: updates, restarts, pauses; and what became of them."""

from dataclasses import dataclass
from typing import Any, Final

_UNDER_WAY: Final = ("PENDING", "_IN_PROGRESS")
_UNDONE: Final = "ROLLBACK_COMPLETE"


@dataclass(frozen=True)
class Operation:
    """``error`` is AWS's message, empty for none."""

    type: str
    state: str
    error: str

    @property
    def under_way(self) -> bool:
        return self.state.endswith(_UNDER_WAY)

    @property
    def failed(self) -> bool:
        """Whether it ended, and did not do what it was to do; AWS undoes an update that fails."""
        return not self.under_way and (not self.state.endswith("_COMPLETE") or self.state == _UNDONE)

    @property
    def outcome(self) -> str:
        """The state, what that means for the connector where it was undone, and AWS's error."""
        undone = ", so what ran before runs again" if self.state == _UNDONE else ""
        return f"{self.state}{undone}{f': {self.error}' if self.error else ''}"


def described(connect: Any, arn: str) -> Operation:
    """The operation as it is now. Raises ClientError, BotoCoreError."""
    return of(connect.describe_connector_operation(connectorOperationArn=arn))


def of(found: dict[str, Any]) -> Operation:
    """From the answer of DescribeConnectorOperation, or from one that ListConnectorOperations lists, without error."""
    error = (found.get("errorInfo") or {}).get("message") or ""
    return Operation(found["connectorOperationType"], found["connectorOperationState"], error)


def latest(connect: Any, connector: str) -> Operation | None:
    """The newest operation on the connector of this ARN. Raises ClientError, BotoCoreError."""
    listed = connect.list_connector_operations(connectorArn=connector).get("connectorOperations", [])
    if not listed:
        return None
    return described(connect, max(listed, key=lambda one: one["creationTime"])["connectorOperationArn"])
