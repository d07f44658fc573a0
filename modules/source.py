"""The Aurora clusters that connectors read: looked up, judged, and opened to the workers."""

from dataclasses import dataclass

from modules.firewall import Peer, egress, ingress
from modules.network import Network
from modules.synthesis.sdk import (
    Construct,
    DataAwsDbSubnetGroup,
    DataAwsRdsCluster,
    DataAwsVpc,
    Fn,
    Op,
    Precondition,
    TerraformResource,
    Token,
)


@dataclass(frozen=True)
class Routed:
    """The way to a database across routing that is managed elsewhere."""

    peer: Peer
    rules: list[TerraformResource]


class Aurora(Construct):
    """An existing Aurora MySQL cluster, shared by the connectors that read it: nothing of it is created.

    Public: ``hostname`` (the writer's, where the binary log is), ``port``, ``guards`` (for what reads it).
    """

    def __init__(self, scope: Construct, id_: str, *, network: Network) -> None:
        """``id_`` is the cluster's identifier."""
        super().__init__(scope, id_)
        self._network = network
        self._cluster = DataAwsRdsCluster(self, "cluster", cluster_identifier=id_)
        self._subnets = DataAwsDbSubnetGroup(self, "subnets", name=self._cluster.db_subnet_group_name)
        self.hostname = self._cluster.endpoint
        self.port = self._cluster.port
        self._security_group_id = Token.as_string(Fn.element(Fn.sort(self._cluster.vpc_security_group_ids), 0))
        self.guards = [*self._engine_guards(), self._binlog_guard(), *self._network_guards()]
        self._routed = self._admit_ranges() if network.reachable_vpc_ids is None else None

    def _guard(self, condition: object, message: str) -> Precondition:
        message = f"Aurora cluster {self.node.id} {message}"
        return Precondition(condition=Token.as_string(condition), error_message=message)

    def _engine_guards(self) -> list[Precondition]:
        cluster = self._cluster
        return [
            self._guard(
                Op.eq(cluster.engine, "aurora-mysql"),
                f"runs {cluster.engine}: source.cluster must name an aurora-mysql cluster",
            ),
            self._guard(
                Op.neq(cluster.engine_mode, "serverless"),
                "is Serverless v1, which has no binary log: move it to provisioned or Serverless v2 first",
            ),
        ]

    def _binlog_guard(self) -> Precondition:
        group = self._cluster.db_cluster_parameter_group_name
        return self._guard(
            Op.not_(Fn.startswith(group, "default.")),
            f"uses the parameter group {group}, which cannot be changed, so its binary log is off:"
            " give it a cluster parameter group of its own with binlog_format ROW, and reboot the writer",
        )

    def _network_guards(self) -> list[Precondition]:
        reachable = self._network.reachable_vpc_ids
        if reachable is None:
            return []
        return [
            self._guard(
                Fn.contains(reachable, self._subnets.vpc_id),
                f"lives in {self._subnets.vpc_id}, which the workers cannot reach: add it to network.peerings,"
                " or set network.externally_routed where routing is managed elsewhere",
            )
        ]

    def _admit_ranges(self) -> Routed:
        """Across other routing a group of the far side means nothing: address ranges stand in for groups.

        One rule for all connectors, because AWS takes the same rule only once.
        """
        there = DataAwsVpc(self, "vpc", id=self._subnets.vpc_id).cidr_block
        rules = [
            ingress(
                self,
                f"in-{index}",
                group=self._security_group_id,
                peer=Peer(cidr_block=block),
                port=self.port,
                description="MySQL clients: MSK Connect workers",
            )
            for index, block in enumerate(self._network.private_cidr_blocks)
        ]
        return Routed(peer=Peer(cidr_block=there), rules=rules)

    def admit(self, client: Construct, *, security_group_id: str) -> list[TerraformResource]:
        """Out of the client's group and into Aurora's, on the database's port; rules live under ``client``."""
        peer = self._routed.peer if self._routed else Peer(self._security_group_id)
        out = egress(client, "mysql", group=security_group_id, peer=peer, port=self.port, description="MySQL")
        if self._routed:
            return [out, *self._routed.rules]
        into = ingress(
            client,
            "aurora",
            group=self._security_group_id,
            peer=Peer(security_group_id),
            port=self.port,
            description=f"MySQL clients: {client.node.path}",
        )
        return [out, into]
