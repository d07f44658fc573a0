"""Properties of the Debezium MySQL connector and of its worker, as plain strings.

Pure: takes what the environment file says of a connector, returns what Kafka Connect will read. Facts about the
properties are Debezium 3.6's and MSK Connect's own documentation.
"""

import re
from typing import Final

from modules.debezium import failover, formats, memory, topics
from modules.debezium.formats import Registry
from modules.debezium.internal import overlap
from modules.debezium.settings import Connector, Signals, Source
from modules.properties_file import as_text

RELEASE: Final = "3.6.1.Final"
CONNECTOR_CLASS: Final = "io.debezium.connector.mysql.MySqlConnector"
SECRET_PROVIDER: Final = "secretsmanager"
SECRET_PROVIDER_CLASS: Final = "com.amazonaws.kafka.config.providers.SecretsManagerConfigProvider"

# Copies an S3 object to a file of its last name, and becomes the file's path.
IMPORT_PROVIDER: Final = "s3import"
IMPORT_PROVIDER_CLASS: Final = "com.amazonaws.kafka.config.providers.S3ImportConfigProvider"
TRUST_STORE: Final = "database.ssl.truststore"

PLACEHOLDER: Final = re.compile(rf"\$\{{{SECRET_PROVIDER}:(?P<secret>[^}}:]*):(?P<key>[^}}]*)\}}")

_PRODUCER_BUFFER: Final = 32 * 2**20  # Kafka's default
# Milliseconds. By default Debezium polls for none, every 5 seconds: to connect with IAM then takes two minutes.
_SIGNAL_POLL: Final = "1000"

IAM_CLIENT: Final = {
    "security.protocol": "SASL_SSL",
    "sasl.mechanism": "AWS_MSK_IAM",
    "sasl.jaas.config": "software.amazon.msk.auth.iam.IAMLoginModule required;",
    "sasl.client.callback.handler.class": "software.amazon.msk.auth.iam.IAMClientCallbackHandler",
}


def _pattern(glob: str) -> str:
    """A name with * as Debezium's anchored regular expression."""
    return "[^.]*".join(re.escape(part) for part in glob.split("*"))


def table_expression(name: str) -> str:
    """``database.table`` as Debezium's regular expression."""
    return r"\.".join(_pattern(part) for part in name.split("."))


def _without(table: str, excluded: tuple[str, ...]) -> str:
    """Looks ahead for what is left out, and matches whole names, as Debezium does."""
    left_out = [table_expression(name) for name in excluded if overlap(table, name)]
    return f"(?!(?:{'|'.join(left_out)})$){table_expression(table)}" if left_out else table_expression(table)


def _include_lists(source: Source, signals: Signals | None) -> dict[str, str]:
    """Databases whose structure is followed, and tables whose rows are.

    The signal table's database is among the former: without its structure the first signal stops the task.
    """
    tables = source.captured
    followed = [*tables, signals.table] if signals and signals.table else tables
    databases = dict.fromkeys(_pattern(table.split(".")[0]) for table in followed)
    names = (_without(table, source.excluded) for table in tables)
    return {"database.include.list": ",".join(databases), "table.include.list": ",".join(names)}


def secrets(connector: Connector, registry: Registry | None = None) -> dict[str, tuple[str, ...]]:
    """The secrets whose values the worker reads, and the keys of each, in the order of the properties."""
    found: dict[str, dict[str, None]] = {}
    for value in connector_properties(connector, registry=registry).values():
        for placeholder in PLACEHOLDER.finditer(value):
            found.setdefault(placeholder["secret"], {})[placeholder["key"]] = None
    return {secret: tuple(keys) for secret, keys in found.items()}


def placeholder(secret: str, key: str) -> str:
    """What a worker replaces by the value of ``key`` in a secret."""
    return f"${{{SECRET_PROVIDER}:{secret}:{key}}}"


def imported(path: str, *, region: str) -> str:
    """The placeholder of a file with the S3 object ``path``, ``bucket/key``."""
    return f"${{{IMPORT_PROVIDER}:{region}:{path}}}"


def imports_trust_store(connector: Connector) -> bool:
    """Whether the worker reads a trust store from S3."""
    return bool(connector.source.tls and connector.source.tls.ca_bundle)


def _tls_mode(source: Source) -> str:
    return f"verify_{source.tls.verify}" if source.tls else "required"


def _signals(connector: Connector) -> dict[str, str]:
    signals = connector.signals
    if signals is None:
        return {}
    channels = [name for name, given in (("source", signals.table), ("kafka", signals.topic)) if given]
    properties = {"signal.enabled.channels": ",".join(channels)}
    if signals.table:
        properties["signal.data.collection"] = signals.table
    else:
        # Without a table to write watermarks to, incremental snapshots need GTIDs alone.
        properties["read.only"] = "true"
    if signals.topic:
        properties["signal.kafka.topic"] = signals.topic
        properties["signal.kafka.groupId"] = topics.signal_group(connector)
        properties["signal.kafka.poll.timeout.ms"] = _SIGNAL_POLL
    return properties


def _schema_history(connector: Connector) -> dict[str, str]:
    given = {
        "schema.history.internal.store.only.captured.tables.ddl": connector.schema_history.captured_tables_only,
        "schema.history.internal.skip.unparseable.ddl": connector.schema_history.skip_unparseable_ddl,
    }
    return {key: "true" for key, chosen in given.items() if chosen}


def _notifications(connector: Connector) -> dict[str, str]:
    if not connector.notifications:
        return {}
    topic = f"{connector.topics.prefix}.notifications"
    return {"notification.enabled.channels": "sink", "notification.sink.topic.name": topic}


def _large_messages(connector: Connector) -> dict[str, str]:
    """For new topics and the schema history, of which one statement may be as large as a row."""
    most = connector.topics.max_message_bytes
    if most is None:
        return {}
    keys = ("producer.max.request.size", "producer.buffer.memory", "consumer.max.partition.fetch.bytes")
    values = (most, 2 * most, most)
    history = {f"schema.history.internal.{key}": str(value) for key, value in zip(keys, values, strict=True)}
    return {"topic.creation.default.max.message.bytes": str(most), **history}


def _producer_of_large_messages(connector: Connector) -> dict[str, str]:
    """A producer waits until a whole event fits into its buffer."""
    most = connector.topics.max_message_bytes
    if most is None:
        return {}
    return {"producer.max.request.size": str(most), "producer.buffer.memory": str(max(2 * most, _PRODUCER_BUFFER))}


def _isolation(connector: Connector) -> dict[str, str]:
    """Without locks, Debezium reads the binlog position after the first read of its transaction.

    At REPEATABLE READ, which it asks for, rows committed between the two are neither in the snapshot nor in the stream.
    At READ COMMITTED each table is read as it is after the position: a row may come twice, and none is lost. The
    driver takes Debezium's level for its own, which is the server's default, and so does not set it.
    """
    if connector.snapshot.locking != "none":
        return {}
    return {
        "driver.alwaysSendSetIsolation": "false",
        "driver.sessionVariables": "transaction_isolation='READ-COMMITTED'",
    }


def _failures(debezium_version: str) -> dict[str, str]:
    """A value that cannot be converted stops the task: from 2.6 on the default is null and a line in the log."""
    since = (2, 6)
    mode = {"event.converting.failure.handling.mode": "fail"}
    return mode if tuple(map(int, debezium_version.split(".")[:2])) >= since else {}


def connector_properties(
    connector: Connector, *, debezium_version: str = RELEASE, registry: Registry | None = None
) -> dict[str, str]:
    """What the file alone decides; the user's own properties come last."""
    source, prefix = connector.source, connector.topics.prefix
    ours = {
        "connector.class": CONNECTOR_CLASS,
        "tasks.max": "1",
        # A rotated secret must not restart the task at a moment of its own choosing.
        "config.action.reload": "none",
        "database.user": placeholder(source.secret, source.username_field),
        "database.password": placeholder(source.secret, source.password_field),
        "database.server.id": str(source.server_id),
        "database.ssl.mode": _tls_mode(source),
        **_include_lists(source, connector.signals),
        "topic.prefix": prefix,
        # -1 is the brokers' default.replication.factor (Kafka 2.4 and later).
        "topic.creation.default.replication.factor": "-1",
        "topic.creation.default.partitions": str(connector.topics.partitions),
        "snapshot.mode": connector.snapshot.mode,
        "snapshot.locking.mode": connector.snapshot.locking,
        **_isolation(connector),
        "heartbeat.interval.ms": str(connector.heartbeat_seconds * 1000),
        "schema.history.internal.kafka.topic": topics.schema_history_topic(connector),
        "schema.history.internal.store.only.captured.databases.ddl": "true",
        **_schema_history(connector),
        **_notifications(connector),
        **_large_messages(connector),
        **_failures(debezium_version),
        **failover.properties(debezium_version),
        memory.KEY: str(memory.LIMIT),
        **_signals(connector),
        **_format(connector, registry),
    }
    return ours | {key: as_text(value) for key, value in connector.properties.items()}


def _format(connector: Connector, registry: Registry | None) -> dict[str, str]:
    """Without what belongs to a converter of keys that the user's own replaces."""
    found = formats.properties(connector.format, registry)
    own = formats.KEY in connector.properties
    return {key: value for key, value in found.items() if not (own and key.startswith(f"{formats.KEY}."))}


def bootstrap_keys(connector: Connector) -> list[str]:
    """The properties that list the brokers, for Debezium's own clients."""
    keys = ["schema.history.internal.kafka.bootstrap.servers"]
    if connector.signals and connector.signals.topic:
        keys.append("signal.kafka.bootstrap.servers")
    return keys


def connection_properties(
    connector: Connector, *, hostname: str, port: str, bootstrap: str, trust_store: str | None = None
) -> dict[str, str]:
    """What only a deploy knows: the database's endpoint, and the brokers for Debezium's own clients.

    ``trust_store`` is a file's path, or what becomes one.
    """
    clients = ["schema.history.internal.producer.", "schema.history.internal.consumer."]
    if connector.signals and connector.signals.topic:
        clients.append("signal.consumer.")
    return {
        "database.hostname": hostname,
        "database.port": port,
        **({TRUST_STORE: trust_store} if trust_store else {}),
        **dict.fromkeys(bootstrap_keys(connector), bootstrap),
        **{client + key: value for client in clients for key, value in IAM_CLIENT.items()},
    }


def worker_properties(connector: Connector | None = None, *, region: str, offset_topic: str) -> dict[str, str]:
    """The worker configuration: converters, the secret's provider, offsets, and a tuned producer.

    Producer settings belong here: MSK Connect refuses them on the connector. Those of ``connector`` come last.
    """
    given: dict[str, str] = {}
    if connector:
        own = {key: as_text(value) for key, value in connector.worker.items()}
        given = _producer_of_large_messages(connector) | own
    provider, imports = f"config.providers.{SECRET_PROVIDER}", f"config.providers.{IMPORT_PROVIDER}"
    trusted: dict[str, str] = {}
    if connector and imports_trust_store(connector):
        trusted = {
            "config.providers": f"{SECRET_PROVIDER},{IMPORT_PROVIDER}",
            f"{imports}.class": IMPORT_PROVIDER_CLASS,
            f"{imports}.param.region": region,
        }
    return {
        "key.converter": "org.apache.kafka.connect.json.JsonConverter",
        "key.converter.schemas.enable": "false",
        "value.converter": "org.apache.kafka.connect.json.JsonConverter",
        "value.converter.schemas.enable": "false",
        "config.providers": SECRET_PROVIDER,
        f"{provider}.class": SECRET_PROVIDER_CLASS,
        f"{provider}.param.region": region,
        # The default, ignore, turns a missing secret into an empty password.
        f"{provider}.param.NotFoundStrategy": "fail",
        **trusted,
        "offset.storage.topic": offset_topic,
        # One connector needs one of each, and MSK Connect would make 25 and 5: brokers limit their number.
        "offset.storage.partitions": "1",
        "status.storage.partitions": "1",
        # What came since the last commit comes again after a crash: Connect's default is a minute of it.
        "offset.flush.interval.ms": "10000",
        "producer.acks": "all",
        "producer.linger.ms": "20",
        "producer.batch.size": "524288",
        "producer.compression.type": "lz4",
    } | given
