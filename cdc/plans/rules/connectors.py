"""Rules about connectors and their workers."""

from typing import Final

from cdc.plans.rules.rule import Rule

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
    finds="`schema.history.internal.kafka.topic` changes",
    example="`schema.history.internal.kafka.topic`: `schema-history.orders` → `history`",
    why="the new topic has no schema history for the committed binlog position, and the task fails",
    instead="keep schema.history.internal.kafka.topic",
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
SERVER_ID_REUSED: Final = Rule(
    name="server-id-reused",
    finds="two connectors of a database have the same `database.server.id`, after the apply or during it",
    example="`orders` and `returns` both have `5401`",
    why="the database closes the connection of one connector when the other connects, and for a while both run",
    instead="give each connector a server_id that was never used",
)
STREAMING_ENDED: Final = Rule(
    name="streaming-ended",
    finds="`snapshot.mode` of a connector becomes `initial_only`",
    example="`snapshot.mode`: `initial` → `initial_only`",
    why="it stops after its snapshot, and its binlog position is purged when the binlog retention has passed",
    instead="keep snapshot.mode; initial_only is for connectors that never stream",
)
EVENTS_SKIPPED: Final = Rule(
    name="events-skipped",
    finds="errors are skipped: `event.processing.failure.handling.mode`, `inconsistent.schema.handling.mode`,"
    " `errors.tolerance`, `schema.history.internal.skip.unparseable.ddl`",
    example="`errors.tolerance`: `none` → `all`",
    why="an event that cannot be processed is dropped, and the task does not fail",
    instead="keep it, so that the task fails there and the cause can be fixed",
)
VALUES_EMPTIED: Final = Rule(
    name="values-emptied",
    finds="`event.converting.failure.handling.mode` is `warn` or `skip`, or removed where it was `fail`",
    example="`event.converting.failure.handling.mode`: `fail` → `warn`",
    why="a value that cannot be converted becomes null, and the worker only logs it",
    instead="keep fail, so that the task fails there and the cause can be fixed",
)
