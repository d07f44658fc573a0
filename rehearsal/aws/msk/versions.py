"""The Kafka versions of the embedded MSK, and the updates between them."""

from typing import Final

from modules.environment import msk
from rehearsal.aws.service import Call, Document, bad_request, page

_KRAFT: Final = ".kraft"
# The first version that can be migrated to KRaft in place (AWS MSK developer guide, supported versions).
_FIRST_KRAFT_MIGRATION: Final = (3, 9)


def coordination(version: str) -> msk.Coordination:
    return "kraft" if version.endswith(_KRAFT) else "zookeeper"


def check(version: str, instance_type: str) -> None:
    """Raises ServiceError for a version that MSK does not offer on this instance type."""
    mode = coordination(version)
    offered = [msk.kafka_version(one, mode) for one in msk.versions(mode, instance_type)]
    if version not in offered:
        message = f"Unsupported KafkaVersion [{version}]. Valid values on {instance_type}: {offered}"
        raise bad_request(message, parameter="kafkaVersion")


def update_targets(version: str) -> list[str]:
    """The versions that a cluster can be updated to: newer ones, and from ZooKeeper to KRaft."""
    mode, number = coordination(version), _number(version)

    def follows(other: str) -> bool:
        if coordination(other) == mode:
            return _number(other) > number
        return mode == "zookeeper" and _number(other) >= number >= _FIRST_KRAFT_MIGRATION

    return [other for other in msk.all_versions() if follows(other)]


def _number(version: str) -> tuple[int, int]:
    major, minor = version.split(".")[:2]
    return int(major), int(minor)


class Versions:
    """ListKafkaVersions."""

    def list_kafka_versions(self, call: Call) -> Document:
        listed, token = page(call, msk.all_versions())
        return {"KafkaVersions": [{"Version": one, "Status": _status(one)} for one in listed], "NextToken": token}


def _status(version: str) -> str:
    return "DEPRECATED" if version.removesuffix(_KRAFT) in msk.SUPPORT_ENDED else "ACTIVE"
