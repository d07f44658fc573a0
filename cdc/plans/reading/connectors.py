"""The connectors of a plan: kept, added, removed and renamed."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from cdc.plans.reading import properties
from cdc.plans.reading.plan import Plan
from cdc.plans.reading.resources import UNKNOWN, Resource, Side, Unknown
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
    """A connector before or after a plan; ``worker`` are its worker's properties, UNKNOWN before the apply."""

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
        """Identifies the connector, even where its name may not be printed."""
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
        """The topic of its committed offsets; None is MSK Connect's default, a topic of this connector only."""
        return UNKNOWN if isinstance(self.worker, Unknown) else self.worker.get(_OFFSETS)

    @property
    def default_offsets(self) -> str | None:
        """MSK Connect's default topic, which it names after the connector's ARN; None before there is one."""
        arn = self.side.get("arn")
        if not isinstance(arn, str) or arn.count("/") != 2:
            return None
        return "__amazon_msk_connect_offsets_{}_{}".format(*arn.split("/")[1:])

    @property
    def server_id(self) -> Any:
        return self.configured(_SERVER_ID)

    def may_read_with(self, other: "Connector") -> bool:
        """Whether both may read the same database; a host that is known only after the apply may be any."""
        hosts = {self.configured(_HOST), other.configured(_HOST)}
        return len(hosts) == 1 or UNKNOWN in hosts

    def similarity(self, other: "Connector") -> int:
        """How many of these ``other`` shares: topic prefix, server id, tables of the same database."""
        keys = ["topic.prefix", _SERVER_ID, *([properties.TABLES] if self.may_read_with(other) else [])]
        values = ((self.configured(key), other.configured(key)) for key in keys)
        return sum(own not in (None, UNKNOWN) and own == others for own, others in values)


@dataclass(frozen=True)
class Connectors:
    """Of one plan. ``kept`` are (before, after) pairs of one address, or of one name."""

    kept: list[tuple[Connector, Connector]]
    renamed: list[tuple[Connector, Connector]]
    added: list[Connector]
    removed: list[Connector]
    forgotten: list[Connector]


def read(plan: Plan) -> Connectors:
    """The connectors of ``plan``."""
    kept, added, removed, forgotten = [], [], [], []
    for resource in plan.of(TYPE):
        before, after = _before(plan, resource), _after(plan, resource)
        if resource.forgets:
            forgotten += before
            added += after if resource.creates else []
        elif before and after:
            kept.append((before[0], after[0]))
        else:
            added += after
            removed += before
    moved = [(old, new) for old in removed for new in added if old.key == new.key and not old.resource.deposed]
    kept += moved
    removed, added = _without(removed, [old for old, _ in moved]), _without(added, [new for _, new in moved])
    renamed = list(_renames(removed, added))
    return Connectors(
        kept,
        renamed,
        added=_without(added, [new for _, new in renamed]),
        removed=_without(removed, [old for old, _ in renamed]),
        forgotten=forgotten,
    )


def _without(all_: list[Connector], some: list[Connector]) -> list[Connector]:
    return [one for one in all_ if not any(one is other for other in some)]


def _renames(removed: Iterable[Connector], added: list[Connector]) -> Iterator[tuple[Connector, Connector]]:
    """Each removed connector with the added one that replaces it; a deposed object is a leftover."""
    free = list(added)
    for old in removed:
        found = max(free, key=old.similarity, default=None)
        if found and old.similarity(found) and not old.resource.deposed:
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
    """The properties of the worker configuration with this ARN; UNKNOWN where the plan does not contain it."""
    if arn is None:
        return {}
    sides = (side for one in plan.of(WORKER_TYPE) for side in (one.before, one.after) if side)
    return _content(next((side for side in sides if side.get("arn") == arn), None))


def _content(side: Side | None) -> "dict[str, str] | Unknown":
    content = UNKNOWN if side is None else side.get("properties_file_content")
    return content if isinstance(content, Unknown) else parse(content)
