"""A connector in a small plan, before and after."""

import json
from typing import Any, Final

from tests.cdc.plans.small import change
from tests.synthesized import Document

CONNECTOR: Final = "aws_mskconnect_connector"
WORKER: Final = "aws_mskconnect_worker_configuration"
ROLE_POLICY: Final = "aws_iam_role_policy"
BROKERS: Final = "b-1.cdcprod.abc123.c2.kafka.us-east-1.amazonaws.com:9098"
PROPERTIES: Final = {
    "connector.class": "io.debezium.connector.mysql.MySqlConnector",
    "database.hostname": "orders.cluster-abc.us-east-1.rds.amazonaws.com",
    "database.server.id": "5401",
    "topic.prefix": "orders",
    "snapshot.mode": "initial",
    "schema.history.internal.kafka.topic": "schema-history.orders",
}


class _Unknown:
    def __repr__(self) -> str:
        return "unknown"


UNKNOWN: Final = _Unknown()


def connector(
    properties: Document | None = None, *, brokers: str = BROKERS, worker: str = "w", name: str = "orders", **more: Any
) -> Document:
    """``properties`` are added; None takes one away."""
    given = {**PROPERTIES, **(properties or {})}
    return {
        "name": name,
        "connector_configuration": {key: value for key, value in given.items() if value is not None},
        "kafka_cluster": [{"apache_kafka_cluster": [{"bootstrap_servers": brokers}]}],
        "worker_configuration": [{"arn": worker, "revision": 1}],
        **more,
    }


def changed(before: Document, after: Document, **more: Any) -> Document:
    """A connector that changes in place."""
    return change(CONNECTOR, before, after, **more)


def set_to(key: str, new: Any, old: Any = None, **others: Any) -> Document:
    """One property changes; None is not set; UNKNOWN is known only after the apply."""
    if new is not UNKNOWN:
        return changed(connector({**others, key: old}), connector({**others, key: new}))
    marks = {"connector_configuration": {key: True}}
    return changed(connector({**others, key: old}), connector({**others, key: None}), unknown=marks)


def created(properties: Document, **more: Any) -> Document:
    return change(CONNECTOR, None, connector(properties, **more))


def worker(old: str | None, new: str | None, *, name: str = "w") -> Document:
    """A worker configuration of which another content makes another one."""
    before, after = (
        None if content is None else {"name": name, "properties_file_content": content} for content in (old, new)
    )
    if before:
        before["arn"] = name
    actions = ("create", "delete") if before and after else ()
    return change(WORKER, before, after, unknown={"arn": True} if after else {}, name=name, actions=actions)


def policy(*resources: str, action: str = "kafka-cluster:Connect", effect: str = "Allow") -> str:
    statement = {"Effect": effect, "Action": [action], "Resource": [*resources]}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def cluster(name: str, kind: str = "cluster", rest: str = "") -> str:
    return f"arn:aws:kafka:us-east-1:123456789012:{kind}/{name}/u-1{rest}"
