"""The RDS for MySQL instances: engine, backups, the parameters of the binary log, reboots."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from botocore.exceptions import ClientError

from cdc.aws import Aws, code
from cdc.findings import Finding, error, ok, warning
from modules.environment.environment import Environment
from modules.environment.models.sources import InstanceSource

# What a group has whose parameter nobody set (RDS for MySQL 8.0).
_PARAMETERS: Final = {"binlog_format": "MIXED", "binlog_row_image": "FULL"}
_WANTED: Final = (("binlog_format", "ROW"), ("binlog_row_image", "FULL"))


@dataclass(frozen=True)
class Instance:
    """An instance; ``backup_days`` of automated backups, ``reboot`` whether it waits for one."""

    engine: str
    status: str
    address: str
    port: int
    backup_days: int
    group: str
    parameters: Mapping[str, str]
    reboot: bool


def read(aws: Aws, environment: Environment) -> dict[str, Instance | None]:
    """By identifier; None for an instance that does not exist."""
    sources = (connector.source for connector in environment.connectors.values())
    names = dict.fromkeys(source.instance for source in sources if isinstance(source, InstanceSource))
    return {name: instance(aws, name) for name in names}


def instance(aws: Aws, name: str) -> Instance | None:
    """The instance with this identifier; None where there is none."""
    try:
        [found] = aws.client("rds").describe_db_instances(DBInstanceIdentifier=name)["DBInstances"]
    except ClientError as failed:
        if code(failed) not in ("DBInstanceNotFound", "DBInstanceNotFoundFault"):
            raise
        return None
    [group, *_] = found["DBParameterGroups"]
    endpoint = found.get("Endpoint") or {}
    return Instance(
        engine=found["Engine"],
        status=found["DBInstanceStatus"],
        address=endpoint.get("Address", ""),
        port=int(endpoint.get("Port", 3306)),
        backup_days=int(found.get("BackupRetentionPeriod", 0)),
        group=group["DBParameterGroupName"],
        parameters=_parameters(aws, group["DBParameterGroupName"]),
        reboot=group.get("ParameterApplyStatus", "in-sync") != "in-sync",
    )


def _parameters(aws: Aws, group: str) -> dict[str, str]:
    """Of a default group nobody can set any."""
    if group.startswith("default."):
        return dict(_PARAMETERS)
    listed = aws.pages("rds", "describe_db_parameters", "Parameters", DBParameterGroupName=group)
    values = {one["ParameterName"]: one.get("ParameterValue") for one in listed}
    return {name: str(values.get(name) or usual) for name, usual in _PARAMETERS.items()}


def judge(environment: Environment, found: Mapping[str, Instance | None]) -> Iterator[Finding]:
    for name, one in found.items():
        if one is None:
            yield error(
                f"the RDS instance {name} must exist in {environment.region}, it does not", "correct source.instance"
            )
        elif one.engine != "mysql":
            yield error(f"{name} must be RDS for MySQL, is {one.engine}", "for Aurora, set source.cluster")
        elif one.status != "available":
            yield warning(f"{name} is {one.status}", "wait until it is available")
        else:
            yield ok(f"{name}: {one.engine}")


def judge_parameters(_: Environment, found: Mapping[str, Instance | None]) -> Iterator[Finding]:
    """RDS writes a binary log only where automated backups are on."""
    for name, one in found.items():
        if one is None:
            continue
        wrong = [*_problems(one)]
        for problem, fix in wrong:
            yield error(f"{name}: {problem}", fix)
        if not wrong:
            yield ok(f"{name}: {one.backup_days} days of backups, {one.group} has ROW and full row images")


def _problems(one: Instance) -> Iterator[tuple[str, str]]:
    if not one.backup_days:
        yield "automated backups are off, so there is no binary log", "set a backup retention period of a day or more"
    for parameter, wanted in _WANTED:
        if one.parameters[parameter].upper() != wanted:
            yield f"{parameter} must be {wanted}, is {one.parameters[parameter]}", f"set it in a group like {one.group}"
    if one.reboot:
        yield f"it has not taken up {one.group}", "reboot the instance"
