"""A distributed Kafka Connect worker, which is what MSK Connect runs, and what its REST interface tells."""

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

# One broker holds every copy.
SMALL: Final = {
    "config.storage.replication.factor": "1",
    "status.storage.replication.factor": "1",
    "status.storage.partitions": "1",
    "offset.storage.replication.factor": "1",
    "offset.storage.partitions": "1",
}
REST_SECONDS: Final = 30


class RestError(Exception):
    """The worker refused a request; carries its own message."""


class Plugin(BaseModel):
    """A plugin as the worker's scan found it."""

    model_config = ConfigDict(frozen=True)

    type: str
    class_name: str = Field(alias="class")
    version: str | None = None


class Definition(BaseModel):
    """A property as the connector's ``config()`` declares it."""

    name: str
    default_value: str | None


class _Value(BaseModel):
    name: str
    errors: list[str]


class _Property(BaseModel):
    value: _Value | None  # nothing where the connector did not look at a property of its own


class _Judgement(BaseModel):
    configs: list[_Property]


class _Refusal(BaseModel):
    message: str


_PLUGINS = TypeAdapter(frozenset[Plugin])
_DEFINITIONS = TypeAdapter(list[Definition])


class Worker(Program):
    """A worker of a group of its own that loads plugins from below ``plugin_path`` and nowhere else.

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
        self._rest.trust_env = False  # a proxy has no business on loopback
        # What MSK Connect sets itself; a group and topics for each worker, or they would become one cluster.
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
        """Until the worker is in its group: only then does it know which connectors there are."""
        self.wait_until(self._settled)

    def plugins(self) -> frozenset[Plugin]:
        """All that it found, the worker's own included."""
        return _PLUGINS.validate_json(self._ask("GET", "/connector-plugins?connectorsOnly=false"))

    def definitions(self, connector: str) -> dict[str, Definition]:
        """The properties that a connector class declares, Kafka Connect's own included, by name."""
        listed = _DEFINITIONS.validate_json(self._ask("GET", f"/connector-plugins/{connector}/config"))
        return {definition.name: definition for definition in listed}

    def errors(self, connector: str, configuration: Mapping[str, str]) -> dict[str, list[str]]:
        """What a connector class has against a configuration, by property; the worker resolves placeholders first."""
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
