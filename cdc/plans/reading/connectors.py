"""The connectors of a plan: kept, added, removed and renamed."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, Final

from cdc.plans.reading import meaning, properties
from cdc.plans.reading.pairing import Free, most_alike, pairs
from cdc.plans.reading.plan import Plan
from cdc.plans.reading.resources import UNKNOWN, Resource, Side, Unknown
from cdc.plans.reading.workers import Properties, Workers
from modules.messages import secrecy

TYPE: Final = "aws_mskconnect_connector"
BROKERS: Final = ("kafka_cluster", 0, "apache_kafka_cluster", 0, "bootstrap_servers")
SERVER_ID: Final = "database.server.id"
HOST: Final = "database.hostname"
OWN_OFFSETS: Final = "offsets.storage.topic"
_CONFIGURATION: Final = "connector_configuration"
_OFFSETS: Final = "offset.storage.topic"


@dataclass(frozen=True)
class Connector:
    """A connector before or after a plan; ``worker`` are its worker's properties, UNKNOWN before the apply."""

    resource: Resource
    side: Side
    worker: Properties = field(repr=False)

    @property
    def address(self) -> str:
        return self.resource.title

    @property
    def name(self) -> str:
        return properties.shown_at(self.side, "name")

    @property
    def key(self) -> str:
        """Identifies the connector, even where its name may not be printed."""
        name = self.side.get("name")
        return name if isinstance(name, str) else self.address

    @property
    def keys(self) -> list[str]:
        return self.side.names(_CONFIGURATION)

    def configured(self, key: str) -> Any:
        """None where there is none, UNKNOWN until the apply."""
        return self.side.get(_CONFIGURATION, key)

    def given(self, key: str) -> Any:
        """The value under this name, or under one that it had in older releases; None where there is none."""
        return meaning.first(map(self.configured, meaning.names(key)))

    def meant(self, key: str) -> Any:
        """What applies, the default where nothing is given; equal for values that mean the same."""
        given = self.given(key)
        return meaning.default(key) if given is None else meaning.meant(key, given)

    def members(self, key: str) -> tuple[str, ...]:
        """Of a list with commas between its members; of none where it is UNKNOWN."""
        given = self.given(key)
        return () if given is UNKNOWN else meaning.members(given)

    def worker_property(self, key: str) -> "str | Unknown | None":
        return UNKNOWN if isinstance(self.worker, Unknown) else meaning.text(self.worker.get(key))

    def shown(self, key: str) -> str:
        if self.side.hides(_CONFIGURATION, key):
            return secrecy.HIDDEN
        return properties.shown(key, self.given(key))

    @property
    def offsets(self) -> "str | Unknown | None":
        """The topic of its committed offsets; None is MSK Connect's default, a topic of this connector only."""
        own = meaning.text(self.configured(OWN_OFFSETS))
        return self.worker_property(_OFFSETS) if own is None else own

    @property
    def default_offsets(self) -> str | None:
        """MSK Connect's default topic, which it names after the connector's ARN; None before there is one."""
        arn = self.side.get("arn")
        if not isinstance(arn, str) or arn.count("/") != 2:
            return None
        return "__amazon_msk_connect_offsets_{}_{}".format(*arn.split("/")[1:])

    @property
    def server_id(self) -> Any:
        return self.meant(SERVER_ID)

    @property
    def host(self) -> Any:
        """UNKNOWN until the apply: it may be any."""
        return self.meant(HOST)


def _mark(key: str) -> Callable[[Connector], Hashable | None]:
    def mark(one: Connector) -> Hashable | None:
        value = one.meant(key)
        return None if value is UNKNOWN else value

    return mark


def _tables(one: Connector) -> Hashable | None:
    """Of a database that is known."""
    tables, host = one.meant(properties.TABLES), one.host
    return None if None in (tables, host) or meaning.is_unknown(tables, host) else (host, tables)


_MARKS: Final = (_mark("topic.prefix"), _mark(SERVER_ID), _tables)


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
    workers = Workers(plan)
    for resource in plan.of(TYPE):
        before = [Connector(resource, resource.before, workers.before(resource))] if resource.before else []
        after = [Connector(resource, resource.after, workers.after(resource))] if resource.after else []
        if resource.forgets:
            forgotten += before
            added += after if resource.creates else []
        elif before and after:
            kept.append((before[0], after[0]))
        else:
            added += after
            removed += before
    # A deposed object is a leftover: nothing replaces it.
    old, new = Free(one for one in removed if not one.resource.deposed), Free(added)
    kept += pairs(old, new, lambda one: one.key)
    renamed = [*most_alike(old, new, _MARKS), *pairs(old, new, _tables_anywhere(new))]
    gone = [one for one in removed if one.resource.deposed or one in old]
    return Connectors(kept, renamed, added=[*new], removed=gone, forgotten=forgotten)


def _tables_anywhere(new: Free[Connector]) -> Callable[[Connector], Hashable | None]:
    """Tables alone, where a new connector's database is known only after the apply."""
    unknown = {id(one) for one in new if one.host is UNKNOWN}

    def mark(one: Connector) -> Hashable | None:
        tables = one.meant(properties.TABLES)
        is_new = one in new
        return None if tables is UNKNOWN or (is_new and id(one) not in unknown) else tables

    return mark
