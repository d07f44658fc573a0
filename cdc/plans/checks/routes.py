"""Checks of routes, gateways, peerings and endpoints: what leads from the workers to the rest stays."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from cdc.plans.checks.resources import how
from cdc.plans.reading.plan import Plan
from cdc.plans.reading.properties import shown_at
from cdc.plans.reading.resources import UNKNOWN, Resource, Side
from cdc.plans.rules import network as rules
from cdc.plans.rules.rule import Finding

_ROUTE, _TABLE, _ASSOCIATION = "aws_route", "aws_route_table", "aws_route_table_association"
_NAT, _INTERNET, _ENDPOINT = "aws_nat_gateway", "aws_internet_gateway", "aws_vpc_endpoint"
# With the attributes that say what is on the other side.
_PEERINGS: Final = {
    "aws_vpc_peering_connection": ("vpc_id", "peer_vpc_id"),
    "aws_ec2_transit_gateway_vpc_attachment": ("vpc_id", "transit_gateway_id"),
}
_DESTINATIONS: Final = (
    "destination_cidr_block", "destination_ipv6_cidr_block", "destination_prefix_list_id", "cidr_block",
    "ipv6_cidr_block",
)  # fmt: skip
_TARGETS: Final = (
    "nat_gateway_id", "vpc_peering_connection_id", "transit_gateway_id", "network_interface_id", "vpc_endpoint_id",
    "egress_only_gateway_id", "core_network_arn", "carrier_gateway_id", "local_gateway_id", "instance_id", "gateway_id",
)  # fmt: skip
# Services that workers, brokers and Terraform call.
_SERVICES: Final = frozenset({"s3", "secretsmanager", "kms", "logs", "sts", "ssm", "glue"})


@dataclass(frozen=True)
class _Route:
    table: object
    destination: object
    kind: str
    target: object

    def leads_on(self, new: "_Route") -> bool:
        """Whether ``new`` takes its place: a NAT gateway for another, and nothing else for a peering."""
        if any(two is not UNKNOWN and one != two for one, two in _pairs(self, new)):
            return False
        if new.target is UNKNOWN or self.kind == "gateway_id":
            return True
        if new.kind == "gateway_id":
            return False
        return self.kind == "nat_gateway_id" or self.target == new.target


def _pairs(one: _Route, two: _Route) -> tuple[tuple[object, object], ...]:
    return (one.table, two.table), (one.destination, two.destination)


def check(plans: Sequence[Plan]) -> Iterator[Finding]:
    """Findings about what leads out of the workers' subnets."""
    resources = [(plan.stack, one) for plan in plans for one in plan.of(_ROUTE, _TABLE)]
    after = [route for _, one in resources for route in _routes(one, one.after)]
    # Of other resources only what is known counts.
    known: dict[tuple[object, object], list[_Route]] = {}
    for route in after:
        known.setdefault((route.table, route.destination), []).append(route)
    gone = _destroyed(plans)
    for stack, resource in resources:
        yield from _lost_route(stack, resource, known, gone)
    for plan in plans:
        yield from _associations(plan, gone)
        yield from _gateways(plan, [route for _, one in resources for route in _routes(one, one.before)], after)
        yield from _peerings(plan)
        yield from _endpoints(plan, gone)


def _destroyed(plans: Sequence[Plan]) -> set[object]:
    """Ids of route tables and subnets that are destroyed."""
    found = (one for plan in plans for one in plan.of(_TABLE, "aws_subnet") if one.destroys and one.before)
    return {one.side.get("id") for one in found} - {None}


def _routes(resource: Resource, side: Side | None) -> list[_Route]:
    if side is None:
        return []
    if resource.type == _ROUTE:
        return [_route(side.get("route_table_id"), side)]
    given = side.get("route")
    return [_route(side.get("id"), Side(block)) for block in given] if isinstance(given, list) else []


def _route(table: object, side: Side) -> _Route:
    destination = next((side.get(name) for name in _DESTINATIONS if side.get(name)), None)
    kind = next((name for name in _TARGETS if side.get(name)), "")
    return _Route(table, destination, kind, side.get(kind) if kind else None)


def _lost_route(
    stack: str, resource: Resource, known: Mapping[tuple[object, object], list[_Route]], gone: set[object]
) -> Iterator[Finding]:
    if not resource.changes or resource.forgets or (resource.after and resource.after.get("route") is UNKNOWN):
        return
    for route in _routes(resource, resource.before):
        local = route.target in (None, "local")
        new = [*_routes(resource, resource.after), *known.get((route.table, route.destination), ())]
        if not local and route.table not in gone and not any(map(route.leads_on, new)):
            ends = how(resource) if resource.destroys else "removed, or leads elsewhere"
            what = f"the route of {route.table} to {route.destination} through {route.target} is {ends}"
            yield Finding(rules.ROUTE_REMOVED, stack, resource.title, what)


def _associations(plan: Plan, gone: set[object]) -> Iterator[Finding]:
    kept = [one.after.get("subnet_id") for one in plan.of(_ASSOCIATION) if one.after]
    for resource in plan.of(_ASSOCIATION):
        subnet = resource.side.get("subnet_id")
        if resource.destroys and subnet and subnet not in (*gone, *kept) and UNKNOWN not in kept:
            what = f"the route table of {subnet} is taken from it, and its VPC's main table applies"
            yield Finding(rules.ROUTE_REMOVED, plan.stack, resource.title, what)


def _gateways(plan: Plan, before: Sequence[_Route], after: Sequence[_Route]) -> Iterator[Finding]:
    """A gateway is needed where a route to it stays, or where no plan shows its routes."""
    for resource in plan.of(_NAT, _INTERNET):
        id_ = resource.side.get("id")
        used = any(one.target == id_ for one in before)
        if resource.destroys and not resource.creates and (not used or any(one.target == id_ for one in after)):
            kind = "NAT gateway" if resource.type == _NAT else "internet gateway"
            yield Finding(rules.GATEWAY_REMOVED, plan.stack, resource.title, f"the {kind} {id_} is destroyed")


def _peerings(plan: Plan) -> Iterator[Finding]:
    for resource in plan.of(*_PEERINGS):
        ends = _PEERINGS[resource.type]
        after = resource.after
        replaced = resource.creates and after and all(after.get(e) in (UNKNOWN, resource.side.get(e)) for e in ends)
        if resource.destroys and not replaced:
            what = f"the peering with {shown_at(resource.side, ends[-1])} is {how(resource)}"
            yield Finding(rules.PEERING_REMOVED, plan.stack, resource.title, what)


def _endpoints(plan: Plan, gone: set[object]) -> Iterator[Finding]:
    for resource in plan.of(_ENDPOINT):
        service = str(resource.side.get("service_name"))
        if service.rpartition(".")[2] not in _SERVICES or not resource.changes or resource.forgets:
            continue
        if change := _endpoint_change(resource, gone):
            what = f"the endpoint of {service} {change}"
            yield Finding(rules.ENDPOINT_REMOVED, plan.stack, resource.title, what)


def _endpoint_change(resource: Resource, gone: set[object]) -> str:
    before, after = resource.before, resource.after
    if before is None:
        return ""
    if after is None or after.get("service_name") not in (UNKNOWN, before.get("service_name")):
        return f"is {how(resource)}"
    for name, what in (("route_table_ids", "route tables"), ("subnet_ids", "subnets")):
        left = after.get(name)
        if not after.has_unknown(name) and (missing := {*(before.get(name) or ())} - {*(left or ())} - gone):
            return f"no longer serves the {what} {', '.join(sorted(map(str, missing)))}"
    if before.get("private_dns_enabled") is True and after.get("private_dns_enabled") is False:
        return "is no longer found by the service's name: private_dns_enabled becomes false"
    return ""
