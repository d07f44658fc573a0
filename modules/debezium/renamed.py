"""Names and words that Debezium had, by the release that took them away, and what to write instead.

From Debezium's release notes and changelogs, and the sources of the releases that they stand for.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Renamed:
    """A property that is gone from ``release`` on; a name that ends in a dot is a prefix.

    ``successor`` is what does the same today, for a prefix what stands in its place; None where nothing does. Where the
    value is written in another way, or nothing takes its place, ``note`` says what to do. ``of`` is the class behind
    an alias whose property it was. Some of these names are still declared, and no longer read.
    """

    name: str
    release: str
    successor: str | None = None
    note: str = ""
    of: str | None = None


_ALL: Final = (
    Renamed("snapshot.minimal.locks", "0.10.0", "snapshot.locking.mode", note="true was minimal, false was extended"),
    Renamed("ddl.parser.mode", "0.10.0", None, note="the ANTLR parser is the only one: leave it out"),
    Renamed("database.history.ddl.filter", "0.7.3", "internal.schema.history.internal.ddl.filter"),
    Renamed(
        "snapshot.events.as.inserts",
        "1.5.0",
        "transforms",
        note="use the transform io.debezium.connector.mysql.transforms.ReadToInsertEvent",
    ),
    Renamed("database.serverTimezone", "1.4.0", "driver.connectionTimeZone"),
    Renamed(
        "database.useLegacyDatetimeCode", "2.0.0", None, note="Connector/J has one way to read times: leave it out"
    ),
    Renamed("column.blacklist", "2.0.0", "column.exclude.list"),
    Renamed("table.blacklist", "2.0.0", "table.exclude.list"),
    Renamed("database.blacklist", "2.0.0", "database.exclude.list"),
    Renamed("column.whitelist", "2.0.0", "column.include.list"),
    Renamed("table.whitelist", "2.0.0", "table.include.list"),
    Renamed("database.whitelist", "2.0.0", "database.include.list"),
    Renamed("schema.blacklist", "2.0.0", "database.exclude.list", note="MySQL has no schemas beside databases"),
    Renamed("schema.whitelist", "2.0.0", "database.include.list", note="MySQL has no schemas beside databases"),
    Renamed("database.server.name", "2.0.0", "topic.prefix"),
    Renamed("database.history", "2.0.0", "schema.history.internal"),
    Renamed("database.history.kafka.topic", "2.0.0", "schema.history.internal.kafka.topic"),
    Renamed("database.history.kafka.bootstrap.servers", "2.0.0", "schema.history.internal.kafka.bootstrap.servers"),
    Renamed(
        "database.history.kafka.recovery.poll.interval.ms",
        "2.0.0",
        "schema.history.internal.kafka.recovery.poll.interval.ms",
    ),
    Renamed("database.history.kafka.recovery.attempts", "2.0.0", "schema.history.internal.kafka.recovery.attempts"),
    Renamed("database.history.kafka.query.timeout.ms", "2.0.0", "schema.history.internal.kafka.query.timeout.ms"),
    Renamed("database.history.skip.unparseable.ddl", "2.0.0", "schema.history.internal.skip.unparseable.ddl"),
    Renamed(
        "database.history.store.only.captured.tables.ddl",
        "2.0.0",
        "schema.history.internal.store.only.captured.tables.ddl",
    ),
    Renamed("database.history.file.filename", "2.0.0", "schema.history.internal.file.filename"),
    Renamed("database.history.name", "2.0.0", "schema.history.internal.name"),
    Renamed("database.history.connector.class", "2.0.0", "schema.history.internal.connector.class"),
    Renamed("database.history.connector.id", "2.0.0", "schema.history.internal.connector.id"),
    Renamed("database.history.prefer.ddl", "2.0.0", "schema.history.internal.prefer.ddl"),
    Renamed(
        "database.history.store.only.monitored.tables.ddl",
        "2.0.0",
        "schema.history.internal.store.only.captured.tables.ddl",
    ),
    Renamed("database.history.producer.", "2.0.0", "schema.history.internal.producer."),
    Renamed("database.history.consumer.", "2.0.0", "schema.history.internal.consumer."),
    Renamed("database.history.", "2.0.0", "schema.history.internal."),
    Renamed("internal.database.history.ddl.filter", "2.0.0", "internal.schema.history.internal.ddl.filter"),
    Renamed("internal.database.history.", "2.0.0", "internal.schema.history.internal."),
    Renamed(
        "gtid.new.channel.position", "2.0.0", None, note="a new channel is always read from its start: leave it out"
    ),
    Renamed("internal.implementation", "2.0.0", None, note="there is one implementation: leave it out"),
    Renamed("source.struct.version", "2.0.0", None, note="there is one format of the source block: leave it out"),
    Renamed("transaction.topic", "2.0.0", "topic.transaction"),
    Renamed("heartbeat.topics.prefix", "2.0.0", "topic.heartbeat.prefix"),
    Renamed("sanitize.field.names", "2.2.0", "field.name.adjustment.mode", note="true is avro, false is none"),
    Renamed("snapshot.new.tables", "2.7.0", None, note="ask for a new table by a signal: execute-snapshot"),
    Renamed("event.deserialization.failure.handling.mode", "2.7.0", "event.processing.failure.handling.mode"),
    Renamed(
        "connector.adapter", "2.7.0", None, note="MariaDB has a connector of its own in Debezium's releases from 2.7 on"
    ),
    Renamed(
        "signal.kafka.consumer.offset.commit.enabled",
        "3.0.5",
        note="the consumer of signals commits what it has read: leave it out",
    ),
    Renamed("signals.consumer.", "1.7.0", "signal.consumer.", note="a misprint of Debezium's documentation"),
    Renamed(
        "drop.tombstones",
        "3.2.0",
        "delete.tombstone.handling.mode",
        note="drop.tombstones: false with delete.handling.mode: rewrite is rewrite-with-tombstone",
        of="io.debezium.transforms.ExtractNewRecordState",
    ),
    Renamed(
        "delete.handling.mode",
        "3.2.0",
        "delete.tombstone.handling.mode",
        note="drop is drop or tombstone, none is delete-to-tombstone, rewrite is rewrite or rewrite-with-tombstone",
        of="io.debezium.transforms.ExtractNewRecordState",
    ),
    Renamed(
        "drop.deletes",
        "0.10.0",
        "delete.tombstone.handling.mode",
        note="true is drop, false is delete-to-tombstone",
        of="io.debezium.transforms.ExtractNewRecordState",
    ),
    Renamed(
        "add.source.fields",
        "1.2.0",
        "add.fields",
        note="with source. before each field",
        of="io.debezium.transforms.ExtractNewRecordState",
    ),
    Renamed(
        "operation.header",
        "1.2.0",
        "add.headers",
        note="add.headers: op",
        of="io.debezium.transforms.ExtractNewRecordState",
    ),
    Renamed("add.header", "1.2.0", "add.headers", of="io.debezium.transforms.ExtractNewRecordState"),
    Renamed(
        "table.field.payload", "0.10.0", "table.field.event.payload", of="io.debezium.transforms.outbox.EventRouter"
    ),
    Renamed("table.field.payload.id", "0.10.0", "table.field.event.id", of="io.debezium.transforms.outbox.EventRouter"),
    Renamed(
        "table.field.schema.version",
        "0.10.0",
        "table.field.event.schema.version",
        of="io.debezium.transforms.outbox.EventRouter",
    ),
    Renamed(
        "debezium.expand.json.payload",
        "1.7.2",
        "table.expand.json.payload",
        of="io.debezium.transforms.outbox.EventRouter",
    ),
    Renamed(
        "debezium.op.invalid.behavior",
        "2.0.0",
        "table.op.invalid.behavior",
        of="io.debezium.transforms.outbox.EventRouter",
    ),
    Renamed(
        "table.field.event.payload.id", "2.0.0", "table.field.event.id", of="io.debezium.transforms.outbox.EventRouter"
    ),
    Renamed(
        "table.fields.additional.error.on.missing",
        "3.6.0",
        "table.field.additional.missing",
        note="true is error, false is ignore",
        of="io.debezium.transforms.outbox.EventRouter",
    ),
    Renamed(
        "partition.data-collections.field.mappings",
        "2.2.0",
        "partition.payload.fields",
        of="io.debezium.transforms.partitions.PartitionRouting",
    ),
    Renamed(
        "partition.data-collections.partition.num.mappings",
        "2.2.0",
        "partition.topic.num",
        of="io.debezium.transforms.partitions.PartitionRouting",
    ),
    Renamed(
        "partition.payload.field",
        "2.2.0",
        "partition.payload.fields",
        of="io.debezium.transforms.partitions.PartitionRouting",
    ),
    Renamed("metadata.location", "2.5.0", "metadata.source", of="io.debezium.converters.CloudEventsConverter"),
    Renamed(
        "null.handling.mode",
        "1.2.4",
        None,
        note="a property of debezium-scripting's transforms, which the plugin does not hold",
        of="io.debezium.transforms.Filter",
    ),
)
# By the name on the connector, and by class and the name behind its alias.
RENAMED: Final = {each.name: each for each in _ALL if each.of is None}
RENAMED_BEHIND: Final = {(each.of, each.name): each for each in _ALL if each.of is not None}
