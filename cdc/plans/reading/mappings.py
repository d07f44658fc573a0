"""Event source mappings of Lambda functions that read topics, as a plan shows them."""

from collections.abc import Iterator
from typing import Final

from cdc.plans.reading.plan import Plan
from cdc.plans.reading.resources import Resource

TYPE: Final = "aws_lambda_event_source_mapping"
GROUP: Final = ("amazon_managed_kafka_event_source_config", 0, "consumer_group_id")


def of_topics(plan: Plan) -> Iterator[Resource]:
    """Those that have a topic; a mapping of a queue has none."""
    return (one for one in plan.of(TYPE) if one.side.get("topics"))
