"""The Aurora clusters that connectors read: looked up, checked, and made reachable for the workers."""

from dataclasses import dataclass

from modules.network import Network
from modules.security_group_rules import Peer, egress, ingress
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

# SHOW MASTER STATUS is gone with MySQL 8.4; Debezium asks otherwise from this release on.
_READS_8_4 = 3


@dataclass(frozen=True)
class Routed:
    """The peer and rules for a database that is reached through routing managed elsewhere."""

    peer: Peer
    rules: list[TerraformResource]


class Aurora(Construct):
    """An existing Aurora MySQL cluster, shared by the connectors that read it: nothing of it is created.

    Public: ``hostname`` (of the writer, which has the binlog), ``port``, ``preconditions`` (of a reader).
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
        self.preconditions = [*self._engine(), self._binlog(), *self._reachable()]
        self._routed = self._allow_ranges() if network.reachable_vpc_ids is None else None

    def _require(self, condition: object, message: str) -> Precondition:
        message = f"Aurora cluster {self.node.id} {message}"
        return Precondition(condition=Token.as_string(condition), error_message=message)

    def _engine(self) -> list[Precondition]:
        cluster = self._cluster
        return [
            self._require(
                Op.eq(cluster.engine, "aurora-mysql"),
                f"runs {cluster.engine}: source.cluster must name an aurora-mysql cluster",
            ),
            self._require(
                Op.neq(cluster.engine_mode, "serverless"),
                "is Serverless v1, which has no binlog: migrate it to provisioned or Serverless v2 first",
            ),
        ]

    def runs_with(self, debezium_version: str) -> list[Precondition]:
        """What this release of Debezium needs of the cluster; for the connectors that run it."""
        if int(debezium_version.split(".")[0]) >= _READS_8_4:
            return []
        version = self._cluster.engine_version
        return [
            self._require(
                Op.not_(Fn.startswith(version, "8.4")),
                f"runs {version}, and Debezium {debezium_version} asks for its binary log as MySQL did before 8.4:"
                " use a plugin with Debezium 3.0 or later",
            )
        ]

    def _binlog(self) -> Precondition:
        group = self._cluster.db_cluster_parameter_group_name
        return self._require(
            Op.not_(Fn.startswith(group, "default.")),
            f"uses the default parameter group {group}, which cannot enable the binlog:"
            " use a custom cluster parameter group with binlog_format = ROW, and reboot the writer",
        )

    def _reachable(self) -> list[Precondition]:
        reachable = self._network.reachable_vpc_ids
        if reachable is None:
            return []
        return [
            self._require(
                Fn.contains(reachable, self._subnets.vpc_id),
                f"is in {self._subnets.vpc_id}, which the workers cannot reach: add it to network.peerings,"
                " or set network.externally_routed if routing is managed elsewhere",
            )
        ]

    def _allow_ranges(self) -> Routed:
        """Through other routing security groups cannot be referenced: rules use address ranges instead.

        One rule for all connectors, because AWS refuses a duplicate rule.
        """
        ranges = DataAwsVpc(self, "vpc", id=self._subnets.vpc_id).cidr_block
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
        return Routed(peer=Peer(cidr_block=ranges), rules=rules)

    def allow(self, client: Construct, *, security_group_id: str) -> list[TerraformResource]:
        """Allow the client's group to Aurora's port, egress and ingress; the rules are created under ``client``."""
        peer = self._routed.peer if self._routed else Peer(self._security_group_id)
        outbound = egress(client, "mysql", group=security_group_id, peer=peer, port=self.port, description="MySQL")
        if self._routed:
            return [outbound, *self._routed.rules]
        inbound = ingress(
            client,
            "aurora",
            group=self._security_group_id,
            peer=Peer(security_group_id),
            port=self.port,
            description=f"MySQL clients: {client.node.path}",
        )
        return [outbound, inbound]
