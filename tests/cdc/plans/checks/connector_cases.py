"""What makes a connector the one it is, in every spelling: its topics, its database, its cluster, its role."""

from typing import Any, Final

from tests.cdc.plans.connector import (
    BROKERS,
    CONNECTOR,
    ROLE_POLICY,
    UNKNOWN,
    WORKER,
    changed,
    cluster,
    connector,
    created,
    policy,
    set_to,
    worker,
)
from tests.cdc.plans.small import Case, change, plan, same
from tests.synthesized import Document

_HISTORY: Final = "schema.history.internal"
_HISTORY_BROKERS: Final = "schema.history.internal.kafka.bootstrap.servers"
_ROLE: Final = "orders-worker"
_ARN: Final = f"arn:aws:iam::123456789012:role/cdc/{_ROLE}"
OTHER: Final = BROKERS.replace("cdcprod.abc123", "other.def456")


def one(key: str, new: Any, old: Any = None, **others: Any) -> Document:
    return plan(set_to(key, new, old, **others))


def brokers(old: str, new: str) -> Document:
    return plan(change(CONNECTOR, connector(brokers=old), connector(brokers=new), actions=("delete", "create")))


def role(old: str, new: str, *, name: str = _ROLE) -> Document:
    return change(ROLE_POLICY, *({"name": name, "role": name, "policy": each} for each in (old, new)))


def ours(**more: Any) -> Document:
    """A connector with that role, which does not change."""
    return same(CONNECTOR, connector(service_execution_role_arn=_ARN, **more))


def other_role(arn: str, *others: Document) -> Document:
    sides = (connector(service_execution_role_arn=each) for each in (_ARN, arn))
    return plan(change(CONNECTOR, *sides, actions=("delete", "create")), *others)


def holds(name: str, *resources: str) -> Document:
    return same(ROLE_POLICY, {"name": name, "role": name, "policy": policy(*resources)}, name=name)


def two(one_id: Any, other_id: Any, **more: Any) -> Document:
    """A connector that runs, and a new one of the same database."""
    first = same(CONNECTOR, connector({"database.server.id": one_id}))
    second = connector({"database.server.id": other_id, "topic.prefix": "returns", **more}, name="returns")
    return plan(first, change(CONNECTOR, None, second, name="returns"))


def moved_worker(old: str, new: str) -> Document:
    """A connector that gets another worker configuration, for another content."""
    sides = connector(), connector(worker="?") | {"worker_configuration": [{"revision": 1}]}
    one = change(
        CONNECTOR, *sides, unknown={"worker_configuration": [{"arn": True}]}, actions=("delete", "create"), name="x"
    )
    return plan(one, worker(old, new), references={f"{CONNECTOR}.x": ("worker_configuration", f"{WORKER}.w")})


REFUSED: Final = {
    "another prefix": Case(one("topic.prefix", "shop", "orders"), "topic-prefix-changed"),
    "another prefix, by its older name": Case(
        plan(changed(connector({"topic.prefix": None, "database.server.name": "shop"}), connector())),
        "topic-prefix-changed",
    ),
    "another database": Case(one("database.hostname", "b", "a"), "source-changed"),
    "another class": Case(
        one("connector.class", "io.debezium.connector.mariadb.MariaDbConnector", "MySqlConnector"),
        "connector-class-changed",
    ),
    "an unknown class": Case(one("connector.class", UNKNOWN, "MySqlConnector"), "unknown-until-apply"),
    "all properties are unknown": Case(
        plan(
            changed(
                connector(), connector() | {"connector_configuration": None}, unknown={"connector_configuration": True}
            )
        ),
        "unknown-until-apply",
    ),
    "another signal group, where the default was": Case(
        one("signal.kafka.groupId", "mine", None, **{"signal.enabled.channels": "source, Kafka"}),
        "signal-group-changed",
    ),
    **{
        f"the schema history is {of}": Case(one(_HISTORY, of), "schema-history-not-kept")
        for of in (
            "io.debezium.relational.history.MemorySchemaHistory",
            "io.debezium.storage.file.history.FileSchemaHistory",
            " io.debezium.relational.history.FileDatabaseHistory",
        )
    },
    "a new connector's schema history is in memory": Case(
        plan(created({_HISTORY: "io.debezium.relational.history.MemorySchemaHistory"})), "schema-history-not-kept"
    ),
    "the schema history is in another database": Case(
        one(_HISTORY, "io.debezium.storage.jdbc.history.JdbcSchemaHistory"), "schema-history-changed"
    ),
    "the schema history comes back from memory": Case(
        one(_HISTORY, None, "io.debezium.relational.history.MemorySchemaHistory"), "schema-history-changed"
    ),
    "another topic of the schema history": Case(
        one("schema.history.internal.kafka.topic", "b", "a"), "schema-history-changed"
    ),
    "the schema history goes to other brokers": Case(one(_HISTORY_BROKERS, OTHER, BROKERS), "schema-history-elsewhere"),
    "a new connector's schema history is in another cluster": Case(
        plan(created({_HISTORY_BROKERS: OTHER})), "schema-history-elsewhere"
    ),
    "another cluster": Case(brokers(BROKERS, OTHER), "connector-to-other-cluster"),
    "another cluster of no known name": Case(brokers("A:9098", "B:9098"), "connector-to-other-cluster"),
    "brokers of two clusters": Case(brokers(BROKERS, f"{BROKERS},{OTHER}"), "connector-to-other-cluster"),
    "the connection strings of two serverless clusters": Case(
        brokers(*(f"boot-{id_}.c1.kafka-serverless.us-east-1.amazonaws.com:9098" for id_ in ("a1", "b2"))),
        "connector-to-other-cluster",
    ),
    "brokers that are known only after the apply": Case(
        plan(
            change(
                CONNECTOR,
                connector(),
                connector(),
                unknown={"kafka_cluster": [{"apache_kafka_cluster": [{"bootstrap_servers": True}]}]},
                actions=("delete", "create"),
            )
        ),
        "unknown-until-apply",
    ),
    "the role reaches another cluster": Case(
        plan(role(policy(cluster("AAA")), policy(cluster("BBB"))), ours()), "role-to-other-cluster permissions-removed"
    ),
    "the role reaches another cluster, and a bucket": Case(
        plan(role(policy(cluster("AAA")), policy("arn:aws:s3:::b/*", cluster("BBB"))), ours()),
        "role-to-other-cluster permissions-removed",
    ),
    "the role of a connector that does not say it": Case(
        plan(role(policy(cluster("AAA")), policy(cluster("BBB"))), same(CONNECTOR, connector())),
        "role-to-other-cluster permissions-removed",
    ),
    "a role without a connector in the plan": Case(
        plan(role(policy(cluster("AAA")), policy(cluster("BBB")))), "role-to-other-cluster"
    ),
    "only the topics are another cluster's": Case(
        plan(
            role(
                policy(cluster("A", "topic", "/orders.*"), action="kafka-cluster:WriteData"),
                policy(cluster("B", "topic", "/orders.*"), action="kafka-cluster:WriteData"),
            ),
            ours(),
        ),
        "role-to-other-cluster permissions-removed",
    ),
    "a policy that is attached": Case(
        plan(
            change("aws_iam_policy", *({"arn": "p", "policy": policy(cluster(name))} for name in ("AAA", "BBB"))),
            same("aws_iam_role_policy_attachment", {"role": _ROLE, "policy_arn": "p"}),
            ours(),
        ),
        "role-to-other-cluster permissions-removed",
    ),
    "a policy that is known only after the apply": Case(
        plan(
            change(
                ROLE_POLICY,
                {"role": _ROLE, "policy": policy(cluster("AAA"))},
                {"role": _ROLE},
                unknown={"policy": True},
            ),
            ours(),
        ),
        "unknown-until-apply permissions-removed",
    ),
    "another role, of which nothing is known": Case(other_role(f"{_ARN}-2"), "role-changed"),
    "another role, of another cluster": Case(
        other_role(f"{_ARN}-2", holds(_ROLE, cluster("AAA")), holds(f"{_ROLE}-2", cluster("BBB"))),
        "role-to-other-cluster",
    ),
    **{
        f"the server id {new!r} beside {old!r}": Case(two(old, new), "server-id-reused")
        for old, new in (("5401", 5401), (1, " 1 "), ("1", "01"), ("+7", 7), (7.0, "7"))
    },
    "the server id of a database in capitals": Case(
        two("1", "1", **{"database.hostname": "ORDERS.cluster-abc.us-east-1.rds.amazonaws.com."}), "server-id-reused"
    ),
    "another offset topic": Case(
        moved_worker("offset.storage.topic=a\n", "offset.storage.topic=b\n"), "offset-topic-changed"
    ),
    "another offset topic, with a colon": Case(
        moved_worker("offset.storage.topic=a\n", "offset.storage.topic: b\n"), "offset-topic-changed"
    ),
    "another offset topic, over two lines": Case(
        moved_worker("offset.storage.topic=a\n", "offset.storage.topic=a\\\n  b\n"), "offset-topic-changed"
    ),
    "an offset topic of the connector's own": Case(one("offsets.storage.topic", "mine"), "unknown-until-apply"),
    "another offset topic of the connector's own": Case(one("offsets.storage.topic", "b", "a"), "offset-topic-changed"),
    "fewer acks of a connector's new worker": Case(
        moved_worker("offset.storage.topic=a\nproducer.acks=all\n", "offset.storage.topic=a\nproducer.acks=1\n"),
        "acks-lowered",
    ),
}
_SPELT: Final = (
    ("topic.prefix", " orders", "orders", "topic-prefix-changed"),
    ("database.hostname", "H.example.com.", "h.example.com", "source-changed"),
    ("connector.class", "MySql", "io.debezium.connector.mysql.MySqlConnector", "connector-class-changed"),
    ("database.server.id", 5401, "05401", "server-id-reused"),
    (_HISTORY, "io.debezium.storage.kafka.history.KafkaSchemaHistory", None, "schema-history-changed"),
    (
        _HISTORY,
        "io.debezium.storage.kafka.history.KafkaSchemaHistory",
        "io.debezium.relational.history.KafkaDatabaseHistory",
        "schema-history-not-kept",
    ),
    ("schema.history.internal.kafka.topic", "a ", "a", "schema-history-changed"),
    (_HISTORY_BROKERS, BROKERS.replace("b-1", "b-2"), BROKERS, "schema-history-elsewhere"),
    ("signal.kafka.groupId", "mine", None, "signal-group-changed"),
    ("offsets.storage.topic", " a", "a", "offset-topic-changed"),
)
ALLOWED: Final = {
    **{f"{key} is {new!r} instead of {old!r}": Case(one(key, new, old), near=near) for key, new, old, near in _SPELT},
    "a prefix by its older name": Case(
        plan(changed(connector({"topic.prefix": None, "database.server.name": "orders"}), connector())),
        near="topic-prefix-changed",
    ),
    "brokers in another order": Case(
        brokers(f"{BROKERS},{BROKERS.replace('b-1', 'b-2')}", f"{BROKERS.replace('b-1', 'b-2')}, {BROKERS}"),
        near="connector-to-other-cluster",
    ),
    "other brokers of the same cluster": Case(
        brokers(BROKERS, BROKERS.replace("b-1", "b-3").replace("9098", "9096")), near="connector-to-other-cluster"
    ),
    "brokers in capitals": Case(brokers("A:9098", "a:9098,b:9098"), near="connector-to-other-cluster"),
    "a role with more permissions": Case(
        plan(role(policy(cluster("AAA")), policy(cluster("AAA"), cluster("BBB"))), ours()),
        near="role-to-other-cluster",
    ),
    "a role that may reach every cluster": Case(
        plan(role(policy(cluster("AAA")), policy("arn:aws:kafka:us-east-1:123456789012:*/*")), ours()),
        near="role-to-other-cluster",
    ),
    "a role of something else": Case(
        plan(role(policy(cluster("AAA")), policy(cluster("BBB")), name="other"), ours()), near="role-to-other-cluster"
    ),
    "another role with the same permissions": Case(
        other_role(f"{_ARN}-2", holds(_ROLE, cluster("AAA")), holds(f"{_ROLE}-2", cluster("AAA"))), near="role-changed"
    ),
    "the same server id in other databases": Case(
        two("1", 1, **{"database.hostname": "elsewhere"}), near="server-id-reused"
    ),
    "numbers that only begin alike": Case(two("1", "10"), near="server-id-reused"),
    "the offset topic in other words": Case(
        moved_worker("offset.storage.topic=a\n", "offset.storage.\\\n  topic : \\u0061\nproducer.linger.ms 50\n"),
        near="offset-topic-changed",
    ),
}
