"""Parts of plans that lose nothing, though they come near to it."""

from typing import Final, NamedTuple

from tests.cdc.plans.altered import (
    Alter,
    acting,
    at_another_address,
    broker_settings,
    deposed,
    expiring,
    narrowed,
    only,
    then,
    turned,
    unknown,
    whole,
    with_property,
    without,
)
from tests.cdc.plans.dangerous import (
    ALIAS,
    BUCKET,
    CLUSTER,
    KEY,
    ORDERS,
    PROPERTIES,
    REFUNDS,
    RETURNS,
    STOCK,
    TABLE,
    VERSIONING,
    WORKER,
)


class Harmless(NamedTuple):
    """A part of a plan that passes, though it comes near to what ``near`` refuses."""

    change: str
    alter: Alter
    near: str


HARMLESS: Final = {
    "nothing": Harmless("nothing", whole, "cluster-destroyed"),
    "everything for the first time": Harmless("first", whole, "cannot-be-judged"),
    "a week's changes": Harmless("weekly", whole, "server-id-reused"),
    "a larger cluster": Harmless("grown", whole, "cluster-destroyed"),
    "the cluster is forgotten": Harmless(
        "no platform", then(narrowed(CLUSTER), acting(CLUSTER, "forget")), "cluster-destroyed"
    ),
    "a new cluster beside the old one, which is forgotten": Harmless(
        "zones", then(narrowed(CLUSTER), acting(CLUSTER, "create", "forget")), "cluster-destroyed"
    ),
    "the key is forgotten": Harmless("no platform", then(narrowed(KEY), acting(KEY, "forget")), "key-destroyed"),
    "a key would wait for fewer days": Harmless("loosened", narrowed(KEY), "key-disabled"),
    "a key is enabled": Harmless("lessened", then(narrowed(KEY), turned(KEY)), "key-disabled"),
    "the alias of the brokers' key goes": Harmless("no platform", narrowed(ALIAS), "state-alias-destroyed"),
    "a bucket is forgotten": Harmless(
        "no state store", then(narrowed(BUCKET), acting(BUCKET, "forget")), "bucket-destroyed"
    ),
    "a bucket and a connector move to other addresses": Harmless("moved", whole, "bucket-destroyed"),
    "suspended versioning is taken away": Harmless(
        "loosened", then(narrowed(VERSIONING), turned(VERSIONING), acting(VERSIONING, "delete")), "versioning-ended"
    ),
    "versioning is turned on": Harmless("loosened", then(narrowed(VERSIONING), turned(VERSIONING)), "versioning-ended"),
    "old versions stay longer": Harmless("first", expiring(90, 365), "versions-expire-sooner"),
    "the lock table changes in place": Harmless("loosened", narrowed(TABLE), "lock-table-destroyed"),
    "a connector is forgotten": Harmless("fewer", narrowed(REFUNDS), "connector-destroyed"),
    "a connector is replaced for another plugin": Harmless(
        "weekly", narrowed(ORDERS, "custom_plugin"), "connector-destroyed"
    ),
    "a connector is destroyed here and created there": Harmless(
        "nothing", at_another_address(ORDERS), "connector-renamed"
    ),
    "a connector is replaced for another worker configuration": Harmless(
        "workers", narrowed(STOCK, f"{WORKER}stock"), "offset-topic-changed"
    ),
    "a connector keeps a worker configuration that was made elsewhere": Harmless(
        "weekly", then(narrowed(ORDERS), without(f"{WORKER}orders")), "cannot-be-judged"
    ),
    "a connector's tables change": Harmless("weekly", only(ORDERS, "table.include.list"), "topic-prefix-changed"),
    "a connector's heartbeat changes": Harmless(
        "weekly", only(ORDERS, "heartbeat.interval.ms"), "schema-history-changed"
    ),
    "a connector reads with larger batches": Harmless("weekly", only(STOCK, "max.batch.size"), "source-changed"),
    "a connector takes a snapshot when needed": Harmless("weekly", only(STOCK, "snapshot.mode"), "streaming-ended"),
    "a new connector takes a snapshot only": Harmless(
        "weekly", then(narrowed(RETURNS), with_property(RETURNS, "snapshot.mode", "initial_only")), "streaming-ended"
    ),
    "a connector that skips events already": Harmless(
        "weekly",
        then(narrowed(STOCK), with_property(STOCK, "errors.tolerance", "all", sides=("before", "after"))),
        "events-skipped",
    ),
    "a connector stops skipping events": Harmless(
        "identities", then(only(STOCK, "errors.tolerance"), turned(STOCK)), "events-skipped"
    ),
    "a connector gets a server id that none had": Harmless("numbers", narrowed(REFUNDS), "server-id-reused"),
    "one of two connectors with the same server id gets another": Harmless(
        "numbers",
        then(narrowed(REFUNDS), with_property(REFUNDS, "database.server.id", "5401", sides=("before",))),
        "server-id-reused",
    ),
    "a new connector": Harmless("weekly", narrowed(RETURNS), "server-id-reused"),
    "the server id of another database": Harmless(
        "weekly", then(narrowed(RETURNS), with_property(RETURNS, "database.server.id", "5402")), "server-id-reused"
    ),
    "events are kept longer": Harmless("lessened", broker_settings("log.retention.hours=336"), "retention-shortened"),
    "events are kept without end": Harmless("lessened", broker_settings("log.retention.ms=-1"), "retention-shortened"),
    "a week is said in minutes": Harmless(
        "lessened", broker_settings("log.retention.minutes=10080"), "retention-shortened"
    ),
    "the default policy is said": Harmless(
        "lessened", broker_settings("log.cleanup.policy=delete"), "cleanup-policy-changed"
    ),
    "more replicas are in sync": Harmless("lessened", broker_settings("min.insync.replicas=3"), "fewer-replicas"),
    "a lagging replica may not lead any more": Harmless(
        "lessened",
        then(broker_settings("unclean.leader.election.enable=true"), turned("aws_msk_configuration")),
        "unclean-election-enabled",
    ),
    "a deposed plugin goes": Harmless("nothing", deposed("custom_plugin.plugins_uploaded"), "bucket-destroyed"),
    "a deposed worker configuration goes": Harmless("nothing", deposed(f"{WORKER}orders"), "offset-topic-changed"),
    "a new connector's prefix is not known": Harmless(
        "weekly", then(narrowed(RETURNS), unknown(RETURNS, PROPERTIES, "topic.prefix")), "cannot-be-judged"
    ),
}
