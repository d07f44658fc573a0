"""A distributed Kafka Connect worker, as on MSK Connect, and its REST API."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import requests
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from modules.properties_file import as_lines
from rehearsal.processes.addresses import free_port
from rehearsal.processes.programs import Program
from tests.rehearsal.plugin.java import command

# There is one broker.
SMALL: Final = {
    "config.storage.replication.factor": "1",
    "status.storage.replication.factor": "1",
    "status.storage.partitions": "1",
    "offset.storage.replication.factor": "1",
    "offset.storage.partitions": "1",
}
REST_SECONDS: Final = 30


class RestError(Exception):
    """An error response, with the worker's message."""


class Plugin(BaseModel):
    """A plugin that the worker found."""

    model_config = ConfigDict(frozen=True)

    type: str
    class_name: str = Field(alias="class")
    version: str | None = None


class Definition(BaseModel):
    """A property declared by the connector's ``config()``."""

    name: str
    default_value: str | None


class _Value(BaseModel):
    name: str
    errors: list[str]


class _Property(BaseModel):
    value: _Value | None  # None where the connector did not validate the property


class _Judgement(BaseModel):
    configs: list[_Property]


class _Refusal(BaseModel):
    message: str


_PLUGINS = TypeAdapter(frozenset[Plugin])
_DEFINITIONS = TypeAdapter(list[Definition])


class Worker(Program):
    """A worker in its own group, which loads plugins from ``plugin_path`` only.

    ``properties`` is the worker configuration as MSK Connect would be given it; ``variables`` are added to the
    environment that the worker sees.
    """

    def __init__(
        self,
        *,
        libraries: Path,
        folder: Path,
        plugin_path: Path,
        bootstrap: str,
        properties: Mapping[str, str],
        variables: Mapping[str, str] | None = None,
    ) -> None:
        self._url = f"http://127.0.0.1:{free_port()}"
        self._rest = requests.Session()
        self._rest.trust_env = False  # no proxy for loopback
        # The properties that MSK Connect sets; with the same group and topics workers would form one cluster.
        own = {
            "bootstrap.servers": bootstrap,
            "listeners": self._url,
            "plugin.path": str(plugin_path),
            "group.id": folder.name,
            "config.storage.topic": f"{folder.name}-configs",
            "status.storage.topic": f"{folder.name}-status",
        }
        settings = folder / "worker.properties"
        settings.write_text(as_lines({**properties, **SMALL, **own}))
        main = "org.apache.kafka.connect.cli.ConnectDistributed"
        super().__init__(
            "worker",
            command(main, str(settings), libraries=libraries, folder=folder),
            folder=folder,
            env={**os.environ, **(variables or {})},
        )

    def wait(self) -> None:
        """Waits until the worker is in its group: only then it knows the connectors."""
        self.wait_until(self._settled)

    def plugins(self) -> frozenset[Plugin]:
        """All plugins that it found, with the worker's own."""
        return _PLUGINS.validate_json(self._ask("GET", "/connector-plugins?connectorsOnly=false"))

    def definitions(self, connector: str) -> dict[str, Definition]:
        """The properties that a connector class declares, with Kafka Connect's own, by name."""
        listed = _DEFINITIONS.validate_json(self._ask("GET", f"/connector-plugins/{connector}/config"))
        return {definition.name: definition for definition in listed}

    def errors(self, connector: str, configuration: Mapping[str, str]) -> dict[str, list[str]]:
        """The validation errors of a configuration, by property; the worker resolves placeholders first."""
        answer = self._ask("PUT", f"/connector-plugins/{connector}/config/validate", configuration)
        values = (judged.value for judged in _Judgement.model_validate_json(answer).configs)
        return {value.name: value.errors for value in values if value and value.errors}

    def _ask(self, method: str, path: str, body: Mapping[str, str] | None = None) -> bytes:
        answer = self._rest.request(method, self._url + path, json=body, timeout=REST_SECONDS)
        if not answer.ok:
            raise RestError(_Refusal.model_validate_json(answer.content).message)
        return answer.content

    def _settled(self) -> bool | None:
        try:
            answer = self._rest.get(f"{self._url}/connectors", timeout=REST_SECONDS)
        except requests.ConnectionError:
            return None
        return answer.ok or None  # 404 while it starts
