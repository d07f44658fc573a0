"""Plans that lose data, and the rules that refuse them."""

from typing import Final, NamedTuple

from tests.cdc.plans.altered import (
    Alter,
    acting,
    broker_settings,
    expiring,
    narrowed,
    only,
    then,
    unknown,
    whole,
    with_property,
    without,
    without_property,
)

CONNECTOR: Final = "aws_mskconnect_connector.connectors_"
WORKER: Final = "aws_mskconnect_worker_configuration.connectors_"
ORDERS, STOCK, REFUNDS, RETURNS = (f"{CONNECTOR}{key}_" for key in ("orders", "stock", "refunds", "returns"))
BUCKET, VERSIONING, TABLE, KEY, ALIAS, CLUSTER = (
    f"aws_{type_}."
    for type_ in ("s3_bucket", "s3_bucket_versioning", "dynamodb_table", "kms_key", "kms_alias", "msk_cluster")
)
PEERING: Final = "aws_vpc_peering_connection."
PROPERTIES: Final = "connector_configuration"


class Dangerous(NamedTuple):
    """A plan, and the rules that refuse it: these and no others."""

    change: str
    alter: Alter
    rules: str


DANGEROUS: Final = {
    "a peering is destroyed": Dangerous("no platform", narrowed(PEERING), "peering-removed"),
    "the cluster is destroyed": Dangerous("no platform", narrowed(CLUSTER), "cluster-destroyed"),
    "the cluster is replaced": Dangerous("zones", narrowed(CLUSTER), "cluster-destroyed"),
    "another cluster is created before the old one is destroyed": Dangerous(
        "zones", then(narrowed(CLUSTER), acting(CLUSTER, "create", "delete")), "cluster-destroyed"
    ),
    "the brokers' key is destroyed": Dangerous("no platform", narrowed(KEY), "key-destroyed"),
    "the state's key is destroyed": Dangerous("no state store", narrowed(KEY), "key-destroyed"),
    "a key is disabled": Dangerous("weakened", narrowed(KEY), "key-disabled"),
    "whether a key is disabled is not known": Dangerous(
        "weakened", then(narrowed(KEY), unknown(KEY, "is_enabled")), "unknown-until-apply"
    ),
    "the state's alias is destroyed": Dangerous("no state store", narrowed(ALIAS), "state-alias-destroyed"),
    "the state's alias gets another name": Dangerous("other names", narrowed(ALIAS), "state-alias-destroyed"),
    "the state bucket is destroyed": Dangerous("no state store", narrowed("aws_s3_bucket"), "bucket-destroyed"),
    "the state bucket gets another name": Dangerous("other names", narrowed(BUCKET), "bucket-destroyed"),
    "the plugin bucket's block is removed": Dangerous("fewer", narrowed("plugin-bucket"), "bucket-destroyed"),
    "the state bucket's versioning is suspended": Dangerous("loosened", narrowed(VERSIONING), "versioning-ended"),
    "the plugin bucket's versioning is suspended": Dangerous("workers", narrowed(VERSIONING), "versioning-ended"),
    "a bucket's versioning resource is removed": Dangerous("fewer", narrowed(VERSIONING), "versioning-ended"),
    "old versions expire sooner": Dangerous("first", expiring(90, 7), "versions-expire-sooner"),
    "the lock table is destroyed": Dangerous("no state store", narrowed(TABLE), "lock-table-destroyed"),
    "the lock table gets another name": Dangerous("other names", narrowed(TABLE), "lock-table-destroyed"),
    "another cluster has the database's name": Dangerous("blue/green", whole, "source-replaced"),
    "a connector is destroyed": Dangerous("fewer", narrowed(STOCK), "connector-destroyed"),
    "a connector is destroyed while an unrelated one is added": Dangerous(
        "weekly", then(narrowed(STOCK, RETURNS), acting(STOCK, "delete")), "connector-destroyed"
    ),
    "a connector's key is renamed": Dangerous(
        "identities", narrowed(REFUNDS, RETURNS), "connector-renamed server-id-reused"
    ),
    "a connector's name changes": Dangerous("workers", narrowed(REFUNDS), "connector-renamed"),
    "a connector's offset topic changes": Dangerous("workers", narrowed(ORDERS, WORKER), "offset-topic-changed"),
    "a connector's offset topic is not known": Dangerous(
        "workers",
        then(narrowed(ORDERS, WORKER), unknown(f"{WORKER}orders", "properties_file_content")),
        "unknown-until-apply",
    ),
    "a connector's worker configuration is not in the plan": Dangerous(
        "workers", then(narrowed(ORDERS, WORKER), without(f"{WORKER}orders")), "unknown-until-apply"
    ),
    "a connector's topic prefix changes": Dangerous("identities", only(ORDERS, "topic.prefix"), "topic-prefix-changed"),
    "a connector's topic prefix is not known": Dangerous(
        "identities",
        then(only(ORDERS, "topic.prefix"), unknown(ORDERS, PROPERTIES, "topic.prefix")),
        "unknown-until-apply",
    ),
    "a connector's schema history changes": Dangerous(
        "identities", only(ORDERS, "schema.history.internal.kafka.topic"), "schema-history-changed"
    ),
    "a connector's prefix changes in the environment file": Dangerous(
        "identities", narrowed(ORDERS), "topic-prefix-changed schema-history-changed"
    ),
    "a deployed connector adopts another one": Dangerous("adopting", narrowed(ORDERS), "connector-renamed"),
    "a deployed connector adopts other topics and another group": Dangerous(
        "adopting",
        narrowed(STOCK, f"{WORKER}stock"),
        "offset-topic-changed schema-history-changed signal-group-changed",
    ),
    "a connector reads another database": Dangerous("identities", only(STOCK, "database.hostname"), "source-changed"),
    "a connector stops after its snapshot": Dangerous("identities", only(STOCK, "snapshot.mode"), "streaming-ended"),
    "Debezium skips events": Dangerous(
        "identities", only(STOCK, "event.processing.failure.handling.mode"), "events-skipped"
    ),
    "Debezium empties values": Dangerous(
        "identities", only(STOCK, "event.converting.failure.handling.mode"), "values-emptied"
    ),
    "a new connector's word in capitals": Dangerous(
        "weekly", then(narrowed(RETURNS), with_property(RETURNS, "errors.tolerance", " ALL ")), "events-skipped"
    ),
    "a word that stopped the task is left out": Dangerous(
        "weekly",
        then(narrowed(STOCK), without_property(STOCK, "event.converting.failure.handling.mode")),
        "values-emptied",
    ),
    "a connector reads fewer tables": Dangerous(
        "weekly",
        then(narrowed(ORDERS), with_property(ORDERS, "table.include.list", "orders\\.customers")),
        "tables-removed",
    ),
    "a connector takes a snapshot when needed": Dangerous(
        "weekly", then(narrowed(STOCK), with_property(STOCK, "snapshot.mode", "when_needed")), "snapshot-repeated"
    ),
    "Kafka Connect skips events": Dangerous("identities", only(STOCK, "errors.tolerance"), "events-skipped"),
    "a new connector skips events": Dangerous(
        "weekly", then(narrowed(RETURNS), with_property(RETURNS, "errors.tolerance", "all")), "events-skipped"
    ),
    "the server id of another connector that keeps it": Dangerous("numbers", narrowed(ORDERS), "server-id-reused"),
    "the server id of another connector that changes it": Dangerous(
        "numbers", narrowed(ORDERS, REFUNDS), "server-id-reused"
    ),
    "a new connector has another's server id": Dangerous("numbers", narrowed(RETURNS), "server-id-reused"),
    "a new connector has the server id of one that is removed from the state": Dangerous(
        "numbers", then(narrowed(RETURNS, ORDERS), acting(ORDERS, "forget")), "server-id-reused"
    ),
    "a server id with an unknown database": Dangerous(
        "numbers", then(narrowed(RETURNS), unknown(RETURNS, PROPERTIES, "database.hostname")), "server-id-reused"
    ),
    "events are kept for fewer hours": Dangerous(
        "weakened", broker_settings("log.retention.hours=24"), "retention-shortened"
    ),
    "events are kept for fewer ms": Dangerous(
        "weakened", broker_settings("log.retention.ms=86400000"), "retention-shortened"
    ),
    "events are kept up to a size limit": Dangerous(
        "weakened", broker_settings("log.retention.bytes=1073741824"), "retention-shortened"
    ),
    "events are compacted": Dangerous(
        "weakened", broker_settings("log.cleanup.policy=compact"), "cleanup-policy-changed"
    ),
    "fewer replicas are in sync": Dangerous("weakened", broker_settings("min.insync.replicas=1"), "fewer-replicas"),
    "fewer replicas are made": Dangerous("weakened", broker_settings("default.replication.factor=2"), "fewer-replicas"),
    "a lagging replica may lead": Dangerous(
        "weakened", broker_settings("unclean.leader.election.enable=true"), "unclean-election-enabled"
    ),
    "a lagging replica may lead, by MSK's default": Dangerous(
        "weakened", broker_settings("unclean.leader.election.enable"), "unclean-election-enabled"
    ),
    "brokers get another configuration, with shorter retention": Dangerous(
        "weakened",
        then(broker_settings("log.retention.hours=24"), acting("aws_msk_configuration", "create", "forget")),
        "retention-shortened",
    ),
    "the brokers' settings are not known": Dangerous(
        "weakened",
        then(narrowed("aws_msk_configuration"), unknown("aws_msk_configuration", "server_properties")),
        "unknown-until-apply",
    ),
}
