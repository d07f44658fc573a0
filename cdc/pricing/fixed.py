"""What resources cost by the hour or the month, whatever their use, from their attributes.

Those are of the synthesized JSON, where a block is an object, or of a plan, where it is a list of one.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, Final, Protocol

from cdc.pricing.lines import HOURS, Line, line, unpriced
from cdc.pricing.prices import Prices

Body = Mapping[str, Any]
_MOST: Final = 1_000_000
_NODES: Final = ("broker_node_group_info", 0)
_CAPACITY: Final = ("capacity", 0, "provisioned_capacity", 0)
# What is read of each type, as a plan has it.
READ: Final[Mapping[str, tuple[tuple[str | int, ...], ...]]] = {
    "aws_msk_cluster": (
        ("number_of_broker_nodes",), (*_NODES, "instance_type"), ("enhanced_monitoring",),
        (*_NODES, "storage_info", 0, "ebs_storage_info", 0, "volume_size"),
    ),
    "aws_mskconnect_connector": ((*_CAPACITY, "mcu_count"), (*_CAPACITY, "worker_count")),
    "aws_vpc_endpoint": (("vpc_endpoint_type",), ("subnet_ids",)),
    "aws_cloudwatch_metric_alarm": (("metric_query",),),
    **dict.fromkeys(
        (
            "aws_nat_gateway", "aws_eip", "aws_kms_key", "aws_cloudwatch_composite_alarm", "aws_cloudwatch_dashboard",
            "aws_cloudwatch_log_metric_filter",
        ),
        (),
    ),
}  # fmt: skip


class UncountableError(Exception):
    """An attribute is not what it must be; the message says which, and what it must be."""


class Resources(Protocol):
    """The resources of a type, by their attributes."""

    def __call__(self, type_: str, /) -> Sequence[Body]: ...


def fixed(of: Resources, prices: Prices) -> Iterator[Line]:
    """Lines with a quantity, and those that are not priced; raises UncountableError."""
    found = (*brokers(of, prices), *connectors(of, prices), *network(of, prices), *keys(of, prices))
    return (one for one in (*found, *watching(of, prices)) if one.amount is None or one.quantity)


def brokers(of: Resources, prices: Prices) -> Iterator[Line]:
    for cluster in of("aws_msk_cluster"):
        count, kind = number(cluster, "number_of_broker_nodes"), at(cluster, "broker_node_group_info", "instance_type")
        yield line(prices, "brokers", count * HOURS, str(kind), f"{count} x {kind}")
        if volume := volume_gib(cluster):
            yield line(prices, "broker volumes", count * volume, "broker-storage")
        else:
            yield unpriced("broker storage", "Express brokers bill what they store, and no price of it is known here")
        if (level := at(cluster, "enhanced_monitoring") or "DEFAULT") != "DEFAULT":
            what = f"CloudWatch bills those of {level}, and AWS does not say how many they are"
            yield unpriced("broker metrics", what)


def volume_gib(cluster: Body) -> Decimal:
    """Of each broker; 0 for Express."""
    path = ("broker_node_group_info", "storage_info", "ebs_storage_info", "volume_size")
    return number(cluster, *path) if at(cluster, *path) is not None else Decimal(0)


def connectors(of: Resources, prices: Prices) -> Iterator[Line]:
    place = ("capacity", "provisioned_capacity")
    found = of("aws_mskconnect_connector")
    units = sum(number(one, *place, "mcu_count") * number(one, *place, "worker_count") for one in found)
    yield line(prices, "MSK Connect", units * HOURS, "connect-unit", f"{units} MCU")


def network(of: Resources, prices: Prices) -> Iterator[Line]:
    gateways, addresses = len(of("aws_nat_gateway")), len(of("aws_eip"))
    interfaces = [one for one in of("aws_vpc_endpoint") if at(one, "vpc_endpoint_type") == "Interface"]
    places = sum(len(_list(one, "subnet_ids")) for one in interfaces)
    yield line(prices, "NAT gateways", gateways * HOURS, "nat-gateway", f"{gateways}")
    yield line(prices, "public addresses", addresses * HOURS, "public-address", f"{addresses}")
    yield line(prices, "interface endpoints", places * HOURS, "endpoint", f"{len(interfaces)}")


def keys(of: Resources, prices: Prices) -> Iterator[Line]:
    count = len(of("aws_kms_key"))
    yield line(prices, "KMS keys", count, "key", f"{count}, before any rotation")


def watching(of: Resources, prices: Prices) -> Iterator[Line]:
    alarms = of("aws_cloudwatch_metric_alarm")
    watched = sum(max(1, sum(bool(at(query, "metric")) for query in _list(one, "metric_query"))) for one in alarms)
    yield line(prices, "alarms", watched, "alarm-metric", f"{len(alarms)}, by the metrics that they watch")
    composites = len(of("aws_cloudwatch_composite_alarm"))
    yield line(prices, "composite alarms", composites, "composite-alarm", f"{composites}")
    dashboards = len(of("aws_cloudwatch_dashboard"))
    yield line(prices, "dashboards", dashboards, "dashboard", f"{dashboards}")
    made = len(of("aws_cloudwatch_log_metric_filter"))
    yield line(prices, "metrics made of logs", made, "metric", f"{made}")


def at(body: object, *path: str) -> Any:
    """The value at ``path``, None where there is none; of a list of blocks the first."""
    for step in path:
        if isinstance(body, list) and body:
            body = body[0]
        body = body.get(step) if isinstance(body, Mapping) else None
    return body


def number(body: Body, *path: str) -> Decimal:
    """Raises UncountableError."""
    value = at(body, *path)
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        found = Decimal("NaN")
    if isinstance(value, bool) or not found.is_finite() or not 0 <= found <= _MOST:
        raise UncountableError(f"{'.'.join(path)} must be a number from 0 to {_MOST}")
    return found


def _list(body: Body, name: str) -> Sequence[Any]:
    value = at(body, name)
    if not isinstance(value, list | None):
        raise UncountableError(f"{name} must be a list")
    return value or []
