"""Topics and consumer groups that a connector uses, by its topic prefix."""

from typing import Final

HEARTBEAT_PREFIX: Final = "__debezium-heartbeat"


def schema_history_topic(prefix: str) -> str:
    """Outside ``<prefix>.*``, so that no consumer's pattern ever covers it."""
    return f"schema-history.{prefix}"


def heartbeat_topic(prefix: str) -> str:
    return f"{HEARTBEAT_PREFIX}.{prefix}"


def schema_history_group(prefix: str) -> str:
    """The group that Debezium reads its schema history with."""
    return f"{prefix}-schemahistory"


def signal_group(prefix: str) -> str:
    return f"{prefix}-signal"


def offset_topic(connector_name: str) -> str:
    """Fixed by the connector's name: with both kept, a replaced connector goes on where it was."""
    return f"{connector_name}-offsets"
