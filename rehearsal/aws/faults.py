"""Faults to be injected: what AWS does on a bad day."""

from threading import Lock
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator


class Error(BaseModel):
    """An error as AWS answers it: ``{"code": "ThrottlingException", "status": 400}``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: str
    status: int = Field(default=400, ge=400, le=599)
    message: str = "injected by a rehearsal"


class Fault(BaseModel):
    """What happens to the next ``times`` requests of an operation.

    They are late by ``delay`` seconds, or answer ``error``; or the work that they start in the background ends
    with ``failure`` (MSK and MSK Connect only). ``service`` is the signing name, as the journal has it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    service: str
    operation: str
    times: int = Field(default=1, ge=1)
    delay: float = Field(default=0, ge=0)
    error: Error | None = None
    failure: str | None = None

    @model_validator(mode="after")
    def _does_something(self) -> Self:
        if not (self.delay or self.error or self.failure):
            raise ValueError("must have delay, error or failure")
        return self


class Faults:
    """The faults still to come, oldest first; safe to use from any thread."""

    def __init__(self) -> None:
        self._left: list[Fault] = []
        self._lock = Lock()

    def add(self, fault: Fault) -> None:
        with self._lock:
            self._left.append(fault)

    def clear(self) -> None:
        with self._lock:
            self._left.clear()

    @property
    def left(self) -> list[Fault]:
        with self._lock:
            return list(self._left)

    def request(self, service: str, operation: str) -> Fault | None:
        """What befalls a request that has arrived."""
        return self._take(service, operation, background=False)

    def work(self, service: str, operation: str) -> str | None:
        """What befalls the work behind a request that was answered: a diagnosis."""
        fault = self._take(service, operation, background=True)
        return fault.failure if fault else None

    def _take(self, service: str, operation: str, *, background: bool) -> Fault | None:
        with self._lock:
            for index, fault in enumerate(self._left):
                if (fault.service, fault.operation, fault.failure is not None) == (service, operation, background):
                    rest = [fault.model_copy(update={"times": fault.times - 1})] if fault.times > 1 else []
                    self._left[index : index + 1] = rest
                    return fault
        return None
