"""The record of a connector in the control plane, and of each operation on it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from rehearsal.aws import names
from rehearsal.aws.backends import Connector
from rehearsal.aws.records import BackgroundOperation
from rehearsal.aws.service import Document

_SETTINGS: Final = ("capacity", "plugins", "workerConfiguration")


@dataclass
class ConnectorRecord:
    """``request`` is the input of CreateConnector, with later updates."""

    arn: str
    request: Document
    tags: dict[str, str]
    created: datetime = field(default_factory=names.now)
    state: str = "CREATING"
    failure: str | None = None
    version: str = field(default_factory=names.record_version)
    worker: Connector | None = None

    def new_version(self) -> None:
        """Changes currentVersion, so that an update of the old one is refused."""
        self.version = names.record_version()

    @property
    def name(self) -> str:
        return str(self.request["connectorName"])

    @property
    def region(self) -> str:
        return names.region_of(self.arn)

    @property
    def plugin_arn(self) -> str:
        return str(self.request["plugins"][0]["customPlugin"]["customPluginArn"])

    @property
    def worker_configuration_arn(self) -> str | None:
        arn: str | None = self.request.get("workerConfiguration", {}).get("workerConfigurationArn")
        return arn

    @property
    def document(self) -> Document:
        return {
            **self.request,
            "connectorArn": self.arn,
            "connectorState": self.state,
            "creationTime": self.created,
            "currentVersion": self.version,
            "stateDescription": _description(self.failure),
        }


@dataclass(kw_only=True)
class Operation(BackgroundOperation):
    """An update or a restart of a connector."""

    connector_arn: str
    steps: tuple[str, ...]
    origin: Document
    target: Document

    @property
    def document(self) -> Document:
        return {
            "connectorArn": self.connector_arn,
            "connectorOperationArn": self.arn,
            "connectorOperationState": self.state,
            "connectorOperationType": self.type_,
            "creationTime": self.created,
            "endTime": self.ended,
            "errorInfo": _description(self.failure),
            "operationSteps": [
                {"stepType": step, "stepState": state}
                for step, state in zip(self.steps, self._step_states, strict=True)
            ],
            "originConnectorConfiguration": self.origin["connectorConfiguration"],
            "originWorkerSetting": _settings(self.origin),
            "targetConnectorConfiguration": self.target["connectorConfiguration"],
            "targetWorkerSetting": _settings(self.target),
        }

    @property
    def _step_states(self) -> list[str]:
        """An operation that fails does so in its second step, the change itself."""
        if self.ended is not None and self.failure is None:
            return ["COMPLETED"] * len(self.steps)
        second, rest = ("IN_PROGRESS", "PENDING") if self.ended is None else ("FAILED", "CANCELLED")
        return ["COMPLETED", second, *[rest] * len(self.steps)][: len(self.steps)]


def _settings(request: Mapping[str, object]) -> Document:
    return {name: request.get(name) for name in _SETTINGS}


def _description(failure: str | None) -> Document | None:
    return {"code": "ConnectorFailed", "message": failure} if failure is not None else None
