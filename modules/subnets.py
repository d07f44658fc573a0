"""Subnets of a VPC's address range: a fixed slot for each zone, so that adding a zone moves no subnet."""

from ipaddress import IPv4Network


def _slot(zone: str) -> int:
    """0 for the zone that ends in a, 1 for b, …"""
    return ord(zone[-1]) - ord("a")


def private_block(cidr_block: str, zone: str) -> str:
    """An eighth of the range for each zone, a to g: /19 of a /16, /25 of a /22."""
    return str(list(IPv4Network(cidr_block).subnets(prefixlen_diff=3))[_slot(zone)])


def public_block(cidr_block: str, zone: str) -> str:
    """An eighth of the range's last eighth for each zone: /22 of a /16, /28 (AWS's smallest) of a /22."""
    last = list(IPv4Network(cidr_block).subnets(prefixlen_diff=3))[-1]
    return str(list(last.subnets(prefixlen_diff=3))[_slot(zone)])
