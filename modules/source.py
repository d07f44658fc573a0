"""The Aurora cluster that a connector reads: looked up, judged, and opened to the worker."""

from modules.config import Source
from modules.firewall import Peer, egress, ingress
from modules.network import Network
from modules.sdk import (
    Construct,
    DataAwsDbSubnetGroup,
    DataAwsRdsCluster,
    DataAwsSecretsmanagerSecret,
    DataAwsVpc,
    Fn,
    Op,
    Precondition,
    TerraformResource,
    Token,
)


class Aurora(Construct):
    """An existing Aurora MySQL cluster and the secret to read it with: nothing of it is created.

    Public: ``hostname`` (the writer's, where the binary log is), ``port``, ``secret_arn``, ``guards``.
    """

    def __init__(self, scope: Construct, id_: str, *, config: Source, network: Network) -> None:
        super().__init__(scope, id_)
        self._config = config
        self._network = network
        self._cluster = DataAwsRdsCluster(self, "cluster", cluster_identifier=config.cluster)
        self._subnets = DataAwsDbSubnetGroup(self, "subnets", name=self._cluster.db_subnet_group_name)
        self.hostname = self._cluster.endpoint
        self.port = self._cluster.port
        # Metadata only: the value is read by the worker, never by Terraform.
        self.secret_arn = DataAwsSecretsmanagerSecret(self, "secret", name=config.secret).arn
        self.guards = [*self._engine_guards(), self._binlog_guard(), *self._network_guards()]

    def _guard(self, condition: object, message: str) -> Precondition:
        message = f"Aurora cluster {self._config.cluster} {message}"
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

    def admit(self, workers: str) -> list[TerraformResource]:
        """One rule out of the group ``workers`` and one into Aurora's, on the database's port alone.

        Groups name each other where the VPCs are one or peered; across other routing, where a group
        of the far side means nothing, the VPCs' address ranges stand in for them.
        """
        aurora = Token.as_string(Fn.element(Fn.sort(self._cluster.vpc_security_group_ids), 0))
        here, there = Peer(workers), Peer(aurora)
        if self._network.reachable_vpc_ids is None:
            here = Peer(cidr_block=self._network.cidr_block)
            there = Peer(cidr_block=DataAwsVpc(self, "vpc", id=self._subnets.vpc_id).cidr_block)
        return [
            egress(self, "out", group=workers, peer=there, port=self.port, description="MySQL"),
            ingress(
                self, "in", group=aurora, peer=here, port=self.port, description=f"MySQL clients: {self.node.path}"
            ),
        ]
