"""The Aurora clusters: engine, writer, the parameters of the binary log, reboots, backtrack."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from botocore.exceptions import ClientError

from cdc.aws import Aws, code
from cdc.findings import Finding, error, ok, warning
from modules.environment.environment import Environment
from modules.environment.models.sources import ClusterSource

# What a group has whose parameter nobody set (Aurora MySQL 3).
_PARAMETERS: Final = {"binlog_format": "OFF", "binlog_row_image": "FULL"}
_DEFAULT: Final = "default."


@dataclass(frozen=True)
class Cluster:
    """A cluster. ``reboots`` are instances that have not taken up the parameter group yet."""

    engine: str
    mode: str
    status: str
    endpoint: str
    port: int
    writer: str
    group: str
    parameters: Mapping[str, str]
    reboots: tuple[str, ...]
    backtrack: int


def read(aws: Aws, environment: Environment) -> dict[str, Cluster | None]:
    """By identifier; None for a cluster that does not exist."""
    sources = (connector.source for connector in environment.connectors.values())
    names = dict.fromkeys(source.cluster for source in sources if isinstance(source, ClusterSource))
    return {name: cluster(aws, name) for name in names}


def cluster(aws: Aws, name: str) -> Cluster | None:
    """The cluster with this identifier; None where there is none."""
    try:
        [found] = aws.client("rds").describe_db_clusters(DBClusterIdentifier=name)["DBClusters"]
    except ClientError as failed:
        if code(failed) != "DBClusterNotFoundFault":
            raise
        return None
    members = found.get("DBClusterMembers", [])
    return Cluster(
        engine=found["Engine"],
        mode=found.get("EngineMode", "provisioned"),
        status=found["Status"],
        endpoint=found.get("Endpoint", ""),
        port=int(found.get("Port", 3306)),
        writer=next((one["DBInstanceIdentifier"] for one in members if one.get("IsClusterWriter")), ""),
        group=found["DBClusterParameterGroup"],
        parameters=_parameters(aws, found["DBClusterParameterGroup"]),
        reboots=tuple(one["DBInstanceIdentifier"] for one in members if _waits(one)),
        backtrack=int(found.get("BacktrackWindow", 0)),
    )


def _waits(member: Mapping[str, Any]) -> bool:
    return bool(member.get("DBClusterParameterGroupStatus", "in-sync") != "in-sync")


def _parameters(aws: Aws, group: str) -> dict[str, str]:
    """Of a default group nobody can set any."""
    if group.startswith(_DEFAULT):
        return dict(_PARAMETERS)
    listed = aws.pages("rds", "describe_db_cluster_parameters", "Parameters", DBClusterParameterGroupName=group)
    values = {one["ParameterName"]: one.get("ParameterValue") for one in listed}
    return {name: str(values.get(name) or usual) for name, usual in _PARAMETERS.items()}


def judge(environment: Environment, found: Mapping[str, Cluster | None]) -> Iterator[Finding]:
    for name, one in found.items():
        if one is None:
            yield error(
                f"the Aurora cluster {name} must exist in {environment.region}, it does not", "correct source.cluster"
            )
        elif not one.engine.startswith("aurora-mysql") or one.mode == "serverless":
            yield error(
                f"{name} must be Aurora MySQL, provisioned or Serverless v2, is {one.engine} ({one.mode})",
                "name another cluster; Serverless v1 has no binary log",
            )
        else:
            yield from _judge(name, one)


def _judge(name: str, found: Cluster) -> Iterator[Finding]:
    if not found.writer:
        yield error(f"{name} must have a writer instance, has none", "create an instance in the cluster")
    elif found.status != "available":
        yield warning(f"{name} is {found.status}", "wait until it is available")
    else:
        yield ok(f"{name}: {found.engine}, writer {found.writer}")


def judge_parameters(_: Environment, found: Mapping[str, Cluster | None]) -> Iterator[Finding]:
    """The binary log is a matter of the cluster's parameter group, and taken up at a reboot."""
    for name, one in found.items():
        if one is None:
            continue
        if one.group.startswith(_DEFAULT):
            yield error(
                f"{name} must have a parameter group of its own, has {one.group}, which cannot be changed",
                "create a cluster parameter group with binlog_format=ROW, attach it, and reboot the writer",
            )
            continue
        wrong = [
            f"{parameter} must be {wanted}, is {one.parameters[parameter]}"
            for parameter, wanted in (("binlog_format", "ROW"), ("binlog_row_image", "FULL"))
            if one.parameters[parameter].upper() != wanted
        ]
        for problem in wrong:
            yield error(f"{name}: {problem}", f"set it in {one.group}, and reboot the writer")
        for instance in one.reboots:
            yield error(
                f"{name}: {instance} has not taken up {one.group}",
                f"aws rds reboot-db-instance --db-instance-identifier {instance}",
            )
        if not wrong and not one.reboots:
            yield ok(f"{name}: {one.group} has binlog_format=ROW and full row images")


def judge_backtrack(_: Environment, found: Mapping[str, Cluster | None]) -> Iterator[Finding]:
    for name, one in found.items():
        if one and one.backtrack:
            yield warning(
                f"{name} can be backtracked by {one.backtrack / 3600:g} hours: that rewinds the database, but takes"
                " back no event, and no event follows",
                "restore a copy instead, or take a new snapshot after a backtrack",
            )
        elif one:
            yield ok(f"{name}: no backtrack")
