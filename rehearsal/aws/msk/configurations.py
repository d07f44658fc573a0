"""MSK configurations: revisions of server properties."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from rehearsal.aws import names
from rehearsal.aws.properties import parse
from rehearsal.aws.records import Records
from rehearsal.aws.service import Call, Document, bad_request, not_found, page


@dataclass(frozen=True)
class Revision:
    """One revision of a configuration; ``content`` as it was sent."""

    number: int
    created: datetime
    description: str
    content: bytes

    @property
    def properties(self) -> Mapping[str, str]:
        return parse(self.content.decode())

    @property
    def summary(self) -> Document:
        return {"CreationTime": self.created, "Description": self.description, "Revision": self.number}


@dataclass
class Configuration:
    arn: str
    name: str
    description: str
    kafka_versions: list[str]
    created: datetime
    revisions: list[Revision] = field(default_factory=list)

    @property
    def document(self) -> Document:
        return {
            "Arn": self.arn,
            "CreationTime": self.created,
            "Description": self.description,
            "KafkaVersions": self.kafka_versions,
            "LatestRevision": self.revisions[-1].summary,
            "Name": self.name,
            "State": "ACTIVE",
        }


class Configurations:
    """MSK's operations on configurations; ``in_use`` says whether a cluster uses the one with this ARN."""

    def __init__(self, in_use: Callable[[str], bool]) -> None:
        self._in_use = in_use
        self._configurations: Records[Configuration] = Records("configuration", name_parameter="name")

    def revision(self, arn: str, number: int) -> Revision:
        """Raises NotFoundException where there is no such revision."""
        revisions = self._get(arn).revisions
        if not 1 <= number <= len(revisions):
            raise not_found(f"{arn} has no revision {number}", parameter="revision")
        return revisions[number - 1]

    def newest(self, region: str) -> Configuration | None:
        """The configuration that was created last."""
        return next(reversed(self._configurations.in_region(region)), None)

    def create_configuration(self, call: Call) -> Document:
        name = call.input["Name"]
        self._configurations.check_name(call.region, name)
        configuration = Configuration(
            arn=names.arn("kafka", call.region, f"configuration/{name}/{names.uuid_suffix()}"),
            name=name,
            description=call.input.get("Description", ""),
            kafka_versions=call.input.get("KafkaVersions", []),
            created=names.now(),
        )
        _add_revision(configuration, call)
        self._configurations.add(configuration)
        return configuration.document

    def update_configuration(self, call: Call) -> Document:
        configuration = self._get(call.input["Arn"])
        _add_revision(configuration, call)
        return configuration.document

    def describe_configuration(self, call: Call) -> Document:
        return self._get(call.input["Arn"]).document

    def describe_configuration_revision(self, call: Call) -> Document:
        revision = self.revision(call.input["Arn"], call.input["Revision"])
        return {"Arn": call.input["Arn"], "ServerProperties": revision.content, **revision.summary}

    def list_configurations(self, call: Call) -> Document:
        listed, token = page(call, self._configurations.in_region(call.region))
        return {"Configurations": [one.document for one in listed], "NextToken": token}

    def list_configuration_revisions(self, call: Call) -> Document:
        listed, token = page(call, self._get(call.input["Arn"]).revisions)
        return {"Revisions": [one.summary for one in listed], "NextToken": token}

    def delete_configuration(self, call: Call) -> Document:
        configuration = self._get(call.input["Arn"])
        if self._in_use(configuration.arn):
            raise bad_request(f"{configuration.arn} is in use by a cluster", parameter="arn")
        self._configurations.remove(configuration)
        return {"Arn": configuration.arn, "State": "DELETING"}

    def _get(self, arn: str) -> Configuration:
        if arn not in self._configurations:
            # Not NotFoundException: the provider recognizes a deleted one by this message (internal/service/kafka).
            raise bad_request("Configuration ARN does not exist", parameter="arn")
        return self._configurations.get(arn)


def _add_revision(configuration: Configuration, call: Call) -> None:
    """Adds a revision; raises ServiceError for invalid properties."""
    content: bytes = call.input["ServerProperties"]
    try:
        parse(content.decode())
    except ValueError as error:
        raise bad_request(f"serverProperties: {error}", parameter="serverProperties") from error
    description = call.input.get("Description", "")
    number = len(configuration.revisions) + 1
    configuration.revisions.append(Revision(number, names.now(), description, content))
    configuration.description = description
