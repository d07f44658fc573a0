"""Worker configurations: a worker's properties, within what MSK Connect leaves to its users."""

import base64
import binascii
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from rehearsal.aws import names
from rehearsal.aws.properties import parse
from rehearsal.aws.service import Call, Document, bad_request, conflict, not_found, page

_REQUIRED: Final = ("key.converter", "value.converter")
# Both from the Amazon MSK developer guide, "Supported worker configuration properties".
_BLOCKED_PREFIXES: Final = (
    "access.control.",
    "admin.",
    "client.",
    "connect.",
    "inter.worker.",
    "internal.",
    "listeners.https.",
    "metrics.",
    "rest.",
    "sasl.",
    "security.",
    "socket.",
    "ssl.",
    "topic.tracking.",
    "worker.",
)
_BLOCKED: Final = frozenset(
    {
        "bootstrap.servers",
        "config.storage.topic",
        "connections.max.idle.ms",
        "connector.client.config.override.policy",
        "group.id",
        "listeners",
        "metric.reporters",
        "plugin.path",
        "receive.buffer.bytes",
        "response.http.headers.config",
        "scheduled.rebalance.max.delay.ms",
        "send.buffer.bytes",
        "status.storage.topic",
    }
)


@dataclass
class WorkerConfiguration:
    """``content`` as it was sent, in base64."""

    arn: str
    name: str
    description: str
    content: str
    properties: Mapping[str, str]
    tags: dict[str, str]
    created: datetime = field(default_factory=names.now)

    @property
    def document(self) -> Document:
        revision = {
            "creationTime": self.created,
            "description": self.description,
            "propertiesFileContent": self.content,
            "revision": 1,
        }
        return {
            "creationTime": self.created,
            "description": self.description,
            "latestRevision": revision,
            "name": self.name,
            "workerConfigurationArn": self.arn,
            "workerConfigurationState": "ACTIVE",
        }


class WorkerConfigurations:
    """Worker configurations by ARN; ``used`` tells whether a connector runs with one."""

    def __init__(self, *, used: Callable[[str], bool]) -> None:
        self._used = used
        self._all: dict[str, WorkerConfiguration] = {}

    def get(self, arn: str) -> WorkerConfiguration:
        if arn not in self._all:
            raise not_found(f"no worker configuration {arn}")
        return self._all[arn]

    def revision(self, arn: str, number: int) -> WorkerConfiguration:
        """What a connector can run with; refuses any other."""
        configuration = self.get(arn)
        if number != 1:
            raise not_found(f"worker configuration {configuration.name} has no revision {number}")
        return configuration

    def create_worker_configuration(self, call: Call) -> Document:
        name, content = call["name"], call["propertiesFileContent"]
        if any(one.name == name for one in self._in(call.region)):
            raise conflict(f"a worker configuration named {name} exists")
        configuration = WorkerConfiguration(
            arn=names.arn("kafkaconnect", call.region, f"worker-configuration/{name}/{names.identity()}"),
            name=name,
            description=call.get("description", ""),
            content=content,
            properties=_checked(content),
            tags=call.get("tags", {}),
        )
        self._all[configuration.arn] = configuration
        return configuration.document

    def describe_worker_configuration(self, call: Call) -> Document:
        return self.get(call["workerConfigurationArn"]).document

    def list_worker_configurations(self, call: Call) -> Document:
        prefix = call.get("namePrefix", "")
        listed, token = page(call, [one for one in self._in(call.region) if one.name.startswith(prefix)])
        return {"workerConfigurations": [one.document for one in listed], "nextToken": token}

    def delete_worker_configuration(self, call: Call) -> Document:
        configuration = self.get(call["workerConfigurationArn"])
        if self._used(configuration.arn):
            raise bad_request(f"worker configuration {configuration.name} is used by a connector")
        del self._all[configuration.arn]
        return {"workerConfigurationArn": configuration.arn, "workerConfigurationState": "DELETING"}

    def _in(self, region: str) -> list[WorkerConfiguration]:
        return [one for one in self._all.values() if names.region_of(one.arn) == region]


def _checked(content: str) -> Mapping[str, str]:
    """The properties in base64; refuses those that MSK Connect keeps to itself."""
    try:
        properties = parse(base64.b64decode(content, validate=True).decode())
    except (binascii.Error, ValueError) as error:
        raise bad_request(f"propertiesFileContent must be a properties file in base64: {error}") from error
    for key in properties:
        if key in _BLOCKED or key.startswith(_BLOCKED_PREFIXES):
            raise bad_request(f"propertiesFileContent: {key} is MSK Connect's own")
    missing = [key for key in _REQUIRED if key not in properties]
    if missing:
        raise bad_request(f"propertiesFileContent must set {' and '.join(missing)}")
    return properties
