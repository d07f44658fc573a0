"""Rules about the events that a connector writes: which of them, and how safely."""

from typing import Final

from cdc.plans.rules.rule import Grade, Rule

STREAMING_ENDED: Final = Rule(
    name="streaming-ended",
    finds="`snapshot.mode` of a connector becomes `initial_only`, or `configuration_based` without streaming",
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
OPERATIONS_SKIPPED: Final = Rule(
    name="operations-skipped",
    finds="`skipped.operations` has one more operation; of a new connector all of `c`, `u` and `d`",
    example="`skipped.operations`: `t` → `d,t`",
    why="events of that operation are never written, and consumers no longer see what the database has",
    instead="leave skipped.operations out, or drop these events where they are read",
)
GTID_FILTER_CHANGED: Final = Rule(
    name="gtid-filter-changed",
    finds="`gtid.source.includes` or `gtid.source.excludes` changes, or begins to drop rows",
    example="`gtid.source.includes`: not set → `24bc7850-2c16-11e6-a073-0242ac110002`",
    why="transactions of other servers are dropped, or asked for from another position: after a failover Aurora's"
    " writer is another server",
    instead="leave both out: Aurora's writer needs no filter",
)
EVENTS_DROPPED: Final = Rule(
    name="events-dropped",
    finds="a transform that drops events is new, or drops others: `Filter`, `ExtractNewRecordState` that drops deletes,"
    " `EventRouter`",
    example="`transforms.unwrap.delete.tombstone.handling.mode`: `rewrite` → `drop`",
    why="what it drops is never written, while the committed offset moves on",
    instead="drop events where they are read, or add a connector with its own topics for the others",
)
ACKS_LOWERED: Final = Rule(
    name="acks-lowered",
    finds="`producer.acks` of a worker, or `producer.override.acks` of a connector, is no longer `all`",
    example="`producer.acks`: `all` → `1`",
    why="an event counts as written before its replicas have it, and is lost with the broker that leads",
    instead="keep acks = all, which is Kafka Connect's default",
)
TABLES_REMOVED: Final = Rule(
    name="tables-removed",
    grade=Grade.TO_CONFIRM,
    finds="a table or database is captured no longer: its pattern leaves the include list, or joins the exclude list",
    example="`orders.order_items` leaves `source.tables`",
    why="its later changes are not written, and when it comes back, only a new snapshot has what came in between",
    instead="keep the table while any application reads its topic",
)
COLUMNS_REMOVED: Final = Rule(
    name="columns-removed",
    grade=Grade.TO_CONFIRM,
    finds="a column is captured no longer: by `column.include.list`, `column.exclude.list` or `ReplaceField`",
    example="`column.exclude.list`: not set → `orders.customers.email`",
    why="its values are missing in later events, and when it comes back, only a new snapshot has them",
    instead="keep the column while any application reads it",
)
SNAPSHOT_REPEATED: Final = Rule(
    name="snapshot-repeated",
    grade=Grade.TO_CONFIRM,
    finds="`snapshot.mode` becomes `always`, `when_needed`, `configuration_based` or `custom`",
    example="`snapshot.mode`: `initial` → `always`",
    why="a later start may read all rows again: events come twice, and what was deleted while it was stopped leaves"
    " no event",
    instead="keep snapshot.mode; to read a table again, use a signal",
)
HISTORY_REBUILT: Final = Rule(
    name="history-rebuilt",
    grade=Grade.TO_CONFIRM,
    finds="`snapshot.mode` becomes `recovery`",
    example="`snapshot.mode`: `initial` → `recovery`",
    why="each start rebuilds the schema history from the tables as they are then: events from before a change of"
    " structure are read with the wrong columns",
    instead="deploy it once, while no table's structure changes, and set the mode back after it",
)
IDEMPOTENCE_ENDED: Final = Rule(
    name="idempotence-ended",
    grade=Grade.TO_CONFIRM,
    finds="`producer.enable.idempotence` is true no longer",
    example="`producer.enable.idempotence`: `true` → `false`",
    why="a write that is retried can be in the topic twice",
    instead="keep enable.idempotence = true",
)
UNKNOWN_TRANSFORM: Final = Rule(
    name="unknown-transform",
    grade=Grade.TO_CONFIRM,
    finds="a transform that is neither Debezium's nor Kafka Connect's is new, or has other properties",
    example="`transforms.mine.type`: not set → `com.example.Mine`",
    why="the plan does not show whether it drops events",
    instead="check what it does with every kind of event, deletes and tombstones too",
)
FORMAT_CHANGED: Final = Rule(
    name="event-format-changed",
    grade=Grade.TO_CONFIRM,
    finds="`key.converter` or `value.converter` of a connector gets another class, or JSON gets or loses its schemas",
    example="`format`: `json` → `avro`",
    why="consumers that read the old format fail at the next event, and a topic has both until the old events expire",
    instead="let every consumer read both formats first, or write the new one with a connector of another prefix",
)
REGISTRY_CHANGED: Final = Rule(
    name="schema-registry-changed",
    grade=Grade.TO_CONFIRM,
    finds="a connector that keeps its format gets another schema registry",
    example="`schema_registry.name`: `cdc` → `events`",
    why="events hold the numbers of their schemas, which mean others in the new registry, or none: consumers cannot"
    " read the old events with the new registry, nor the new ones with the old",
    instead="keep the registry, or copy all schemas with their numbers and move every consumer first",
)
FUNCTION_GROUP_CHANGED: Final = Rule(
    name="function-group-changed",
    grade=Grade.TO_CONFIRM,
    finds="the consumer group of a Lambda function's event source mapping changes",
    example="`consumers.receipts.topics`: `orders.shop.orders: receipts` → `orders.shop.orders: invoices`",
    why="the new group has no committed offset: with `TRIM_HORIZON` the function gets every event of the topic again,"
    " with `LATEST` it never gets those that came in between",
    instead="keep the group, or first give the new one the old one's offsets: kafka-consumer-groups.sh --reset-offsets",
)
