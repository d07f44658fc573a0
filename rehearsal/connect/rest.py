"""The REST interface of a Kafka Connect worker."""

from collections.abc import Mapping
from typing import Final, TypeVar

import requests
from pydantic import BaseModel, Field, TypeAdapter

# As long as Connect itself waits for what it is asked; Debezium alone takes 30 s for a database that is silent.
_REQUEST_SECONDS: Final = 90
_READY_SECONDS: Final = 2
_CONFLICT: Final = 409
_NOT_FOUND: Final = 404

Answer = TypeVar("Answer")


class RestError(Exception):
    """The worker refused a request, with ``status`` and its own words, or gave no answer (``status`` 0).

    ``temporary`` where it may do better in a moment: it rebalances, or nobody listens yet.
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
    """A connector and its tasks, which run and fail apart from each other."""

    connector: State
    tasks: tuple[TaskState, ...]

    @property
    def failed(self) -> State | None:
        """The first part that failed."""
        return next((part for part in (self.connector, *self.tasks) if part.state == "FAILED"), None)

    @property
    def running(self) -> bool:
        """Whether the connector runs, and at least one task, and all of them."""
        return bool(self.tasks) and all(part.state == "RUNNING" for part in (self.connector, *self.tasks))


class _Value(BaseModel):
    name: str
    errors: list[str]


class _Property(BaseModel):
    value: _Value | None  # nothing where the connector did not look at a property of its own


class _Judgement(BaseModel):
    configs: list[_Property]


class _Refusal(BaseModel):
    message: str = Field(default="no message")


_CONFIGURATION: Final = TypeAdapter(dict[str, str])
_NAMES: Final = TypeAdapter(list[str])
_STATUS: Final = TypeAdapter(Status)


class Rest:
    """Asks one worker; each method raises RestError."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._session = requests.Session()
        self._session.trust_env = False  # a proxy has no business on loopback

    def connectors(self) -> list[str]:
        """The names of all, soon or not at all; a worker that has not read its topics yet refuses."""
        return _NAMES.validate_json(self._ask("GET", "/connectors", seconds=_READY_SECONDS))

    def put(self, name: str, configuration: Mapping[str, str]) -> None:
        """Make a connector, or give one that is there another configuration."""
        self._ask("PUT", f"/connectors/{name}/config", configuration)

    def configuration(self, name: str) -> dict[str, str] | None:
        """As the worker holds it, with its placeholders; None where there is no such connector."""
        return self._found(_CONFIGURATION, f"/connectors/{name}/config")

    def status(self, name: str) -> Status | None:
        """None where the connector has none yet."""
        return self._found(_STATUS, f"/connectors/{name}/status")

    def restart(self, name: str) -> None:
        """The connector and its tasks; they restart after the answer."""
        self._ask("POST", f"/connectors/{name}/restart?includeTasks=true")

    def errors(self, configuration: Mapping[str, str]) -> dict[str, list[str]]:
        """What the connector class has against ``configuration``, by property."""
        path = f"/connector-plugins/{configuration['connector.class']}/config/validate"
        judged = _Judgement.model_validate_json(self._ask("PUT", path, configuration))
        values = (one.value for one in judged.configs)
        return {value.name: value.errors for value in values if value and value.errors}

    def _found(self, kind: TypeAdapter[Answer], path: str) -> Answer | None:
        try:
            return kind.validate_json(self._ask("GET", path))
        except RestError as error:
            if error.status == _NOT_FOUND:
                return None
            raise

    def _ask(
        self, method: str, path: str, body: Mapping[str, str] | None = None, *, seconds: float = _REQUEST_SECONDS
    ) -> bytes:
        try:
            answer = self._session.request(method, self.url + path, json=body, timeout=seconds)
        except requests.RequestException as error:
            absent = isinstance(error, requests.ConnectionError)
            raise RestError(f"{method} {path} must be answered, got {error}", temporary=absent) from error
        if not answer.ok:
            raise RestError(_words(answer), status=answer.status_code, temporary=answer.status_code == _CONFLICT)
        return answer.content


def _words(answer: requests.Response) -> str:
    try:
        return _Refusal.model_validate_json(answer.content).message
    except ValueError:  # an HTML page by Jetty itself
        return f"HTTP {answer.status_code}"
