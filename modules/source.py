"""The databases that connectors read: looked up, checked, and made reachable for the workers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from modules.environment.environment import Environment
from modules.environment.models.sources import ClusterSource, Host as HostConfig, InstanceSource
from modules.network import Network
from modules.security_group_rules import Peer, egress, ingress
from modules.synthesis.sdk import (
    Construct,
    DataAwsDbInstance,
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
# Parameter groups that RDS makes, whose binlog_format is MIXED; of MySQL 8.4 it is not documented.
_MIXED = ("default.mysql5.7", "default.mysql8.0")


class Database(Protocol):
    """``hostname`` and ``port`` are those of the server with the binary log; ``preconditions`` are of its readers.

    ``identity`` differs once another database has its name; it is empty where that is not known.
    """

    hostname: str
    port: float
    preconditions: list[Precondition]
    identity: Mapping[str, str]

    def runs_with(self, debezium_version: str) -> list[Precondition]:
        """What this release of Debezium needs of the database; for the connectors that run it."""
        ...

    def allow(self, client: Construct, *, security_group_id: str) -> list[TerraformResource]:
        """Allow the client's group to the database's port; the rules are created under ``client``."""
        ...


@dataclass(frozen=True)
class Routed:
    """The peer and rules for a database that is reached through routing managed elsewhere."""

    peer: Peer
    rules: list[TerraformResource]


class RdsDatabase(Construct):
    """A database that RDS knows, shared by the connectors that read it: nothing of it is created.

    Public: see ``Database``. Subclasses set ``what`` it is called in messages, and ``rule`` as the id of its own rule.
    """

    what: str
    rule: str
    hostname: str
    port: float
    identity: Mapping[str, str]

    def _look_up(
        self, network: Network, *, subnet_group: str, security_groups: list[str], version: str, resource_id: str
    ) -> None:
        self._network = network
        self._version = version
        self._subnets = DataAwsDbSubnetGroup(self, "subnets", name=subnet_group)
        self._security_group_id = Token.as_string(Fn.element(Fn.sort(security_groups), 0))
        self.preconditions = [*self._checks(), *self._reachable()]
        self.identity = {
            "resource_id": resource_id,
            # 8.0 of 8.0.mysql_aurora.3.08.0: minor upgrades are automatic.
            "mysql": Token.as_string(Fn.regex("^[0-9]*[.]?[0-9]*", version)),
        }
        self._routed = self._allow_ranges() if network.reachable_vpc_ids is None else None

    def _checks(self) -> list[Precondition]:
        raise NotImplementedError

    def _require(self, condition: object, message: str) -> Precondition:
        message = f"{self.what} {self.node.id} {message}"
        return Precondition(condition=Token.as_string(condition), error_message=message)

    def runs_with(self, debezium_version: str) -> list[Precondition]:
        """What this release of Debezium needs of the database; for the connectors that run it."""
        if int(debezium_version.split(".")[0]) >= _READS_8_4:
            return []
        return [
            self._require(
                Op.not_(Fn.startswith(self._version, "8.4")),
                f"runs {self._version}, and Debezium {debezium_version} asks for its binary log as MySQL did before"
                " 8.4: use a plugin with Debezium 3.0 or later",
            )
        ]

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
        """Allow the client's group to the port, egress and ingress; the rules are created under ``client``."""
        peer = self._routed.peer if self._routed else Peer(self._security_group_id)
        outbound = egress(client, "mysql", group=security_group_id, peer=peer, port=self.port, description="MySQL")
        if self._routed:
            return [outbound, *self._routed.rules]
        inbound = ingress(
            client,
            self.rule,
            group=self._security_group_id,
            peer=Peer(security_group_id),
            port=self.port,
            description=f"MySQL clients: {client.node.path}",
        )
        return [outbound, inbound]


class Aurora(RdsDatabase):
    """An existing Aurora MySQL cluster; ``hostname`` is its writer's."""

    what = "Aurora cluster"
    rule = "aurora"

    def __init__(self, scope: Construct, id_: str, *, network: Network) -> None:
        """``id_`` is the cluster's identifier."""
        super().__init__(scope, id_)
        self._cluster = cluster = DataAwsRdsCluster(self, "cluster", cluster_identifier=id_)
        self.hostname = cluster.endpoint
        self.port = cluster.port
        self._look_up(
            network,
            subnet_group=cluster.db_subnet_group_name,
            security_groups=cluster.vpc_security_group_ids,
            version=cluster.engine_version,
            resource_id=cluster.cluster_resource_id,
        )

    def _checks(self) -> list[Precondition]:
        cluster, group = self._cluster, self._cluster.db_cluster_parameter_group_name
        return [
            self._require(
                Op.eq(cluster.engine, "aurora-mysql"),
                f"runs {cluster.engine}: source.cluster must name an aurora-mysql cluster",
            ),
            self._require(
                Op.neq(cluster.engine_mode, "serverless"),
                "is Serverless v1, which has no binlog: migrate it to provisioned or Serverless v2 first",
            ),
            self._require(
                Op.not_(Fn.startswith(group, "default.")),
                f"uses the default parameter group {group}, which cannot enable the binlog:"
                " use a custom cluster parameter group with binlog_format = ROW, and reboot the writer",
            ),
        ]


class Instance(RdsDatabase):
    """An existing RDS for MySQL instance, with one or more zones."""

    what = "RDS instance"
    rule = "instance"

    def __init__(self, scope: Construct, id_: str, *, network: Network) -> None:
        """``id_`` is the instance's identifier."""
        super().__init__(scope, id_)
        self._instance = instance = DataAwsDbInstance(self, "instance", db_instance_identifier=id_)
        self.hostname = instance.address
        self.port = instance.port
        self._look_up(
            network,
            subnet_group=instance.db_subnet_group,
            security_groups=instance.vpc_security_groups,
            version=instance.engine_version,
            resource_id=instance.resource_id,
        )

    def _checks(self) -> list[Precondition]:
        instance = self._instance
        group = Token.as_string(Fn.element(instance.db_parameter_groups, 0))
        return [
            self._require(
                Op.eq(instance.engine, "mysql"),
                f"runs {instance.engine}: source.instance must name an RDS for MySQL instance;"
                " an Aurora cluster is named by source.cluster",
            ),
            self._require(
                Op.gte(instance.backup_retention_period, 1),  # CDKTF drops a 0
                "has no automated backups, and without them RDS writes no binlog:"
                " set its backup retention period to 1 day or more",
            ),
            self._require(
                Op.not_(Fn.contains(list(_MIXED), group)),
                f"uses the default parameter group {group}, whose binlog_format is MIXED:"
                " use a custom parameter group with binlog_format = ROW",
            ),
        ]


class Host:
    """A server that RDS does not run: nothing of it is looked up, so no plan can check it.

    Only the workers' own group is opened, towards the server; the server's owner allows the workers there.
    """

    def __init__(self, config: HostConfig) -> None:
        self.hostname = config.address
        self.port: float = config.port
        self.preconditions: list[Precondition] = []
        self.identity: Mapping[str, str] = {}
        self._peer = Peer(config.security_group_id, config.cidr_block)

    def runs_with(self, debezium_version: str) -> list[Precondition]:
        """Nothing that a plan can check."""
        del debezium_version
        return []

    def allow(self, client: Construct, *, security_group_id: str) -> list[TerraformResource]:
        """Allow the client's group to the server's port."""
        return [egress(client, "mysql", group=security_group_id, peer=self._peer, port=self.port, description="MySQL")]


def databases(scope: Construct, config: Environment, *, network: Network) -> dict[str, Database]:
    """Those that the connectors of ``config`` read, by ``source.database``.

    RDS may have a cluster and an instance of the same name, so each kind has a parent of its own.
    """
    clusters, instances = Construct(scope, "sources"), Construct(scope, "source-instances")
    sources = {connector.source.database: connector.source for connector in config.connectors.values()}
    found: dict[str, Database] = {}
    for database, source in sorted(sources.items()):
        if isinstance(source, ClusterSource):
            found[database] = Aurora(clusters, source.cluster, network=network)
        elif isinstance(source, InstanceSource):
            found[database] = Instance(instances, source.instance, network=network)
        else:
            found[database] = Host(source.host)
    return found
