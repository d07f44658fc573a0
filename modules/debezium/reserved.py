"""Connector properties that an environment file's ``properties`` may not set, and where the file sets them instead."""

import re
from typing import Final

# What a user's `properties` may not touch, and where the file says it instead.
_OWNED: Final = {
    "connector.class": "the plugin decides it",
    "tasks.max": "Debezium MySQL runs one task",
    "name": "it is the connector's key",
    "database.hostname": "it comes from source.cluster, instance or host",
    "database.port": "it comes from source.cluster, instance or host",
    "database.user": "it comes from source.secret",
    "database.password": "it comes from source.secret",
    "database.server.id": "set source.server_id",
    "database.ssl.truststore": "set source.tls, with ca_bundle",
    "database.ssl.truststore.password": "set source.tls, with ca_bundle; its trust store has no password",
    "database.include.list": "set source.tables",
    "table.include.list": "set source.tables",
    "topic.prefix": "set topics.prefix",
    "topic.creation.default.partitions": "set topics.partitions",
    "topic.creation.default.max.message.bytes": "set topics.max_message_bytes",
    "topic.creation.default.replication.factor": "it is the brokers' default",
    "snapshot.mode": "set snapshot.mode",
    "snapshot.locking.mode": "set snapshot.locking",
    "heartbeat.interval.ms": "set heartbeat_seconds",
    "heartbeat.topics.prefix": "the connector's role names the topic",
    "topic.heartbeat.prefix": "the connector's role names the topic",
    "topic.heartbeat.name": "the connector's role names the topic",
    "topic.delimiter": "the connector's role names its topics",
    "topic.naming.strategy": "the connector's role names its topics",
    "topic.regex": "only another topic.naming.strategy reads it",
    "topic.replacement": "only another topic.naming.strategy reads it",
    "topic.key.enforce.uniqueness": "only another topic.naming.strategy reads it",
    "topic.key.field.name": "only another topic.naming.strategy reads it",
    "topic.key.field.regex": "only another topic.naming.strategy reads it",
    "topic.key.field.replacement": "only another topic.naming.strategy reads it",
    "offsets.storage.topic": "the worker's offset topic is the connector's own already, and the role names it",
    "signal.file": "set signals",
    "database.exclude.list": "set source.tables",
    "table.exclude.list": "set source.tables",
    "signal.enabled.channels": "set signals",
    "signal.data.collection": "set signals.table",
    "read.only": "set signals.topic without signals.table",
    "config.action.reload": "a restart by a reload would be silent",
}
_OWNED_PREFIXES: Final = {
    "schema.history.internal": "the schema history is kept for you",
    "signal.kafka.": "set signals.topic",
    "signal.consumer.": "set signals.topic",
    "producer.override.": "MSK Connect blocks client overrides",
    "consumer.override.": "MSK Connect blocks client overrides",
    "admin.override.": "MSK Connect blocks client overrides",
    "config.providers": "providers are declared in the worker configuration",
}
_PATH: Final = re.compile(r"(?:set|it comes from) ([a-z_]+(?:\.[a-z_]+)?)")


_HISTORY: Final = {
    "schema.history.internal.store.only.captured.tables.ddl": "set schema_history.captured_tables_only",
    "schema.history.internal.skip.unparseable.ddl": "set schema_history.skip_unparseable_ddl",
    # How long Debezium waits for the topic; a slow cluster may need more.
    "schema.history.internal.kafka.recovery.attempts": None,
    "schema.history.internal.kafka.recovery.poll.interval.ms": None,
    "schema.history.internal.kafka.query.timeout.ms": None,
    "schema.history.internal.kafka.create.timeout.ms": None,
}


def refusal(key: str) -> str | None:
    """Why a user's ``properties`` may not hold ``key``; None where they may."""
    if key in _HISTORY:
        return _HISTORY[key]
    for prefix, reason in _OWNED_PREFIXES.items():
        if key.startswith(prefix):
            return reason
    return _OWNED.get(key)


def paths() -> dict[str, str]:
    """The key of a connector's entry that sets a property, by the property: ``source.tables``."""
    reasons = {**_OWNED, **_HISTORY}
    found = ((key, _PATH.match(reason)) for key, reason in reasons.items() if reason)
    return {key: match[1] for key, match in found if match}
