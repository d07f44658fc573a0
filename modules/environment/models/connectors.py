"""Debezium MySQL connectors: source, topics, snapshot, capacity."""

from typing import Annotated, Literal

from pydantic import Field

from modules.debezium.formats import Format
from modules.environment import msk, names
from modules.environment.models.base import Model
from modules.environment.models.sources import Source


class Topics(Model):
    """The topics of events: ``<prefix>.<database>.<table>``. The prefix must never change.

    ``others`` are topics to which transforms route events, such as those of an outbox. ``max_message_bytes`` is the
    size of the largest event.
    """

    prefix: names.TopicName
    partitions: Annotated[int, Field(ge=1, le=1000)] = 1
    others: names.Many[names.TopicPattern] = ()
    max_message_bytes: Annotated[int, Field(ge=2**20, le=2**26)] | None = None


class Snapshot(Model):
    """The initial snapshot. Aurora denies the global read lock, so any lock is a table lock."""

    mode: Literal["initial", "initial_only", "no_data", "when_needed", "always", "recovery"] = "initial"
    locking: Literal["none", "minimal", "extended"] = "none"


class SchemaHistory(Model):
    """What the schema history keeps, and what happens to a statement that Debezium cannot read."""

    captured_tables_only: bool = False
    skip_unparseable_ddl: bool = False


class Signals(Model):
    """Channels for signals, such as ad-hoc snapshots: a table of the source, a Kafka topic, or both."""

    table: names.Table | None = None
    topic: names.TopicName | None = None


class Adoption(Model):
    """A connector that ran before under ``name``: resumed from the offsets and the schema history that it left.

    ``signal_group`` is the consumer group that it read its signal topic in.
    """

    name: names.ConnectorName
    offset_topic: names.KafkaTopic
    schema_history_topic: names.KafkaTopic
    signal_group: names.ConsumerGroup | None = None


class Capacity(Model):
    """MSK Connect units (1 vCPU, 4 GiB each) of one worker."""

    mcu: Annotated[Literal[1, 2, 4, 8], names.Whole] = 1
    workers: int = 1


class Connector(Model):
    """A Debezium MySQL connector. Its key in the file is its identity.

    ``accept`` says why what loses data, or cannot be checked, is wanted: by property.
    """

    plugin: names.Name
    source: Source
    topics: Topics
    snapshot: Snapshot = Snapshot()
    signals: Signals | None = None
    notifications: bool = False
    schema_history: SchemaHistory = SchemaHistory()
    format: Format = "json"
    heartbeat_seconds: Annotated[int, Field(ge=1, le=300)] = 10
    capacity: Capacity = Capacity()
    kafkaconnect_version: msk.KafkaConnectVersion = "3.7.x"
    log_retention_days: names.RetentionDays = 30
    adopt: Adoption | None = None
    worker: names.Keyed[str, names.Property] = {}
    properties: names.Keyed[str, names.Property] = {}
    accept: names.Keyed[str, names.Reason] = {}
