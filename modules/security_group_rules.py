"""Security group rules, each with one port, one peer and a description."""

from dataclasses import dataclass

from modules.synthesis.sdk import Construct, TerraformResource, VpcSecurityGroupEgressRule, VpcSecurityGroupIngressRule

ANYWHERE = "0.0.0.0/0"


@dataclass(frozen=True)
class Peer:
    """The other side of a rule: a security group, or addresses where no group can be referenced."""

    security_group_id: str | None = None
    cidr_block: str | None = None
    prefix_list_id: str | None = None


def ingress(scope: Construct, id_: str, *, group: str, peer: Peer, port: float, description: str) -> TerraformResource:
    """Allow connections from ``peer`` to ``group`` on one TCP port."""
    return VpcSecurityGroupIngressRule(
        scope,
        id_,
        security_group_id=group,
        referenced_security_group_id=peer.security_group_id,
        cidr_ipv4=peer.cidr_block,
        ip_protocol="tcp",
        from_port=port,
        to_port=port,
        description=description,
    )


def egress(
    scope: Construct, id_: str, *, group: str, peer: Peer, port: float, description: str, protocol: str = "tcp"
) -> TerraformResource:
    """Allow connections from ``group`` to ``peer`` on one port."""
    return VpcSecurityGroupEgressRule(
        scope,
        id_,
        security_group_id=group,
        referenced_security_group_id=peer.security_group_id,
        cidr_ipv4=peer.cidr_block,
        prefix_list_id=peer.prefix_list_id,
        ip_protocol=protocol,
        from_port=port,
        to_port=port,
        description=description,
    )


def aws_services(client: Construct, *, group: str, endpoints: str | None) -> list[TerraformResource]:
    """HTTPS from ``group`` to AWS services: to the group of the interface ``endpoints``, else through NAT.

    Behind NAT, neither a group nor a prefix list can be referenced.
    """
    services = Peer(endpoints) if endpoints else Peer(cidr_block=ANYWHERE)
    rules = [egress(client, "https", group=group, peer=services, port=443, description="AWS services")]
    if endpoints:
        clients = f"HTTPS clients: {client.node.path}"
        rules.append(ingress(client, "endpoints", group=endpoints, peer=Peer(group), port=443, description=clients))
    return rules
