"""Counts what the synthesized stacks contain, and prices it."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from cdc.cost.usage import Usage
from cdc.diagram.blocks import Blocks
from cdc.pricing import fixed
from cdc.pricing.lines import HOURS, Estimate, Line, line, unpriced
from cdc.pricing.prices import Prices

# Types of resources that cost nothing of themselves, or that a line below counts.
FREE: Final = frozenset({
    "aws_appautoscaling_policy", "aws_appautoscaling_target", "aws_cloudwatch_event_rule",
    "aws_cloudwatch_event_target", "aws_cloudwatch_log_metric_filter", "aws_default_security_group",
    "aws_flow_log", "aws_iam_policy", "aws_iam_role", "aws_iam_role_policy", "aws_iam_role_policy_attachment",
    "aws_internet_gateway", "aws_kms_alias", "aws_lambda_event_source_mapping",
    "aws_lambda_function_event_invoke_config", "aws_lambda_permission", "aws_msk_cluster_policy",
    "aws_msk_configuration", "aws_msk_single_scram_secret_association", "aws_mskconnect_custom_plugin",
    "aws_mskconnect_worker_configuration", "aws_route", "aws_route_table", "aws_route_table_association",
    "aws_s3_bucket_lifecycle_configuration", "aws_s3_bucket_ownership_controls", "aws_s3_bucket_policy",
    "aws_s3_bucket_public_access_block", "aws_s3_bucket_server_side_encryption_configuration",
    "aws_s3_bucket_versioning", "aws_s3_object", "aws_scheduler_schedule_group", "aws_security_group",
    "aws_sns_topic_policy",
    "aws_sns_topic_subscription", "aws_subnet", "aws_vpc", "aws_vpc_peering_connection",
    "aws_vpc_security_group_egress_rule", "aws_vpc_security_group_ingress_rule",
})  # fmt: skip
COUNTED: Final = frozenset({
    "aws_cloudwatch_composite_alarm", "aws_cloudwatch_dashboard", "aws_cloudwatch_log_group",
    "aws_cloudwatch_metric_alarm", "aws_eip", "aws_kms_key", "aws_msk_cluster", "aws_mskconnect_connector",
    "aws_nat_gateway", "aws_s3_bucket", "aws_vpc_endpoint",
})  # fmt: skip
BY_USE: Final = {
    "aws_dynamodb_table": "locks of Terraform, by request: cents",
    "aws_glue_registry": "schemas: free, and by request",
    "aws_lambda_function": "by call, and only when something fails",
    "aws_sns_topic": "by message",
}


def estimate(blocks: Blocks, environment: str, prices: Prices, usage: Usage) -> Estimate:
    """What ``environment`` costs a month; every type of resource is priced, free, or said to be not priced."""
    lines = [*_kafka(blocks, prices, usage), *fixed.connectors(_of(blocks), prices)]
    lines += _network(blocks, prices, usage)
    lines += [*_kept(blocks, prices, usage), *_watching(blocks, prices, usage), *_rest(blocks)]
    shown = [one for one in lines if one.amount is None or one.quantity]
    return Estimate(environment, prices.region, prices.date, tuple(shown), tuple(_too_small(blocks, usage)))


def _kafka(blocks: Blocks, prices: Prices, usage: Usage) -> Iterator[Line]:
    clusters = blocks.resources("aws_msk_cluster").values()
    yield from fixed.brokers(_of(blocks), prices)
    if any(not fixed.volume_gib(one) for one in clusters):
        yield line(prices, "events written to Express", usage.event_gb, "express-written")
    if not clusters:
        yield unpriced("brokers", "the cluster exists, and is on another bill")


def _network(blocks: Blocks, prices: Prices, usage: Usage) -> Iterator[Line]:
    yield from (priced := [*fixed.network(_of(blocks), prices)])
    used = {one.component for one in priced if one.quantity}
    yield line(prices, "NAT data", usage.service_gb if "NAT gateways" in used else 0, "nat-data")
    yield line(
        prices, "interface endpoint data", usage.service_gb if "interface endpoints" in used else 0, "endpoint-data"
    )
    yield line(prices, "transfer between zones", _between_zones(blocks, usage), "between-zones")


def _between_zones(blocks: Blocks, usage: Usage) -> Decimal:
    """GB: from the database to the worker, from there to the brokers, and from them to each reader.

    With everything spread evenly over the zones, of each way all but one part in as many as there are zones.
    """
    zones = len(zone_ids(blocks))
    return usage.event_gb * (2 + readers(blocks, usage)) * (zones - 1) / zones


def readers(blocks: Blocks, usage: Usage) -> int:
    """Applications that read every event."""
    return len(blocks.resources("aws_iam_policy", "connect")) if usage.readers is None else usage.readers


def zone_ids(blocks: Blocks) -> list[str]:
    """One for each zone: the subnets of the workers."""
    connector = next(iter(blocks.resources("aws_mskconnect_connector").values()))
    return list(connector["kafka_cluster"]["apache_kafka_cluster"]["vpc"]["subnets"])


def _kept(blocks: Blocks, prices: Prices, usage: Usage) -> Iterator[Line]:
    secrets = {one["name"] for one in blocks.lookups("aws_secretsmanager_secret").values()}
    yield from fixed.keys(_of(blocks), prices)
    yield line(prices, "secrets", len(secrets), "secret", f"{len(secrets)}")
    yield line(prices, "S3", usage.stored_gb if blocks.resources("aws_s3_bucket") else 0, "object-storage")


def _watching(blocks: Blocks, prices: Prices, usage: Usage) -> Iterator[Line]:
    yield from fixed.watching(_of(blocks), prices)
    groups = blocks.resources("aws_cloudwatch_log_group").values()
    months = sum((Decimal(int(one["retention_in_days"])) / 30 for one in groups), Decimal(0)) / len(groups)
    yield line(prices, "log ingestion", usage.log_gb, "log-ingestion")
    yield line(prices, "log storage", usage.log_gb * months, "log-storage")


def _of(blocks: Blocks) -> fixed.Resources:
    return lambda type_: [*blocks.resources(type_).values()]


def _rest(blocks: Blocks) -> Iterator[Line]:
    for type_ in sorted(blocks.types() - FREE - COUNTED):
        yield unpriced(type_, BY_USE.get(type_, "this type of resource has no price here"))


def _too_small(blocks: Blocks, usage: Usage) -> Iterator[str]:
    """What the events of the retention need, beside the volumes: each event is on three brokers."""
    for cluster in blocks.resources("aws_msk_cluster").values():
        brokers, volume = fixed.number(cluster, "number_of_broker_nodes"), fixed.volume_gib(cluster)
        needed = usage.event_gb / HOURS * usage.retention_hours * min(Decimal(3), brokers) / brokers
        if volume and needed > volume:
            yield (
                f"{needed:.0f} GiB of events on each broker in {usage.retention_hours:f} h,"
                f" and a volume has {volume} GiB: raise kafka.volume_gib, or keep events for a shorter time"
            )
