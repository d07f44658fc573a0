"""Fault injection: errors, delays and failed operations."""

from threading import Lock
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator


class Error(BaseModel):
    """An AWS error response: ``{"code": "ThrottlingException", "status": 400}``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: str
    status: int = Field(default=400, ge=400, le=599)
    message: str = "injected by a rehearsal"


class Fault(BaseModel):
    """A fault in the next ``times`` requests of an operation.

    The response is ``delay`` seconds late, is ``error``, or is ``lost`` after the request took effect; or the work that
    the request starts in the background fails with the message ``failure`` (MSK and MSK Connect only). ``service`` is
    the signing name, as in the journal.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    service: str
    operation: str
    times: int = Field(default=1, ge=1)
    delay: float = Field(default=0, ge=0)
    error: Error | None = None
    lost: bool = False
    failure: str | None = None

    @model_validator(mode="after")
    def _does_something(self) -> Self:
        if not (self.delay or self.error or self.lost or self.failure):
            raise ValueError("must have delay, error, lost or failure")
        return self


class Faults:
    """The faults that are still to be injected, oldest first; thread-safe."""

    def __init__(self) -> None:
        self._pending: list[Fault] = []
        self._lock = Lock()

    def add(self, fault: Fault) -> None:
        with self._lock:
            self._pending.append(fault)

    def clear(self) -> None:
        with self._lock:
            self._pending.clear()

    @property
    def pending(self) -> list[Fault]:
        with self._lock:
            return list(self._pending)

    def for_request(self, service: str, operation: str) -> Fault | None:
        """Takes the fault for a request; None for no fault."""
        return self._take(service, operation, background=False)

    def for_background_work(self, service: str, operation: str) -> str | None:
        """Takes the failure message for the background work of a request; None for no fault."""
        fault = self._take(service, operation, background=True)
        return fault.failure if fault else None

    def _take(self, service: str, operation: str, *, background: bool) -> Fault | None:
        with self._lock:
            for index, fault in enumerate(self._pending):
                if (fault.service, fault.operation, fault.failure is not None) == (service, operation, background):
                    rest = [fault.model_copy(update={"times": fault.times - 1})] if fault.times > 1 else []
                    self._pending[index : index + 1] = rest
                    return fault
        return None
