"""Why the pipeline's roles have each of their permissions, and what happens without it."""

from typing import Final

from rehearsal.iam.permissions import connector_reasons, consumer_reasons
from rehearsal.iam.permissions.reason import Reason, Role

REASONS: Final = (*connector_reasons.REASONS, *consumer_reasons.REASONS)
_BY_PERMISSION: Final[dict[tuple[Role, str, str], Reason]] = {
    (reason.role, reason.sid, reason.action): reason for reason in REASONS
}


def lookup(role: Role, sid: str, action: str) -> Reason:
    """The reason of ``action``, like ``kafka-cluster:ReadData``, in a statement; raises LookupError."""
    try:
        return _BY_PERMISSION[role, sid, action]
    except KeyError:
        raise LookupError(f"no reason for the {role}'s permission {sid} {action}") from None
