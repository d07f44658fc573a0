"""Brokers, network, alarms and what keeps data, in lines for a reviewer; the rest is counted by type."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final

from cdc.plans import properties
from cdc.plans.connector_lines import ATTACHMENT_TYPE, PLUGIN_TYPE, POLICY_TYPE
from cdc.plans.connectors import TYPE as CONNECTOR_TYPE, WORKER_TYPE
from cdc.plans.markdown import code, codes
from cdc.plans.properties import shown_at
from cdc.plans.reading import Plan
from cdc.plans.resources import UNKNOWN, Resource, Side, Step, changed
from modules.properties_file import parse

Lines = Iterator[str]

CLUSTER_TYPE: Final = "aws_msk_cluster"
CONFIGURATION_TYPE: Final = "aws_msk_configuration"
STORAGE_TYPE: Final = "aws_appautoscaling_target"
ALARM_TYPE: Final = "aws_cloudwatch_metric_alarm"
_NODES: Final = "broker_node_group_info"
_BROKERS: Final[Mapping[str, tuple[Step, ...]]] = {
    "brokers": ("number_of_broker_nodes",),
    "size": (_NODES, 0, "instance_type"),
    "storage in GiB": (_NODES, 0, "storage_info", 0, "ebs_storage_info", 0, "volume_size"),
    "Kafka": ("kafka_version",),
    "monitoring": ("enhanced_monitoring",),
}
_NETWORK: Final = {
    "aws_vpc": "VPC",
    "aws_subnet": "subnet",
    "aws_nat_gateway": "NAT gateway",
    "aws_internet_gateway": "internet gateway",
    "aws_vpc_peering_connection": "peering",
    "aws_vpc_endpoint": "endpoint",
}
_KEEPING: Final = {
    "aws_s3_bucket": ("bucket", "bucket"),
    "aws_kms_key": ("key", "description"),
    "aws_kms_alias": ("alias", "name"),
    "aws_dynamodb_table": ("lock table", "name"),
}
_TOLD: Final = {
    CONNECTOR_TYPE, WORKER_TYPE, PLUGIN_TYPE, ATTACHMENT_TYPE, CLUSTER_TYPE, CONFIGURATION_TYPE, STORAGE_TYPE,
    ALARM_TYPE, *_NETWORK, *_KEEPING,
}  # fmt: skip


def done(resource: Resource) -> str:
    """What the plan does, in a word."""
    if resource.forgets:
        return "replaced; the old one stays" if resource.creates else "forgotten; it stays"
    if resource.replaces:
        because = ", ".join(map(code, resource.forced_by))
        return f"replaced, because of {because}" if because else "replaced"
    return "added" if resource.creates else "removed" if resource.destroys else "changed"


def broker_lines(plan: Plan) -> Lines:
    """The cluster, its size, and the brokers' configuration."""
    for resource in changed([*plan.of(CLUSTER_TYPE)]):
        yield f"- {code(shown_at(resource.there, 'cluster_name'))} is {done(resource)}"
        yield from _sizes(resource)
    for resource in changed([*plan.of(CONFIGURATION_TYPE)]):
        yield f"- configuration {code(shown_at(resource.there, 'name'))} is {done(resource)}"
        yield from _settings(resource)
    for resource in changed([*plan.of(STORAGE_TYPE)]):
        yield f"- growth of storage is {done(resource)}"
        if resource.after:
            values = [shown_at(side, "max_capacity") for side in (resource.before, resource.after) if side]
            yield f"  - up to, in GiB: {' → '.join(map(code, dict.fromkeys(values)))}"


def _sizes(resource: Resource) -> Lines:
    if not resource.after:
        return
    for label, path in _BROKERS.items():
        values = [shown_at(side, *path) for side in (resource.before, resource.after) if side]
        if len(values) == 1 or values[0] != values[1]:
            yield f"  - {label}: {' → '.join(map(code, values))}"
    if resource.before:
        told = {str(path[0]) for path in _BROKERS.values()}
        if others := [one for one in _attributes(resource.before, resource.after) if one not in told]:
            yield f"  - also changes: {codes(others)}"


def _attributes(before: Side, after: Side) -> list[str]:
    """Top-level attributes that the plan gives another value; what only AWS decides is left out."""
    return sorted(key for key in before.names() if after.get(key) is not UNKNOWN and before.get(key) != after.get(key))


def _settings(resource: Resource) -> Lines:
    before, after, path = resource.before, resource.after, "server_properties"
    if not before or not after:
        return
    if after.get(path) is UNKNOWN or before.hides(path) or after.hides(path):
        yield f"  - {code(path)} changes, not shown"
        return
    old, new = (parse(side.get(path)) for side in (before, after))
    for key in sorted({*old, *new}):
        if old.get(key) != new.get(key):
            values = (code(properties.setting(key, one.get(key))) for one in (old, new))
            yield f"  - {code(key)}: {' → '.join(values)}"


def network_lines(plan: Plan) -> Lines:
    """VPC, subnets, ways out and peerings."""
    for type_, kind in _NETWORK.items():
        for resource in changed([*plan.of(type_)]):
            yield f"- {kind} {code(_name(resource))} is {done(resource)}"


def _name(resource: Resource) -> str:
    name = resource.there.get("tags", "Name")
    return resource.address if name in (None, UNKNOWN) else shown_at(resource.there, "tags", "Name")


def keeping_lines(plan: Plan) -> Lines:
    """Buckets, keys and the lock table: what they are, when they are touched at all."""
    for type_, (kind, name) in _KEEPING.items():
        for resource in changed([*plan.of(type_)]):
            yield f"- {kind} {code(shown_at(resource.there, name))} is {done(resource)}"


def alarm_lines(plan: Plan) -> Lines:
    """Alarms by what happens to them: there are many."""
    found: dict[str, list[str]] = {}
    for resource in changed([*plan.of(ALARM_TYPE)]):
        found.setdefault(done(resource), []).append(shown_at(resource.there, "alarm_name"))
    for what, names in found.items():
        yield f"- {len(names)} {what}: {codes(names)}"


def other_lines(plan: Plan) -> Lines:
    """Everything that no other line tells, so that nothing is left out."""
    counted: dict[str, Counter[str]] = {}
    for resource in changed(plan.resources):
        if not _told(resource):
            counted.setdefault(resource.type, Counter())[done(resource)] += 1
    for type_, numbers in sorted(counted.items()):
        yield f"- {code(type_)}: {', '.join(f'{number} {what}' for what, number in numbers.items())}"


def _told(resource: Resource) -> bool:
    consumer = resource.type == POLICY_TYPE and shown_at(resource.there, "name").endswith("-consumer")
    return consumer or resource.type in _TOLD
