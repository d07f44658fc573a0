"""Rules about plugins, connectors and secrets: for each a file that keeps it, and files that do not."""

from tests.unit.environment.environment_files import Cases, Edits, Refused

PROPERTY = "decimal.handling.mode: string"
PLUGIN = "plugins: {debezium-mysql: {archive: a.zip, debezium_version: 2.7.4.Final}}"


def connector(*, server_id: str = "server_id: 5402", topics: str = "topics: {prefix: stock}") -> Edits:
    """A second connector, ``stock``."""
    source = f"      cluster: stock\n      secret: cdc/stock\n      tables: [stock.*]\n      {server_id}\n"
    return {"\nconsumers:": f"  stock:\n    plugin: debezium-mysql\n    source:\n{source}    {topics}\n\nconsumers:"}


WORKER = "connectors.orders.worker."


def worker(setting: str) -> dict[str, str]:
    return {"heartbeat_seconds: 10": f"worker: {{{setting}}}  # <-"}


def refused_worker(setting: str, wanted: str) -> Refused:
    return Refused(worker(setting), f"{WORKER}{setting.split(': ')[0]}", wanted)


SIGNALS = "signals: {table: orders.debezium_signal}"
GROUPS = "groups: [billing-*]"

CASES: Cases = {
    "consumers_signal_by_topics": (
        {SIGNALS: "signals: {topic: orders-signals}", GROUPS: f"{GROUPS}\n    signals: [orders]"},
        [
            Refused(
                {GROUPS: f"{GROUPS}\n    signals: [orders]  # <-"},
                "consumers.billing.signals[0]",
                "must be left out: no connector has signals.topic, got 'orders'",
            ),
            Refused(
                {SIGNALS: "signals: {topic: orders-signals}", GROUPS: f"{GROUPS}\n    signals: [ordres]  # <-"},
                "consumers.billing.signals[0]",
                "must be orders, which has signals.topic, got 'ordres'",
            ),
        ],
    ),
    "msk_connect_takes_the_worker_property": (
        worker("producer.linger.ms: 5, offset.flush.interval.ms: 60000, producer.retry.backoff.ms: 500"),
        [
            refused_worker("producer.acks: 1", "must be all: an event that only its leader has"),
            refused_worker("producer.enable.idempotence: false", "must be true: without it, a retry"),
            refused_worker("producer.max.block.ms: 5", "must be left out: MSK Connect refuses it in a worker"),
            refused_worker("plugin.path: /opt", "must be left out: MSK Connect refuses it in a worker"),
            refused_worker("group.id: x", "must be left out: MSK Connect refuses it in a worker"),
            refused_worker("offset.storage.topic: x", "must be left out: it is the connector's own"),
            refused_worker("config.providers: env", "must be left out: the provider of secrets is declared for you"),
            refused_worker("config.providers.env.class: x", "must be left out: the provider of secrets"),
            refused_worker("value.converter: x", "must be left out: set it in properties"),
            refused_worker("consumer.max.poll.records: 5", "must be left out: a source connector has no consumer"),
            refused_worker("exactly.once.source.support: enabled", "the role has no rights to transactions"),
            refused_worker("topic.creation.enable: false", "must be left out: connectors create their topics"),
            refused_worker("producer.max.request.size: 8388608", "must be left out: set topics.max_message_bytes"),
            refused_worker("producer.lingerms: 5", "did you mean producer.linger.ms?"),
            refused_worker("rest.prot: 8083", "is no property of Kafka Connect's worker, got 8083"),
            refused_worker("offset.flush.interval: 5", "did you mean offset.flush.interval.ms?"),
            refused_worker("producer.linger.ms: soon", "must be a whole number"),
            refused_worker("producer.compression.type: LZ4", "must be"),
            refused_worker("offset.storage.partitions: 1.5", "must be a whole number"),
        ],
    ),
    "the_plugin_exists": (
        {"plugin: debezium-mysql": "plugin: debezium", "  debezium-mysql:": "  debezium:"},
        [
            Refused(
                {"plugin: debezium-mysql": "plugin: debezium  # <-"},
                "connectors.orders.plugin",
                "must be debezium-mysql, as under plugins, got 'debezium'",
            )
        ],
    ),
    "plugins_are_used": (
        {},
        [
            Refused(
                {"\nconnectors:": "  spare:  # <-\n    archive: a.zip\n\nconnectors:"},
                "plugins.spare",
                "must be used by a connector, or left out",
            )
        ],
    ),
    "the_worker_has_debeziums_java": (
        {"plugins:": PLUGIN, "heartbeat_seconds: 10": "kafkaconnect_version: 2.7.1"},
        [
            Refused(
                {"heartbeat_seconds: 10": "kafkaconnect_version: 2.7.1  # <-"},
                "connectors.orders.kafkaconnect_version",
                "must be 3.7.x: Debezium 3.6.1.Final needs Java 17, this has 11",
            )
        ],
    ),
    "one_task_has_one_worker": (
        {"{mcu: 2, workers: 1}": "{mcu: 8}"},
        [
            Refused(
                {"{mcu: 2, workers: 1}": "{mcu: 2, workers: 2}  # <-"},
                "connectors.orders.capacity.workers",
                "must be 1: Debezium MySQL runs one task",
            ),
            Refused(
                {"{mcu: 2, workers: 1}": "{mcu: 2, workers: 0}  # <-"}, "connectors.orders.capacity.workers", "got 0"
            ),
        ],
    ),
    "server_ids_are_unique": (
        connector(),
        [
            Refused(
                connector(server_id="server_id: 5401  # <-"),
                "connectors.stock.source.server_id",
                "must differ from the server_id of connector orders, got 5401",
            )
        ],
    ),
    "topic_prefixes_are_unique": (
        connector(topics="topics: {prefix: orders_eu}"),
        [
            Refused(
                connector(topics="topics: {prefix: orders}  # <-"),
                "connectors.stock.topics.prefix",
                "must differ from the prefix of connector orders, got 'orders'",
            ),
            Refused(
                {**connector(topics="topics: {prefix: or_ders}  # <-"), "prefix: orders,": "prefix: or.ders,"},
                "connectors.stock.topics.prefix",
                "must differ from the prefix of connector orders, got 'or_ders'",
            ),
        ],
    ),
    "signals_have_a_channel": (
        {"signals: {table: orders.debezium_signal}": "signals: {topic: signals}"},
        [
            Refused(
                {"signals: {table: orders.debezium_signal}": "signals: {}  # <-"},
                "connectors.orders.signals",
                "must have a table, a topic or both",
            )
        ],
    ),
    "properties_are_the_users": (
        {PROPERTY: "max.batch.size: 4096"},
        [
            Refused(
                {PROPERTY: "topic.prefix: x  # <-"},
                "connectors.orders.properties.topic.prefix",
                "must be left out: set topics.prefix, got 'x'",
            ),
            Refused(
                {PROPERTY: "schema.history.internal.kafka.topic: x  # <-"},
                "connectors.orders.properties.schema.history.internal.kafka.topic",
                "must be left out",
            ),
        ],
    ),
    "properties_do_what_they_say": (
        {PROPERTY: "tombstones.on.delete: false"},
        [
            Refused(
                {PROPERTY: "tombstone.on.delete: false  # <-"},
                "connectors.orders.properties.tombstone.on.delete",
                "is read by nothing (did you mean tombstones.on.delete?), got false",
            ),
            Refused(
                {"heartbeat_seconds: 10": "accept: {max.batch.size: we like it that way}  # <-"},
                "connectors.orders.accept.max.batch.size",
                "must be left out: there is nothing to accept",
            ),
        ],
    ),
    "the_database_is_read_over_tls": (
        {PROPERTY: "database.ssl.mode: verify_identity"},
        [
            Refused(
                {PROPERTY: "database.ssl.mode: disabled  # <-"},
                "connectors.orders.properties.database.ssl.mode",
                "must be required, verify_ca or verify_identity, got 'disabled'",
            ),
            Refused(
                {PROPERTY: "database.ssl.mode: preferred  # <-"},
                "connectors.orders.properties.database.ssl.mode",
                "got 'preferred'",
            ),
        ],
    ),
    "secrets_stay_in_secrets_manager": (
        {PROPERTY: 'database.ssl.keystore.password: "${secretsmanager:cdc/orders:keystore}"'},
        [
            Refused(
                {PROPERTY: "database.ssl.keystore.password: hunter2  # <-"},
                "connectors.orders.properties.database.ssl.keystore.password",
                "a secret: keep it in Secrets Manager, and write ${secretsmanager:NAME:KEY} here, got (hidden)",
            ),
            Refused(
                {"tags:": "tags: {owner: AKIAIOSFODNN7EXAMPLE}  # <-"},
                "tags.owner",
                "must not hold an AWS access key: keep it in Secrets Manager, got (hidden)",
            ),
        ],
    ),
}
