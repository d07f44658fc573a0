"""Event source mappings that get another consumer group, and those that keep it."""

from typing import Any, Final

from tests.cdc.plans.small import Case, change, plan
from tests.synthesized import Document

TYPE: Final = "aws_lambda_event_source_mapping"
FUNCTION: Final = "arn:aws:lambda:us-east-1:123456789012:function:receipts"
_CONFIG: Final = "amazon_managed_kafka_event_source_config"


def mapping(group: str | None = "receipts", **more: Any) -> Document:
    """A mapping of a topic, in a group unless that is not known."""
    values = {
        "topics": ["orders.orders.items"],
        "function_name": FUNCTION,
        "starting_position": "TRIM_HORIZON",
        "batch_size": 100,
        _CONFIG: [{"consumer_group_id": group} if group else {}],
    }
    return values | more


def queue() -> Document:
    return {"topics": [], "event_source_arn": "arn:aws:sqs:us-east-1:123456789012:q", _CONFIG: []}


def replaced(before: Document, after: Document, **more: Any) -> Document:
    return plan(change(TYPE, before, after, actions=("delete", "create"), **more))


_RULE: Final = "function-group-changed"
REFUSED: Final = {
    "another group": Case(replaced(mapping(), mapping("invoices")), _RULE),
    "another group, from the latest event": Case(
        replaced(mapping(), mapping("invoices", starting_position="LATEST")), _RULE
    ),
    "a group that is not known": Case(
        replaced(mapping(), mapping(None), unknown={_CONFIG: [{"consumer_group_id": True}]}), "unknown-until-apply"
    ),
}
ALLOWED: Final = {
    "another starting position with the same group": Case(
        replaced(mapping(), mapping(starting_position="LATEST")), near=_RULE
    ),
    "another function": Case(plan(change(TYPE, mapping(), mapping(function_name=f"{FUNCTION}:live"))), near=_RULE),
    "another batch size": Case(plan(change(TYPE, mapping(), mapping(batch_size=500))), near=_RULE),
    "a new mapping": Case(plan(change(TYPE, None, mapping())), near=_RULE),
    "a mapping that is removed": Case(plan(change(TYPE, mapping(), None)), near=_RULE),
    "a queue": Case(plan(change(TYPE, queue(), queue() | {"batch_size": 5})), near=_RULE),
}
