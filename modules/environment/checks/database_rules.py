"""Rules about where the databases of connectors are; ``checks.rulebook`` says how one is written."""

import re
from collections.abc import Iterator
from ipaddress import AddressValueError, IPv4Address, IPv4Network
from typing import Final

from modules.environment.checks.rulebook import advice, known, rule
from modules.environment.models.connectors import Connector
from modules.environment.models.network import Network
from modules.environment.models.sources import Host, HostSource
from modules.messages.problems import Path, Problem

_AT: Final[Path] = ("source", "host")
_DIGITS: Final = re.compile(r"[0-9.]+")
# An endpoint of RDS: its name, what it leads to, its own part, the region.
_OF_RDS: Final = re.compile(
    r"(?P<name>[a-z0-9-]+)\.(?:(?P<kind>cluster|cluster-ro|cluster-custom|proxy)-)?[a-z0-9]+\.[a-z0-9-]+\.rds\..+"
)
_WITHOUT_BINARY_LOG: Final = {
    "cluster-ro": "a reader endpoint, and readers have no binary log",
    "cluster-custom": "a custom endpoint, which may lead to a reader, and readers have no binary log",
    "proxy": "a proxy's endpoint, through which no binary log can be read",
}


@rule
def hosts_are_reached_in_one_way(connector: Connector) -> Iterator[Problem]:
    if host := _host(connector):
        if host.security_group_id is None and host.cidr_block is None:
            yield Problem(_AT, "must have security_group_id or cidr_block: what the workers may connect to")
        elif host.security_group_id is not None and host.cidr_block is not None:
            wanted = "must be left out beside security_group_id: the rule of a security group is the stricter one"
            yield Problem((*_AT, "cidr_block"), wanted, host.cidr_block)


@rule
def hosts_are_elsewhere(connector: Connector) -> Iterator[Problem]:
    if host := _host(connector):
        address = _ipv4(host.address)
        at = (*_AT, "address")
        if address is None and _DIGITS.fullmatch(host.address):
            yield Problem(at, "must be an IPv4 address with four numbers up to 255", host.address)
        elif host.address == "localhost" or (address and (address.is_loopback or address.is_unspecified)):
            yield Problem(at, "must be where the workers reach the server: there it is the worker itself", host.address)
        elif (found := _OF_RDS.fullmatch(host.address)) and (why := _WITHOUT_BINARY_LOG.get(found["kind"] or "")):
            yield Problem(at, f"must be the endpoint of a writer: this is {why}", host.address)


@rule
def hosts_are_in_their_range(connector: Connector) -> Iterator[Problem]:
    host = _host(connector)
    if host and host.cidr_block and (address := _ipv4(host.address)) and address not in IPv4Network(host.cidr_block):
        wanted = f"must contain the address {host.address}: the workers' security group allows this range only"
        yield Problem((*_AT, "cidr_block"), wanted, host.cidr_block)


@rule
def one_server_is_reached_in_one_way(connectors: dict[str, Connector]) -> Iterator[Problem]:
    """Else the two may mean different servers, or one of them has no rule for the server's group."""
    first: dict[str, tuple[str, Host]] = {}
    for key, source in known(connectors, lambda connector: (connector.source, connector.source.database)):
        if isinstance(source[0], HostSource):
            host = source[0].host
            other, theirs = first.setdefault(source[1], (key, host))
            if host != theirs:
                wanted = f"must be the same as of connector {other}, which reads the same server"
                yield Problem(("connectors", key, *_AT), wanted)


@advice
def rds_finds_its_own_endpoints(connector: Connector) -> Iterator[Problem]:
    if (host := _host(connector)) and (found := _OF_RDS.fullmatch(host.address)):
        kind = found["kind"]
        if kind == "cluster" or kind is None:
            key = f"source.cluster: {found['name']}" if kind else f"source.instance: {found['name']}"
            message = f"of a database in this account, {key} finds the endpoint, checks it, and adds both rules"
            yield Problem((*_AT, "address"), message, host.address)


@advice
def groups_are_referenced_in_reach(network: Network, connector: Connector) -> Iterator[Problem]:
    if network.externally_routed and (host := _host(connector)) and host.security_group_id:
        message = (
            "with network.externally_routed, AWS takes a group of another VPC only where a transit gateway references"
            " security groups: cidr_block works always"
        )
        yield Problem((*_AT, "security_group_id"), message, host.security_group_id)


def _host(connector: Connector) -> Host | None:
    return connector.source.host if isinstance(connector.source, HostSource) else None


def _ipv4(address: str) -> IPv4Address | None:
    try:
        return IPv4Address(address)
    except AddressValueError:
        return None
