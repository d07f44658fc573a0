"""Properties of connectors, workers and brokers: all are compared, only known harmless ones are shown."""

import re
from typing import Any, Final

from cdc.plans.reading.resources import UNKNOWN, Side
from modules.messages import secrecy

TABLES: Final = "table.include.list"
DATABASES: Final = "database.include.list"
NOT_SET: Final = "not set"
_ANY: Final = "[^.]*"
# Lists of transforms and predicates, their classes, and which predicate a transform has.
_IS_CLASS: Final = re.compile(
    r"transforms|predicates|(?:transforms|predicates)\.[^.]+\.type|transforms\.[^.]+\.predicate"
)
# Properties of Kafka Connect and Debezium that never hold a secret. Others are compared, but not printed.
_HARMLESS: Final = frozenset(
    """
    bigint.unsigned.handling.mode binary.handling.mode column.exclude.list column.include.list config.action.reload
    config.providers config.providers.s3import.class config.providers.s3import.param.region
    config.providers.secretsmanager.class config.providers.secretsmanager.param.NotFoundStrategy
    config.providers.secretsmanager.param.region connector.class database.exclude.list database.hostname
    database.include.list database.port database.server.id database.ssl.mode database.ssl.truststore
    datatype.propagate.source.type
    decimal.handling.mode enable.time.adjuster errors.log.enable errors.max.retries errors.retry.timeout
    errors.tolerance event.converting.failure.handling.mode event.processing.failure.handling.mode
    gtid.source.excludes gtid.source.filter.dml.events gtid.source.includes heartbeat.interval.ms include.query
    include.schema.changes include.schema.comments inconsistent.schema.handling.mode incremental.snapshot.chunk.size
    field.name.adjustment.mode
    key.converter key.converter.apicurio.registry.url key.converter.registry.name key.converter.schema.registry.url
    key.converter.schemas.enable max.batch.size max.queue.size max.queue.size.in.bytes
    message.key.columns min.row.count.to.stream.results notification.enabled.channels offset.flush.interval.ms
    offset.flush.timeout.ms offset.storage.topic poll.interval.ms producer.acks producer.batch.size
    producer.buffer.memory producer.compression.type producer.enable.idempotence producer.linger.ms
    producer.max.request.size producer.override.acks producer.override.enable.idempotence provide.transaction.metadata
    read.only retriable.restart.connector.wait.ms schema.history.internal
    schema.history.internal.kafka.bootstrap.servers schema.history.internal.kafka.topic
    schema.history.internal.skip.unparseable.ddl schema.history.internal.store.only.captured.databases.ddl
    schema.history.internal.store.only.captured.tables.ddl schema.name.adjustment.mode signal.data.collection
    signal.enabled.channels signal.kafka.bootstrap.servers signal.kafka.groupId signal.kafka.topic skipped.operations
    snapshot.delay.ms snapshot.fetch.size snapshot.include.collection.list snapshot.locking.mode snapshot.max.threads
    snapshot.mode snapshot.mode.configuration.based.start.stream streaming.delay.ms table.exclude.list
    table.ignore.builtin table.include.list tasks.max time.precision.mode tombstones.on.delete
    topic.creation.default.cleanup.policy topic.creation.default.compression.type topic.creation.default.partitions
    topic.creation.default.replication.factor topic.creation.default.retention.bytes
    topic.creation.default.retention.ms topic.prefix value.converter value.converter.apicurio.registry.url
    value.converter.compatibility value.converter.region value.converter.registry.name
    value.converter.schema.registry.url value.converter.schemas.enable
    """.split()  # noqa: SIM905 - a list of one word a line is too long to read
)


_EXCLUDING: Final = re.compile(r"\(\?!\(\?:(?P<excluded>(?:\\.|[^|()\\]|\|)+)\)\$\)(?P<captured>.*)")

_ALTERNATIVE: Final = re.compile(r"(?:\\.|[^|\\])+")


def tables(patterns: object) -> list[str]:
    """Anchored regular expressions in the syntax of the environment file: ``orders.customers``, ``a.*``, ``!a.b``."""
    found = [exclusions(pattern) for pattern in str(patterns or "").split(",") if pattern]
    captured = [_table(pattern) for pattern, _ in found]
    return [*captured, *dict.fromkeys(f"!{_table(one)}" for _, excluded in found for one in excluded)]


def exclusions(pattern: str) -> tuple[str, frozenset[str]]:
    """What this project's expression matches, and what it leaves out of that by looking ahead."""
    if found := _EXCLUDING.fullmatch(pattern):
        return found["captured"], frozenset(_ALTERNATIVE.findall(found["excluded"]))
    return pattern, frozenset()


def _table(pattern: str) -> str:
    parts = [re.sub(r"\\(.)", r"\1", part) for part in pattern.split(_ANY)]
    # A pattern that this project did not write is shown unchanged.
    return "*".join(parts) if _ANY.join(map(re.escape, parts)) == pattern else pattern


def shown_key(key: str) -> str:
    return secrecy.shown_key(key)


def shown(key: str, value: Any) -> str:
    """``value`` as it may be printed."""
    if value is UNKNOWN:
        return str(UNKNOWN.value)
    if value is None:
        return NOT_SET
    if not (key in _HARMLESS or _IS_CLASS.fullmatch(key)) or "${" in str(value) or secrecy.literal(key, value):
        return secrecy.HIDDEN
    return ", ".join(tables(value)) if key in (TABLES, DATABASES) else str(value)


def shown_at(side: Side, *path: str | int) -> str:
    """The name or size at ``path``, never a property; (hidden) where Terraform marks it as sensitive."""
    value = side.get(*path)
    if value is UNKNOWN:
        return str(UNKNOWN.value)
    if side.hides(*path):
        return secrecy.HIDDEN
    return NOT_SET if value is None else " ".join(str(value).split())


def setting(key: str, value: str | None) -> str:
    """A broker's setting as it may be printed: none of those that MSK accepts is secret."""
    return "the default" if value is None else secrecy.HIDDEN if secrecy.literal(key, value) else value
