"""MSK Connect's operations on worker configurations, and the worker properties that it does not allow."""

import base64
import binascii
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from rehearsal.aws import names
from rehearsal.aws.properties import parse
from rehearsal.aws.records import Records
from rehearsal.aws.service import Call, Document, bad_request, not_found, page

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
    """``content`` as it was sent, in base64; ``properties`` decoded."""

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
    """``in_use`` says whether a connector uses the worker configuration with this ARN."""

    def __init__(self, *, in_use: Callable[[str], bool]) -> None:
        self._in_use = in_use
        self._configurations: Records[WorkerConfiguration] = Records("worker configuration")

    def get(self, arn: str) -> WorkerConfiguration:
        return self._configurations.get(arn)

    def revision(self, arn: str, number: int) -> WorkerConfiguration:
        """A revision that exists; raises ServiceError for any other."""
        configuration = self.get(arn)
        if number != 1:
            raise not_found(f"worker configuration {configuration.name} has no revision {number}")
        return configuration

    def create_worker_configuration(self, call: Call) -> Document:
        name, content = call["name"], call["propertiesFileContent"]
        self._configurations.check_name(call.region, name)
        configuration = WorkerConfiguration(
            arn=names.arn("kafkaconnect", call.region, f"worker-configuration/{name}/{names.uuid_suffix()}"),
            name=name,
            description=call.get("description", ""),
            content=content,
            properties=_decoded(content),
            tags=call.get("tags", {}),
        )
        self._configurations.add(configuration)
        return configuration.document

    def describe_worker_configuration(self, call: Call) -> Document:
        return self.get(call["workerConfigurationArn"]).document

    def list_worker_configurations(self, call: Call) -> Document:
        found = self._configurations.in_region(call.region, prefix=call.get("namePrefix", ""))
        listed, token = page(call, found)
        return {"workerConfigurations": [one.document for one in listed], "nextToken": token}

    def delete_worker_configuration(self, call: Call) -> Document:
        configuration = self.get(call["workerConfigurationArn"])
        if self._in_use(configuration.arn):
            raise bad_request(f"worker configuration {configuration.name} is used by a connector")
        self._configurations.remove(configuration)
        return {"workerConfigurationArn": configuration.arn, "workerConfigurationState": "DELETING"}


def _decoded(content: str) -> Mapping[str, str]:
    """Decodes the properties; raises ServiceError for those that MSK Connect does not allow."""
    try:
        properties = parse(base64.b64decode(content, validate=True).decode())
    except (binascii.Error, ValueError) as error:
        raise bad_request(f"propertiesFileContent must be a properties file in base64: {error}") from error
    for key in properties:
        if key in _BLOCKED or key.startswith(_BLOCKED_PREFIXES):
            raise bad_request(f"propertiesFileContent: {key} is set by MSK Connect itself, and must not be there")
    missing = [key for key in _REQUIRED if key not in properties]
    if missing:
        raise bad_request(f"propertiesFileContent must set {' and '.join(missing)}")
    return properties
