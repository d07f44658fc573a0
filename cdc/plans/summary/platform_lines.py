"""The reviewer's lines about brokers, network, storage and alarms; the rest is counted by type."""

from collections import Counter
from collections.abc import Mapping
from typing import Final

from cdc.plans.reading import mappings, properties
from cdc.plans.reading.connectors import TYPE as CONNECTOR_TYPE
from cdc.plans.reading.plan import Plan
from cdc.plans.reading.properties import shown_at
from cdc.plans.reading.resources import UNKNOWN, Resource, Side, Step, changed
from cdc.plans.reading.workers import TYPE as WORKER_TYPE
from cdc.plans.summary.connector_lines import ATTACHMENT_TYPE, PLUGIN_TYPE, POLICY_TYPE
from cdc.plans.summary.markdown import code, codes
from cdc.plans.summary.shared_lines import Lines, done, property_lines

CLUSTER_TYPE: Final = "aws_msk_cluster"
CONFIGURATION_TYPE: Final = "aws_msk_configuration"
STORAGE_TYPE: Final = "aws_appautoscaling_target"
ALARM_TYPE: Final = "aws_cloudwatch_metric_alarm"
_NODES: Final = "broker_node_group_info"
_BROKERS: Final[Mapping[str, tuple[Step, ...]]] = {
    "brokers": ("number_of_broker_nodes",),
    "instance type": (_NODES, 0, "instance_type"),
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
_STORAGE: Final = {
    "aws_s3_bucket": ("bucket", "bucket"),
    "aws_kms_key": ("key", "description"),
    "aws_kms_alias": ("alias", "name"),
    "aws_dynamodb_table": ("lock table", "name"),
}
_OWN_LINES: Final = {
    CONNECTOR_TYPE, WORKER_TYPE, PLUGIN_TYPE, ATTACHMENT_TYPE, CLUSTER_TYPE, CONFIGURATION_TYPE, STORAGE_TYPE,
    ALARM_TYPE, *_NETWORK, *_STORAGE,
}  # fmt: skip


def broker_lines(plan: Plan) -> Lines:
    """The cluster, its size, its storage autoscaling and the brokers' configuration."""
    for resource in changed([*plan.of(CLUSTER_TYPE)]):
        yield f"- {code(shown_at(resource.side, 'cluster_name'))} is {done(resource)}"
        yield from _sizes(resource)
    for resource in changed([*plan.of(CONFIGURATION_TYPE)]):
        yield f"- configuration {code(shown_at(resource.side, 'name'))} is {done(resource)}"
        yield from _settings(resource)
    for resource in changed([*plan.of(STORAGE_TYPE)]):
        yield f"- storage autoscaling is {done(resource)}"
        if resource.after:
            values = [shown_at(side, "max_capacity") for side in (resource.before, resource.after) if side]
            yield f"  - maximum in GiB: {' → '.join(map(code, dict.fromkeys(values)))}"


def _sizes(resource: Resource) -> Lines:
    if not resource.after:
        return
    for label, path in _BROKERS.items():
        values = [shown_at(side, *path) for side in (resource.before, resource.after) if side]
        if len(values) == 1 or values[0] != values[1]:
            yield f"  - {label}: {' → '.join(map(code, values))}"
    if resource.before:
        listed = {str(path[0]) for path in _BROKERS.values()}
        if others := [one for one in _attributes(resource.before, resource.after) if one not in listed]:
            yield f"  - other changes: {codes(others)}"


def _attributes(before: Side, after: Side) -> list[str]:
    """Top-level attributes with another value; computed ones are left out."""
    return sorted(key for key in before.names() if after.get(key) is not UNKNOWN and before.get(key) != after.get(key))


def _settings(resource: Resource) -> Lines:
    if resource.before and resource.after:
        yield from property_lines(resource.before, resource.after, "server_properties", _setting)


def _setting(key: str, old: str | None, new: str | None) -> str:
    values = (code(properties.setting(key, value)) for value in (old, new))
    return f"  - {code(key)}: {' → '.join(values)}"


def network_lines(plan: Plan) -> Lines:
    """VPC, subnets, gateways, peerings and endpoints."""
    for type_, kind in _NETWORK.items():
        for resource in changed([*plan.of(type_)]):
            yield f"- {kind} {code(_name(resource))} is {done(resource)}"


def _name(resource: Resource) -> str:
    name = resource.side.get("tags", "Name")
    return resource.address if name in (None, UNKNOWN) else shown_at(resource.side, "tags", "Name")


def storage_lines(plan: Plan) -> Lines:
    """Buckets, keys, aliases and the lock table."""
    for type_, (kind, name) in _STORAGE.items():
        for resource in changed([*plan.of(type_)]):
            yield f"- {kind} {code(shown_at(resource.side, name))} is {done(resource)}"


def alarm_lines(plan: Plan) -> Lines:
    """Alarms, grouped by what the plan does to them."""
    found: dict[str, list[str]] = {}
    for resource in changed([*plan.of(ALARM_TYPE)]):
        found.setdefault(done(resource), []).append(shown_at(resource.side, "alarm_name"))
    for what, names in found.items():
        yield f"- {len(names)} {what}: {codes(names)}"


def other_lines(plan: Plan) -> Lines:
    """Resources without a line of their own, counted, so that nothing is left out."""
    counted: dict[str, Counter[str]] = {}
    for resource in changed(plan.resources):
        if not _has_own_line(resource):
            counted.setdefault(resource.type, Counter())[done(resource)] += 1
    for type_, numbers in sorted(counted.items()):
        yield f"- {code(type_)}: {', '.join(f'{number} {what}' for what, number in numbers.items())}"


def _has_own_line(resource: Resource) -> bool:
    consumer = resource.type == POLICY_TYPE and shown_at(resource.side, "name").endswith("-consumer")
    mapping = resource.type == mappings.TYPE and bool(resource.side.get("topics"))
    return consumer or mapping or resource.type in _OWN_LINES
