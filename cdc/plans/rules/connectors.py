"""Rules about connectors and their workers."""

from typing import Final

from cdc.plans.rules.rule import Grade, Rule

CONNECTOR_RENAMED: Final = Rule(
    name="connector-renamed",
    finds="a connector gets another name, or is destroyed while another is created for its work",
    example="the key `orders` under `connectors` becomes `shop`",
    why="this is a rename: committed offsets belong to the connector's name, so the new connector takes a new snapshot"
    " or misses the changes made in between",
    instead="keep the connector's key in the environment file",
)
CONNECTOR_DESTROYED: Final = Rule(
    name="connector-destroyed",
    finds="a connector is destroyed",
    example="the key `orders` leaves `connectors`",
    why="when the binlog retention has passed, the binlog position of its committed offset is purged, and it can only"
    " start again with a new snapshot",
    instead="keep it while any application needs its events; then allow this with an override",
)
OFFSETS_CHANGED: Final = Rule(
    name="offset-topic-changed",
    finds="`offset.storage.topic` of a connector's worker changes",
    example="`offset.storage.topic`: `cdc-prod-orders-offsets` → `offsets`",
    why="the connector loses its committed offset, the binlog position: it takes a new snapshot, or misses events",
    instead="keep offset.storage.topic",
)
HISTORY_CHANGED: Final = Rule(
    name="schema-history-changed",
    finds="`schema.history.internal.kafka.topic` changes, or `schema.history.internal` to a store elsewhere",
    example="`schema.history.internal.kafka.topic`: `schema-history.orders` → `history`",
    why="the new place has no schema history for the committed binlog position, and the task fails",
    instead="keep schema.history.internal.kafka.topic, and schema.history.internal as it is",
)
HISTORY_ELSEWHERE: Final = Rule(
    name="schema-history-elsewhere",
    finds="the brokers of a connector's schema history go to another cluster, or are not those of the connector's",
    example="`schema.history.internal.kafka.bootstrap.servers` names the brokers of another cluster",
    why="the schema history for the committed binlog position is not in that cluster, and the task fails",
    instead="keep the schema history in the cluster that the connector is on",
)
HISTORY_NOT_KEPT: Final = Rule(
    name="schema-history-not-kept",
    finds="`schema.history.internal` becomes a class that keeps it in memory, or in a file of the worker",
    example="`schema.history.internal`: `io.debezium.relational.history.MemorySchemaHistory`",
    why="it is gone with the worker, which MSK Connect replaces at any time: the connector cannot read the structure"
    " that its tables had at its binlog position",
    instead="keep the schema history in Kafka: leave schema.history.internal out",
)
OTHER_CLUSTER: Final = Rule(
    name="connector-to-other-cluster",
    finds="the brokers of a connector are those of another cluster; their order and number do not matter",
    example="`kafka.cluster_arn` names another cluster, for a connector that is created again",
    why="its committed offset, its schema history and its topics are in the old cluster: it takes a new snapshot, or"
    " misses events",
    instead="keep the connector on its cluster; for another cluster add a connector with its own key and server_id",
)
ROLE_TO_OTHER_CLUSTER: Final = Rule(
    name="role-to-other-cluster",
    finds="the role of a connector may reach another cluster, and its own no longer",
    example="`kafka.cluster_arn` changes, while the connectors stay on their brokers",
    why="the connector stays on the brokers of its own cluster, is denied access, and stops: its binlog position is"
    " purged when the binlog retention has passed",
    instead="keep kafka.cluster_arn; for another cluster add connectors of their own",
)
ROLE_CHANGED: Final = Rule(
    name="role-changed",
    grade=Grade.TO_CONFIRM,
    finds="a connector gets another role, of which the plan does not show which cluster it may reach",
    example="`service_execution_role_arn` names a role of another stack",
    why="without the permissions of the old one it stops, and its binlog position is purged when the binlog retention"
    " has passed",
    instead="keep the role, or compare the policies of both",
)
CLASS_CHANGED: Final = Rule(
    name="connector-class-changed",
    finds="`connector.class` changes",
    example="`connector.class`: `…mysql.MySqlConnector` → `…mariadb.MariaDbConnector`",
    why="the other class does not understand the committed offset: it takes a new snapshot, or misses events",
    instead="add a connector of the other class with its own key and server_id",
)
PREFIX_CHANGED: Final = Rule(
    name="topic-prefix-changed",
    finds="`topic.prefix` changes",
    example="`topic.prefix`: `orders` → `shop`",
    why="events go to other topics, consumers of the old ones receive no more, and the committed offset is lost,"
    " because it is stored under the prefix",
    instead="keep topics.prefix; for another prefix add a connector with its own key and server_id",
)
SIGNAL_GROUP_CHANGED: Final = Rule(
    name="signal-group-changed",
    finds="`signal.kafka.groupId` changes",
    example="`signal.kafka.groupId`: `kafka-signal` → `orders-signal`",
    why="the group's committed offset says which signals are done: another group reads the topic from its start, and"
    " takes every snapshot again that was ever requested there",
    instead="keep adopt.signal_group as it is",
)
SOURCE_CHANGED: Final = Rule(
    name="source-changed",
    finds="`database.hostname` changes",
    example="`database.hostname` names another Aurora cluster",
    why="its committed offset is a binlog position of the old database: in the new one it skips events, or its task"
    " fails",
    instead="add a connector for the new database, and remove this one when it has read all changes",
)
SOURCE_REPLACED: Final = Rule(
    name="source-replaced",
    grade=Grade.TO_CONFIRM,
    finds="another database has the name of one that connectors read, or it has another version of MySQL such as 8.4",
    example="`orders-prod` is `cluster-DEF…` instead of `cluster-ABC…` after a blue/green deployment or a restore",
    why="it has a binary log of its own: with GTIDs a connector finds its place there, without them it may have"
    " skipped rows, and does not fail",
    instead="ask the database for @@gtid_mode; unless it is ON, take a new snapshot, as docs/source-database.md says in"
    " When the database is replaced",
)
SERVER_ID_REUSED: Final = Rule(
    name="server-id-reused",
    finds="two connectors of a database have the same `database.server.id`, after the apply or during it",
    example="`orders` and `returns` both have `5401`",
    why="the database closes the connection of one connector when the other connects, and for a while both run",
    instead="give each connector a server_id that was never used",
)
