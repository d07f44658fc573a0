"""Plans that lose no data, though they are close to ones that do."""

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
    undone,
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
    PEERING,
    PROPERTIES,
    REFUNDS,
    RETURNS,
    STOCK,
    TABLE,
    VERSIONING,
    WORKER,
)


class Harmless(NamedTuple):
    """A plan that passes, though it is close to what the rule ``near`` refuses."""

    change: str
    alter: Alter
    near: str


HARMLESS: Final = {
    "a peering is removed from the state": Harmless(
        "no platform", then(narrowed(PEERING), acting(PEERING, "forget")), "peering-removed"
    ),
    "nothing": Harmless("nothing", whole, "cluster-destroyed"),
    "everything for the first time": Harmless("first", whole, "unknown-until-apply"),
    "a week's changes": Harmless("weekly", whole, "server-id-reused"),
    "a larger cluster": Harmless("grown", whole, "cluster-destroyed"),
    "the cluster is removed from the state": Harmless(
        "no platform", then(narrowed(CLUSTER), acting(CLUSTER, "forget")), "cluster-destroyed"
    ),
    "a new cluster, while the old one is removed from the state": Harmless(
        "zones", then(narrowed(CLUSTER), acting(CLUSTER, "create", "forget")), "cluster-destroyed"
    ),
    "the key is removed from the state": Harmless(
        "no platform", then(narrowed(KEY), acting(KEY, "forget")), "key-destroyed"
    ),
    "a key's deletion window gets shorter": Harmless("loosened", narrowed(KEY), "key-disabled"),
    "a key is enabled": Harmless("weakened", then(narrowed(KEY), undone(KEY)), "key-disabled"),
    "the alias of the brokers' key is destroyed": Harmless("no platform", narrowed(ALIAS), "state-alias-destroyed"),
    "a bucket is removed from the state": Harmless(
        "no state store", then(narrowed(BUCKET), acting(BUCKET, "forget")), "bucket-destroyed"
    ),
    "a bucket and a connector move to other addresses": Harmless("moved", whole, "bucket-destroyed"),
    "suspended versioning is removed": Harmless(
        "loosened",
        then(narrowed(VERSIONING), undone(VERSIONING), acting(VERSIONING, "delete")),
        "versioning-ended",
    ),
    "versioning is enabled": Harmless("loosened", then(narrowed(VERSIONING), undone(VERSIONING)), "versioning-ended"),
    "old versions expire later": Harmless("first", expiring(90, 365), "versions-expire-sooner"),
    "the lock table changes in place": Harmless("loosened", narrowed(TABLE), "lock-table-destroyed"),
    "a connector is removed from the state": Harmless("fewer", narrowed(REFUNDS), "connector-destroyed"),
    "a connector is replaced because of another plugin": Harmless(
        "weekly", narrowed(ORDERS, "custom_plugin"), "connector-destroyed"
    ),
    "a connector is destroyed and created at another address": Harmless(
        "nothing", at_another_address(ORDERS), "connector-renamed"
    ),
    "a connector adopts itself under another key": Harmless(
        "adopting", narrowed(REFUNDS, RETURNS, f"{WORKER}returns"), "connector-renamed"
    ),
    "a connector is replaced because of another worker configuration": Harmless(
        "workers", narrowed(STOCK, f"{WORKER}stock"), "offset-topic-changed"
    ),
    "a connector keeps a worker configuration that is not in the plan": Harmless(
        "weekly", then(narrowed(ORDERS), without(f"{WORKER}orders")), "unknown-until-apply"
    ),
    "a connector reads more tables": Harmless("weekly", only(ORDERS, "table.include.list"), "tables-removed"),
    "a connector's heartbeat changes": Harmless(
        "weekly", only(ORDERS, "heartbeat.interval.ms"), "topic-prefix-changed"
    ),
    "a connector reads a signal topic for the first time": Harmless(
        "weekly",
        then(only(ORDERS, "heartbeat.interval.ms"), with_property(ORDERS, "signal.kafka.groupId", "orders-signal")),
        "signal-group-changed",
    ),
    "a connector reads with larger batches": Harmless("weekly", only(STOCK, "max.batch.size"), "source-changed"),
    "a connector takes no snapshot any more": Harmless("weekly", only(STOCK, "snapshot.mode"), "streaming-ended"),
    "a new connector takes a snapshot only": Harmless(
        "weekly", then(narrowed(RETURNS), with_property(RETURNS, "snapshot.mode", "initial_only")), "streaming-ended"
    ),
    "a connector that already skips events": Harmless(
        "weekly",
        then(narrowed(STOCK), with_property(STOCK, "errors.tolerance", "all", sides=("before", "after"))),
        "events-skipped",
    ),
    "a connector stops skipping events": Harmless(
        "identities", then(only(STOCK, "errors.tolerance"), undone(STOCK)), "events-skipped"
    ),
    "a connector stops emptying values": Harmless(
        "identities", then(only(STOCK, "event.converting.failure.handling.mode"), undone(STOCK)), "values-emptied"
    ),
    "a connector gets an unused server id": Harmless("numbers", narrowed(REFUNDS), "server-id-reused"),
    "one of two connectors with the same server id gets another": Harmless(
        "numbers",
        then(narrowed(REFUNDS), with_property(REFUNDS, "database.server.id", "5401", sides=("before",))),
        "server-id-reused",
    ),
    "a new connector": Harmless("weekly", narrowed(RETURNS), "server-id-reused"),
    "the server id of another database": Harmless(
        "weekly", then(narrowed(RETURNS), with_property(RETURNS, "database.server.id", "5402")), "server-id-reused"
    ),
    "events are kept longer": Harmless("weakened", broker_settings("log.retention.hours=336"), "retention-shortened"),
    "events are kept forever": Harmless("weakened", broker_settings("log.retention.ms=-1"), "retention-shortened"),
    "a week in minutes": Harmless("weakened", broker_settings("log.retention.minutes=10080"), "retention-shortened"),
    "the default policy, set explicitly": Harmless(
        "weakened", broker_settings("log.cleanup.policy=delete"), "cleanup-policy-changed"
    ),
    "more replicas are in sync": Harmless("weakened", broker_settings("min.insync.replicas=3"), "fewer-replicas"),
    "a lagging replica may not lead any more": Harmless(
        "weakened",
        then(broker_settings("unclean.leader.election.enable=true"), undone("aws_msk_configuration")),
        "unclean-election-enabled",
    ),
    "a deposed plugin is destroyed": Harmless("nothing", deposed("custom_plugin.plugins_uploaded"), "bucket-destroyed"),
    "a deposed worker configuration is destroyed": Harmless(
        "nothing", deposed(f"{WORKER}orders"), "offset-topic-changed"
    ),
    "a new connector's prefix is not known": Harmless(
        "weekly", then(narrowed(RETURNS), unknown(RETURNS, PROPERTIES, "topic.prefix")), "unknown-until-apply"
    ),
}
