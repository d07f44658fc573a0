"""The records of a control plane: resources by ARN, and operations on them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from rehearsal.aws import names
from rehearsal.aws.service import conflict, not_found


class _Record(Protocol):
    @property
    def arn(self) -> str: ...

    @property
    def name(self) -> str: ...


Record = TypeVar("Record", bound=_Record)


class Records(Generic[Record]):
    """The records of one ``kind`` of resource; names are unique in a region.

    ``arn_parameter`` and ``name_parameter`` are the parameters that errors name.
    """

    def __init__(self, kind: str, *, arn_parameter: str | None = None, name_parameter: str | None = None) -> None:
        self._kind = kind
        self._arn_parameter = arn_parameter
        self._name_parameter = name_parameter
        self._by_arn: dict[str, Record] = {}

    def __contains__(self, arn: str) -> bool:
        return arn in self._by_arn

    def __iter__(self) -> Iterator[Record]:
        return iter(self._by_arn.values())

    def get(self, arn: str) -> Record:
        """Raises NotFoundException."""
        if arn not in self._by_arn:
            raise not_found(f"no {self._kind} {arn}", parameter=self._arn_parameter)
        return self._by_arn[arn]

    def add(self, record: Record) -> None:
        self._by_arn[record.arn] = record

    def remove(self, record: Record) -> None:
        del self._by_arn[record.arn]

    def in_region(self, region: str, *, prefix: str = "") -> list[Record]:
        """Those whose name starts with ``prefix``."""
        return [one for one in self if names.region_of(one.arn) == region and one.name.startswith(prefix)]

    def check_name(self, region: str, name: str) -> None:
        """Raises ConflictException where the name is taken."""
        if any(record.name == name for record in self.in_region(region)):
            raise conflict(f"a {self._kind} named {name} exists", parameter=self._name_parameter)


@dataclass(kw_only=True)
class BackgroundOperation:
    """An operation that runs in the background; ``states`` are its states while running, when complete, when failed.

    ``failure`` is the error of one that has ended, None for success.
    """

    arn: str
    type_: str
    states: tuple[str, str, str]
    created: datetime = field(default_factory=names.now)
    ended: datetime | None = None
    failure: str | None = None

    def end(self, failure: str | None) -> None:
        self.ended, self.failure = names.now(), failure

    @property
    def state(self) -> str:
        running, complete, failed = self.states
        if self.ended is None:
            return running
        return complete if self.failure is None else failed


def operation_arn(arn: str) -> str:
    """A new ARN for an operation on the resource ``arn``: …:cluster-operation/NAME/CLUSTER/OPERATION."""
    kind = arn.split(":")[5].partition("/")[0]
    return f"{arn.replace(f':{kind}/', f':{kind}-operation/', 1)}/{names.uuid_suffix()}"
