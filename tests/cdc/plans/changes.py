"""Changes to what is deployed: in the environment file, and where that cannot express one, in the stack's JSON."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from tests.cdc.plans.world import EMPTY_STATE, World
from tests.synthesized import Document, changed, with_another

Edit = Callable[[Document], object]


def same(_: Document) -> None:
    """Leaves a stack's JSON as it is."""


@dataclass(frozen=True)
class Change:
    """A plan to create: ``content`` turns the deployed environment file into the new one."""

    part: str
    content: Callable[[Document], Document]
    edit: Edit = same
    flags: tuple[str, ...] = ()

    def plan(self, world: World) -> Document:
        return world.plan(self.part, self.content(world.base), *self.flags, edit=self.edit)


def body(document: Document, type_: str, word: str = "") -> Any:
    """The resource of a type whose name contains ``word``."""
    [name] = [name for name in document["resource"][type_] if word in name]
    return document["resource"][type_][name]


def unguarded(document: Document) -> None:
    """A stack without prevent_destroy, for plans that it would refuse."""
    for bodies in document["resource"].values():
        for one in bodies.values():
            one.get("lifecycle", {}).pop("prevent_destroy", None)


def _with(base: Document, **changes: Any) -> Document:
    return changed(base, **{f"connectors__{path}": value for path, value in changes.items()})


def _weekly(base: Document) -> Document:
    """Common changes of a team, all harmless."""
    tables = ["orders.customers", "orders.order_items", "orders.invoices", "orders.line_*"]
    base = _with(
        base,
        orders__source__tables=tables,
        orders__capacity__mcu=4,
        orders__heartbeat_seconds=5,
        stock__snapshot__mode="no_data",
        stock__properties={"max.batch.size": 4096, "column.mask.hash.v2.SHA-256.with.salt.Pepper": "stock.a.b"},
    )
    source = {**base["connectors"]["orders"]["source"], "server_id": 5500, "tables": ["orders.returns"]}
    base = with_another(base, "returns", source=source, signals=None)
    base["plugins"]["debezium-mysql"]["version"] = "another-version-of-the-object"
    base["consumers"]["billing"] |= {"topics": ["orders.orders.*", "stock.*"], "role_names": []}
    base["consumers"]["search"] = {"topics": ["orders.*"], "groups": ["search"]}
    return base


def _identities(base: Document) -> Document:
    """Another prefix, key and database, and properties that skip events."""
    skipping = {"event.processing.failure.handling.mode": "skip", "errors.tolerance": "all"}
    skipping["event.converting.failure.handling.mode"] = "skip"
    base = _with(base, orders__topics__prefix="shop", stock__source__cluster="orders-prod")
    base = _with(base, stock__snapshot__mode="initial_only", stock__properties=skipping)
    base["connectors"]["returns"] = base["connectors"].pop("refunds")
    return base


def _adopting(base: Document) -> Document:
    """A running connector gets another name, another other topics; a third keeps its own under another key."""
    elsewhere = {"offset_topic": "connect-offsets", "schema_history_topic": "dbhistory.orders"}
    stock = {"name": "cdc-prod-stock", "signal_group": "kafka-signal", **elsewhere}
    base = _with(base, orders__adopt={"name": "orders-cdc", **elsewhere}, stock__adopt=stock)
    base["connectors"]["stock"]["adopt"]["schema_history_topic"] = "dbhistory.stock"
    own = {"offset_topic": "cdc-prod-refunds-offsets", "schema_history_topic": "schema-history.refunds"}
    base["connectors"]["returns"] = {**base["connectors"].pop("refunds"), "adopt": {"name": "cdc-prod-refunds", **own}}
    return base


def _numbers(base: Document) -> Document:
    """Server ids of one database change owners."""
    source = {**base["connectors"]["orders"]["source"], "tables": ["orders.returns"]}
    base = with_another(base, "returns", source=source, signals=None)
    return _with(base, orders__source__server_id=5403, refunds__source__server_id=5999)


def _workers(document: Document) -> None:
    """Another offset topic, producer setting and connector name: none of them has a key in the environment file."""
    orders = body(document, "aws_mskconnect_worker_configuration", "orders")
    stock = body(document, "aws_mskconnect_worker_configuration", "stock")
    content = orders["properties_file_content"].replace("cdc-prod-orders-offsets", "offsets-of-orders")
    orders |= {"properties_file_content": content, "name": "cdc-prod-orders-111111111111"}
    content = stock["properties_file_content"].replace("linger.ms=20", "linger.ms=50")
    stock |= {"properties_file_content": content, "name": "cdc-prod-stock-222222222222"}
    body(document, "aws_mskconnect_connector", "refunds")["name"] = "cdc-prod-returns"
    body(document, "aws_s3_bucket_versioning")["versioning_configuration"]["status"] = "Suspended"


def _switched_over(document: Document) -> None:
    """Another cluster has the name of the one that was read at the last apply."""
    document["output"]["databases"]["value"]["orders-prod"]["resource_id"] = "cluster-GREEN"


def _fewer(base: Document) -> Document:
    """The connector of the uploaded plugin is removed, and with it the plugin and its bucket."""
    base = changed(base, connectors__stock=None, plugins__uploaded=None)
    return changed(base, consumers__billing__topics=["orders.orders.customers"])


def _forget_refunds(document: Document) -> None:
    """Its block becomes a ``removed`` block that does not destroy it."""
    connectors = document["resource"]["aws_mskconnect_connector"]
    [name] = [name for name in connectors if "refunds" in name]
    del connectors[name]
    document["output"] = {key: value for key, value in document["output"].items() if name not in json.dumps(value)}
    document["removed"] = [{"from": f"aws_mskconnect_connector.{name}", "lifecycle": {"destroy": False}}]


def _rename_blocks(document: Document) -> None:
    """Other addresses for a connector and a bucket, with ``moved`` blocks."""
    text, moved = json.dumps(document), []
    for type_, word in (("aws_mskconnect_connector", "orders"), ("aws_s3_bucket", "")):
        [name] = [name for name in document["resource"][type_] if word in name]
        text = text.replace(f"{type_}.{name}", f"{type_}.elsewhere").replace(f'"{name}":', '"elsewhere":')
        moved.append({"from": f"{type_}.{name}", "to": f"{type_}.elsewhere"})
    document.clear()
    document.update(json.loads(text) | {"moved": moved})


def _grown(base: Document) -> Document:
    properties = {"log.retention.hours": 336, "num.partitions": 3}
    base = changed(base, kafka__brokers=6, kafka__autoscale_to_gib=2000, kafka__server_properties=properties)
    return changed(
        base, network__nat="single", kafka__monitoring="PER_TOPIC_PER_BROKER", kafka__instance_type="kafka.m7g.xlarge"
    )


def _weakened(document: Document) -> None:
    """Weaker broker settings, some of which the environment file refuses; and a disabled key."""
    body(document, "aws_msk_configuration")["server_properties"] = (
        "auto.create.topics.enable=false\ndefault.replication.factor=2\nlog.cleanup.policy=compact\n"
        "log.retention.hours=24\nmin.insync.replicas=1\nunclean.leader.election.enable=true\n"
    )
    body(document, "aws_kms_key")["is_enabled"] = False


def _other_names(base: Document) -> Document:
    state = {"kind": "s3", "bucket": "acme-cdc-states", "lock_table": "acme-cdc-lock", "lockfile": True}
    return changed(base, state=state)


def _other_alias(document: Document) -> None:
    unguarded(document)
    body(document, "aws_kms_alias")["name"] = "alias/cdc-prod-state-2"


def _loosened(document: Document) -> None:
    body(document, "aws_s3_bucket_versioning")["versioning_configuration"]["status"] = "Suspended"
    body(document, "aws_kms_key")["deletion_window_in_days"] = 7
    body(document, "aws_dynamodb_table")["point_in_time_recovery"]["enabled"] = False


def _as_is(base: Document) -> Document:
    return base


def _zones(base: Document) -> Document:
    return changed(base, network__availability_zones=["us-east-1a", "us-east-1b"], kafka__brokers=4)


CHANGES: Final[Mapping[str, Change]] = {
    "nothing": Change("connect", _as_is),
    "weekly": Change("connect", _weekly),
    "identities": Change("connect", _identities),
    "adopting": Change("connect", _adopting),
    "numbers": Change("connect", _numbers),
    "workers": Change("connect", _as_is, _workers),
    "fewer": Change("connect", _fewer, _forget_refunds),
    "moved": Change("connect", _as_is, _rename_blocks),
    "first": Change("connect", _as_is, flags=(EMPTY_STATE,)),
    "blue/green": Change("connect", _as_is, _switched_over),
    "grown": Change("platform", _grown),
    "weakened": Change("platform", _as_is, _weakened),
    "zones": Change("platform", _zones, unguarded),
    "no platform": Change("platform", _as_is, unguarded, ("-destroy",)),
    "other names": Change("state", _other_names, _other_alias),
    "loosened": Change("state", _as_is, _loosened),
    "no state store": Change("state", _as_is, unguarded, ("-destroy",)),
}
