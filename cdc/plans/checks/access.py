"""Checks of security groups: what connectors need to reach stays allowed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Any, Final

from cdc.plans.checks.resources import how
from cdc.plans.checks.staying import Staying
from cdc.plans.reading.plan import Plan
from cdc.plans.reading.resources import UNKNOWN, Resource, Side
from cdc.plans.rules import network as rules
from cdc.plans.rules.rule import Finding

_GROUP: Final = "aws_security_group"
_RULE: Final = "aws_security_group_rule"
_DIRECTIONS: Final = {
    "aws_vpc_security_group_ingress_rule": "ingress",
    "aws_vpc_security_group_egress_rule": "egress",
}
_PEERS: Final = ("referenced_security_group_id", "cidr_ipv4", "cidr_ipv6", "prefix_list_id")
_LISTED: Final = ("security_groups", "cidr_blocks", "ipv6_cidr_blocks", "prefix_list_ids")
_ALL: Final = "-1"
_PROTOCOLS: Final = {"all": _ALL, "6": "tcp", "17": "udp", "1": "icmp"}
_LAST: Final = 65535
# MySQL's, and those of MSK's brokers.
_PORTS: Final = ((3306, 3306), (9092, 9198))


@dataclass(frozen=True)
class Access:
    """Connections that a rule of ``group`` allows; any part may be UNKNOWN after the plan."""

    direction: object
    group: object
    peer: object
    protocol: object
    low: Any
    high: Any

    @property
    def place(self) -> tuple[object, ...]:
        """What two that include each other share: ranges of addresses may be different ones."""
        return self.direction, self.group, "range" if "/" in str(self.peer) else self.peer

    def includes(self, other: "Access") -> bool:
        same = all(
            one is UNKNOWN or one == another
            for one, another in ((self.direction, other.direction), (self.group, other.group))
        )
        protocol = self.protocol in (UNKNOWN, _ALL, other.protocol)
        low, high = self.low is UNKNOWN or self.low <= other.low, self.high is UNKNOWN or self.high >= other.high
        return same and protocol and low and high and _includes(self.peer, other.peer)

    def on(self, low: int, high: int) -> bool:
        """Whether it is for one of these ports."""
        return bool(self.low <= high and low <= self.high)

    def __str__(self) -> str:
        ports = f"{self.low:g}" if self.low == self.high else f"{self.low:g} to {self.high:g}"
        where = "all ports" if (self.low, self.high) == (0, _LAST) else f"port {ports}"
        return f"{self.direction} of {self.group} on {where}, peer {self.peer}"


def _includes(one: object, other: object) -> bool:
    if one is UNKNOWN or one == other:
        return True
    try:
        return bool(ip_network(str(other), strict=False).subnet_of(ip_network(str(one), strict=False)))  # type: ignore[arg-type]
    except (ValueError, TypeError):
        return False


def check(plans: Sequence[Plan], staying: Staying) -> Iterator[Finding]:
    """What is no longer allowed, and which a connector that stays may need."""
    # Of other resources only what is known counts: a new connector's rules are no substitute for another's.
    added: dict[tuple[object, ...], list[Access]] = {}
    for access in (new for plan in plans for one in plan.of(*_DIRECTIONS, _RULE, _GROUP) for new in _added(one)):
        if UNKNOWN not in vars(access).values():
            added.setdefault(access.place, []).append(access)
    for plan in plans:
        for resource in plan.of(*_DIRECTIONS, _RULE, _GROUP):
            for access in _lost(resource, added):
                if _needed(access, staying):
                    ends = how(resource) if resource.destroys else "removed"
                    what = f"{access} is {ends}"
                    yield Finding(rules.ACCESS_REMOVED, plan.stack, resource.title, what)
                    break


def _added(resource: Resource) -> list[Access]:
    return _of(resource, resource.after) if resource.after and resource.changes else []


def _lost(resource: Resource, added: Mapping[tuple[object, ...], list[Access]]) -> Iterator[Access]:
    before, after = resource.before, resource.after
    if not before or not resource.changes or resource.forgets:
        return
    own = _of(resource, after) if after else []
    if resource.type == _GROUP:
        # The provider computes the lists where the configuration has none; then other resources have the rules.
        kinds = [kind for kind in ("ingress", "egress") if after and after.get(kind) in (UNKNOWN, before.get(kind))]
        own += [one for one in _of(resource, before) if one.direction in kinds]
    for access in _of(resource, before):
        others = added.get(access.place, [])
        if not any(one.includes(access) for one in (*own, *others)):
            yield access


def _of(resource: Resource, side: Side) -> list[Access]:
    if resource.type == _GROUP:
        return [
            access
            for direction in ("ingress", "egress")
            for block in _blocks(side, direction)
            for access in _inline(direction, side.get("id"), block)
        ]
    if resource.type == _RULE:
        return [*_inline(side.get("type"), side.get("security_group_id"), side)]
    peer = next((side.get(name) for name in _PEERS if side.get(name) is not None), None)
    return [_access(_DIRECTIONS[resource.type], side.get("security_group_id"), peer, side.get("ip_protocol"), side)]


def _blocks(side: Side, direction: str) -> list[Side]:
    given = side.get(direction)
    return [Side(block) for block in given] if isinstance(given, list) else []


def _inline(direction: object, group: object, side: Side) -> Iterator[Access]:
    peers: list[object] = [group] if side.get("self") else []
    source = side.get("source_security_group_id")
    peers += [source] if source is not None else []
    for name in _LISTED:
        given = side.get(name)
        peers += [given] if given is UNKNOWN else given or []
    for peer in peers:
        yield _access(direction, group, peer, side.get("protocol"), side)


def _access(direction: object, group: object, peer: object, protocol: object, side: Side) -> Access:
    name = protocol if protocol is UNKNOWN else str(protocol).lower()
    name = _PROTOCOLS.get(str(name), name) if isinstance(name, str) else name
    low, high = side.get("from_port"), side.get("to_port")
    low, high = (0 if low in (None, -1) else low), (_LAST if high in (None, -1) else high)
    return Access(direction, group, peer, name, *((0, _LAST) if name == _ALL else (low, high)))


def _needed(access: Access, staying: Staying) -> bool:
    if staying.groups is not None and {access.group, access.peer} & staying.groups:
        return True
    if staying.groups is not None:
        by_range = access.direction == "ingress" and "/" in str(access.peer)
        return by_range and any(access.on(port, port) for port in staying.ports)
    return staying.shown or any(access.on(*ports) for ports in _PORTS)
