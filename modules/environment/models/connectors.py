"""Debezium MySQL connectors: what they read, where events go, how they run."""

from typing import Annotated, Literal

from pydantic import Field

from modules.environment import msk, names
from modules.environment.models.base import Model


class Source(Model):
    """An Aurora MySQL cluster that exists, the secret to read it with, and what to capture.

    ``tables`` are ``database.table``; * stands for any characters but a dot.
    """

    cluster: names.ClusterIdentifier
    secret: names.SecretName
    server_id: Annotated[int, Field(ge=1, le=2**32 - 1)]
    tables: Annotated[names.Many[names.TablePattern], Field(min_length=1)]


class Topics(Model):
    """Where events go: ``<prefix>.<database>.<table>``. The prefix never changes."""

    prefix: names.TopicName
    partitions: Annotated[int, Field(ge=1, le=1000)] = 1


class Snapshot(Model):
    """How the first read is done. Aurora denies the global lock, so any lock is a table lock."""

    mode: Literal["initial", "initial_only", "no_data", "when_needed", "always", "recovery"] = "initial"
    locking: Literal["none", "minimal", "extended"] = "none"


class Signals(Model):
    """Where ad-hoc snapshots are asked for: a table of the source, a Kafka topic, or both."""

    table: names.Table | None = None
    topic: names.TopicName | None = None


class Capacity(Model):
    """MSK Connect units (1 vCPU, 4 GiB each) of one worker."""

    mcu: Literal[1, 2, 4, 8] = 1
    workers: int = 1


class Connector(Model):
    """One Debezium MySQL connector. Its key in the file is its identity."""

    plugin: names.Name
    source: Source
    topics: Topics
    snapshot: Snapshot = Snapshot()
    signals: Signals | None = None
    heartbeat_seconds: Annotated[int, Field(ge=1, le=300)] = 10
    capacity: Capacity = Capacity()
    kafkaconnect_version: msk.KafkaConnectVersion = "3.7.x"
    log_retention_days: names.RetentionDays = 30
    properties: names.Keyed[str, names.Property] = {}
