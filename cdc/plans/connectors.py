"""The connectors of a plan: which go on, which come, which go, and which come under another name."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from cdc.plans import properties
from cdc.plans.reading import Plan
from cdc.plans.resources import UNKNOWN, Resource, Side, Unknown
from modules.messages import secrecy
from modules.properties_file import parse

TYPE: Final = "aws_mskconnect_connector"
WORKER_TYPE: Final = "aws_mskconnect_worker_configuration"
_CONFIGURATION: Final = "connector_configuration"
_OFFSETS: Final = "offset.storage.topic"
_SERVER_ID: Final = "database.server.id"
_HOST: Final = "database.hostname"


@dataclass(frozen=True)
class Connector:
    """A connector before or after a plan; ``worker`` are its worker's properties, UNKNOWN where no one can tell."""

    resource: Resource
    side: Side
    worker: "dict[str, str] | Unknown" = field(repr=False)

    @property
    def address(self) -> str:
        return self.resource.title

    @property
    def name(self) -> str:
        return properties.shown_at(self.side, "name")

    @property
    def key(self) -> object:
        """What tells it from other connectors, even where its name may not be printed."""
        name = self.side.get("name")
        return self.address if name in (None, UNKNOWN) else name

    @property
    def keys(self) -> list[str]:
        return self.side.names(_CONFIGURATION)

    def configured(self, key: str) -> Any:
        """None where there is none, UNKNOWN until the apply."""
        return self.side.get(_CONFIGURATION, key)

    def shown(self, key: str) -> str:
        if self.side.hides(_CONFIGURATION, key):
            return secrecy.HIDDEN
        return properties.shown(key, self.configured(key))

    @property
    def offsets(self) -> "str | Unknown | None":
        """The topic of its place in the binary log; None is one that MSK Connect makes for this connector alone."""
        return UNKNOWN if isinstance(self.worker, Unknown) else self.worker.get(_OFFSETS)

    @property
    def server_id(self) -> Any:
        return self.configured(_SERVER_ID)

    def may_read_with(self, other: "Connector") -> bool:
        """Whether both may read the same database: a host that is not known yet may be any."""
        hosts = {self.configured(_HOST), other.configured(_HOST)}
        return len(hosts) == 1 or UNKNOWN in hosts

    def likeness(self, other: "Connector") -> int:
        """How much of this one's work ``other`` does: its topics, its server id, its tables of the same database."""
        keys = ["topic.prefix", _SERVER_ID, *([properties.TABLES] if self.may_read_with(other) else [])]
        values = ((self.configured(key), other.configured(key)) for key in keys)
        return sum(mine not in (None, UNKNOWN) and mine == its for mine, its in values)


@dataclass(frozen=True)
class Connectors:
    """Of one plan. ``going_on`` are (before, after): of one address, or of one name."""

    going_on: list[tuple[Connector, Connector]]
    renamed: list[tuple[Connector, Connector]]
    added: list[Connector]
    removed: list[Connector]
    forgotten: list[Connector]


def read(plan: Plan) -> Connectors:
    """The connectors of ``plan``."""
    going_on, added, removed, forgotten = [], [], [], []
    for resource in plan.of(TYPE):
        before, after = _before(plan, resource), _after(plan, resource)
        if resource.forgets:
            forgotten += before
            added += after if resource.creates else []
        elif before and after:
            going_on.append((before[0], after[0]))
        else:
            added += after
            removed += before
    moved = [(old, new) for old in removed for new in added if old.key == new.key and not old.resource.deposed]
    going_on += moved
    removed, added = _without(removed, [old for old, _ in moved]), _without(added, [new for _, new in moved])
    renamed = list(_renames(removed, added))
    return Connectors(
        going_on,
        renamed,
        added=_without(added, [new for _, new in renamed]),
        removed=_without(removed, [old for old, _ in renamed]),
        forgotten=forgotten,
    )


def _without(all_: list[Connector], some: list[Connector]) -> list[Connector]:
    return [one for one in all_ if not any(one is other for other in some)]


def _renames(removed: Iterable[Connector], added: list[Connector]) -> Iterator[tuple[Connector, Connector]]:
    """Each that goes, with the one that comes for its work; what is deposed is a leftover."""
    free = list(added)
    for old in removed:
        found = max(free, key=old.likeness, default=None)
        if found and old.likeness(found) and not old.resource.deposed:
            free.remove(found)
            yield old, found


def _before(plan: Plan, resource: Resource) -> list[Connector]:
    if resource.before is None:
        return []
    arn = resource.before.get("worker_configuration", 0, "arn")
    return [Connector(resource, resource.before, _worker(plan, arn))]


def _after(plan: Plan, resource: Resource) -> list[Connector]:
    if resource.after is None:
        return []
    arn = resource.after.get("worker_configuration", 0, "arn")
    if arn is not UNKNOWN:
        return [Connector(resource, resource.after, _worker(plan, arn))]
    named = plan.referred(resource.address, "worker_configuration")
    found = next((one for one in plan.of(WORKER_TYPE) if one.address in named and one.after), None)
    return [Connector(resource, resource.after, _content(found.after if found else None))]


def _worker(plan: Plan, arn: object) -> "dict[str, str] | Unknown":
    """The properties behind an ARN. One that is not in the plan was made elsewhere."""
    if arn is None:
        return {}
    sides = (side for one in plan.of(WORKER_TYPE) for side in (one.before, one.after) if side)
    return _content(next((side for side in sides if side.get("arn") == arn), None))


def _content(side: Side | None) -> "dict[str, str] | Unknown":
    content = UNKNOWN if side is None else side.get("properties_file_content")
    return content if isinstance(content, Unknown) else parse(content)
