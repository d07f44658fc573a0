"""What the brokers of production would list, as plain data."""

from collections.abc import Mapping
from typing import Any, Final

from cdc.drift.account import Account
from cdc.kafka.listing import Topic
from modules.environment.environment import Environment
from tests.synthesized import changed, document

NAME: Final = "cdc-prod-orders"
ID: Final = "0b1a2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d-2"
ARN: Final = f"arn:aws:kafkaconnect:us-east-1:123456789012:connector/{NAME}/{ID}"
SIGNALS: Final = "orders-signals"
HISTORY: Final = "schema-history.orders"
OFFSETS: Final = f"{NAME}-offsets"
CUSTOMERS: Final = "orders.orders.customers"
LARGEST: Final = 2**21


def environment(**changes: Any) -> Environment:
    """Production, with a signal topic and large events; ``changes`` are those of ``changed``."""
    content = document("prod")
    content["connectors"]["orders"]["signals"] = {"topic": SIGNALS}
    content["connectors"]["orders"]["topics"]["max_message_bytes"] = LARGEST
    return Environment(name="prod", **changed(content, **changes))


def account(*connectors: str, arns: tuple[str, ...] = (ARN,), histories: tuple[str, ...] = (HISTORY,)) -> Account:
    """With the connector of the file, unless others are given."""
    return Account(
        connectors=connectors or (NAME,),
        operations={},
        plugins={},
        worker_configurations={},
        used=frozenset(),
        connector_arns=frozenset(arns),
        schema_histories=frozenset(histories),
    )


def topics(**changes: Mapping[str, str] | int | None) -> dict[str, Topic]:
    """As they are created; ``changes`` by the word for a topic: settings, a number of partitions, None for no topic."""
    found = {
        "events": (CUSTOMERS, Topic(6, {"cleanup.policy": "delete", "max.message.bytes": str(LARGEST)})),
        "structure": ("orders", Topic(6, {"cleanup.policy": "delete", "max.message.bytes": str(LARGEST)})),
        "history": (
            HISTORY,
            Topic(1, {"cleanup.policy": "delete", "retention.ms": str(2**63 - 1), "retention.bytes": "-1"}),
        ),
        "offsets": (OFFSETS, Topic(1, {"cleanup.policy": "compact", "retention.ms": "604800000"})),
        "signals": (SIGNALS, Topic(1, {"cleanup.policy": "delete", "retention.ms": "604800000"})),
        "configs": (f"__amazon_msk_connect_configs_{NAME}_{ID}", Topic(1)),
        "status": (f"__amazon_msk_connect_status_{NAME}_{ID}", Topic(1)),
        "heartbeat": ("__debezium-heartbeat.orders", Topic(6)),
        "another": ("reports", Topic(12)),
    }
    return {
        name: _changed(topic, changes.get(word, {}))
        for word, (name, topic) in found.items()
        if changes.get(word, {}) is not None
    }


def _changed(topic: Topic, change: Mapping[str, str] | int | None) -> Topic:
    if isinstance(change, int):
        return Topic(change, topic.settings)
    return Topic(topic.partitions, {**topic.settings, **(change or {})} if topic.settings else None)
