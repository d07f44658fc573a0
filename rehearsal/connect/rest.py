"""A client of Kafka Connect's REST API."""

from collections.abc import Mapping
from typing import Final, TypeVar

import requests
from pydantic import BaseModel, Field, TypeAdapter

# Connect's own timeout; Debezium alone waits 30 s for a database that does not answer.
_REQUEST_SECONDS: Final = 90
_READY_SECONDS: Final = 2
_CONFLICT: Final = 409
_NOT_FOUND: Final = 404

Answer = TypeVar("Answer")


class RestError(Exception):
    """An error response, with ``status`` and the worker's message, or no response (``status`` 0).

    ``temporary`` where a retry may succeed: the worker rebalances, or does not listen yet.
    """

    def __init__(self, message: str, *, status: int = 0, temporary: bool = False) -> None:
        super().__init__(message)
        self.status = status
        self.temporary = temporary


class State(BaseModel):
    """RUNNING, FAILED, UNASSIGNED, PAUSED, STOPPED or RESTARTING; ``trace`` is a Java stack trace."""

    state: str
    worker_id: str
    trace: str = ""


class TaskState(State):
    """``id`` counts from 0."""

    id: int


class Status(BaseModel):
    """The states of a connector and its tasks, which run and fail independently."""

    connector: State
    tasks: tuple[TaskState, ...]

    @property
    def failed(self) -> State | None:
        """The connector or the first task that failed."""
        return next((part for part in (self.connector, *self.tasks) if part.state == "FAILED"), None)

    @property
    def running(self) -> bool:
        """Whether the connector and all of its tasks run, and it has at least one."""
        return bool(self.tasks) and all(part.state == "RUNNING" for part in (self.connector, *self.tasks))

    @property
    def paused(self) -> bool:
        """Whether the connector and all of its tasks are paused."""
        return all(part.state == "PAUSED" for part in (self.connector, *self.tasks))


class _Value(BaseModel):
    name: str
    errors: list[str]


class _Property(BaseModel):
    value: _Value | None  # None where the connector did not validate the property


class _Validation(BaseModel):
    configs: list[_Property]


class _ErrorBody(BaseModel):
    message: str = Field(default="no message")


_CONFIGURATION: Final = TypeAdapter(dict[str, str])
_NAMES: Final = TypeAdapter(list[str])
_STATUS: Final = TypeAdapter(Status)


class Rest:
    """Calls one worker; each method raises RestError."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._session = requests.Session()
        self._session.trust_env = False  # no proxy for loopback

    def connectors(self) -> list[str]:
        """The names of all connectors, within 2 s; a worker that has not read its topics yet answers with an error."""
        return _NAMES.validate_json(self._request("GET", "/connectors", seconds=_READY_SECONDS))

    def put(self, name: str, configuration: Mapping[str, str]) -> None:
        """Creates a connector, or changes its configuration."""
        self._request("PUT", f"/connectors/{name}/config", configuration)

    def configuration(self, name: str) -> dict[str, str] | None:
        """The configuration, with its placeholders; None where there is no such connector."""
        return self._get(_CONFIGURATION, f"/connectors/{name}/config")

    def status(self, name: str) -> Status | None:
        """None where the connector has no status yet."""
        return self._get(_STATUS, f"/connectors/{name}/status")

    def restart(self, name: str, *, only_failed: bool = False) -> None:
        """Restarts the connector and its tasks, or what failed of them, after the response."""
        self._request("POST", f"/connectors/{name}/restart?includeTasks=true&onlyFailed={str(only_failed).lower()}")

    def pause(self, name: str) -> None:
        """Its tasks stop reading, after the response."""
        self._request("PUT", f"/connectors/{name}/pause")

    def resume(self, name: str) -> None:
        """Its tasks read again, after the response."""
        self._request("PUT", f"/connectors/{name}/resume")

    def errors(self, configuration: Mapping[str, str]) -> dict[str, list[str]]:
        """The validation errors of ``configuration``, by property."""
        path = f"/connector-plugins/{configuration['connector.class']}/config/validate"
        validation = _Validation.model_validate_json(self._request("PUT", path, configuration))
        values = (one.value for one in validation.configs)
        return {value.name: value.errors for value in values if value and value.errors}

    def _get(self, kind: TypeAdapter[Answer], path: str) -> Answer | None:
        try:
            return kind.validate_json(self._request("GET", path))
        except RestError as error:
            if error.status == _NOT_FOUND:
                return None
            raise

    def _request(
        self, method: str, path: str, body: Mapping[str, str] | None = None, *, seconds: float = _REQUEST_SECONDS
    ) -> bytes:
        try:
            answer = self._session.request(method, self.url + path, json=body, timeout=seconds)
        except requests.RequestException as error:
            refused = isinstance(error, requests.ConnectionError)
            raise RestError(f"no response to {method} {path}: {error}", temporary=refused) from error
        if not answer.ok:
            raise RestError(_message(answer), status=answer.status_code, temporary=answer.status_code == _CONFLICT)
        return answer.content


def _message(answer: requests.Response) -> str:
    try:
        return _ErrorBody.model_validate_json(answer.content).message
    except ValueError:  # an HTML page by Jetty itself
        return f"HTTP {answer.status_code}"
