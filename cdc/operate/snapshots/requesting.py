"""Sends a signal through the channel that the environment file configures, and follows what the connector does."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from cdc.kafka.brokers import Brokers, Tunnels, brokers
from cdc.kafka.reading import reading
from cdc.operate.connectors import Place
from cdc.operate.events.decoding import Formats
from cdc.operate.events.topics import of_table
from cdc.operate.snapshots.progress import QUIET_SECONDS, Progress
from cdc.operate.snapshots.signals import Channel, Signal, SignalError, TableChannel, TopicChannel
from cdc.preflight.database.connecting import Route
from cdc.preflight.routes import Routes
from modules.debezium.configuration import connector_properties
from modules.environment.models.connectors import Connector

_SINK: Final = "sink"


@dataclass(frozen=True)
class Request:
    """A request to the connector ``key``.

    ``database`` is an address, a port and an authority as given, ``variables`` have its login. ``formats`` decode what
    the connector writes.
    """

    place: Place
    key: str
    tunnels: Tunnels
    database: tuple[str | None, int, Path | None]
    variables: Mapping[str, str]
    formats: Formats

    @property
    def connector(self) -> Connector:
        return self.place.environment.connectors[self.key]

    def channel(self) -> Channel:
        """The topic where there is one: it needs no login to the database. Raises SignalError, BrokersError."""
        signals, prefix = self.connector.signals, self.connector.topics.prefix
        if signals and signals.topic:
            return TopicChannel(self.brokers, signals.topic, prefix)
        if signals and signals.table:
            return self._table(signals.table)
        raise SignalError(
            f"connectors.{self.key}.signals must be set, it is not: signals: {{topic: {prefix}-signals}} for a topic "
            "that you create, or signals: {table: DATABASE.TABLE}; then apply the connect stack"
        )

    def followed(self, channel: Channel, signal: Signal, tables: Sequence[str]) -> Iterator[str]:
        """Sends it; lines about the snapshot until it ends.

        Raises BrokersError, SignalError, SnapshotFailedError, ConnectionFailedError, and those of ``Formats``.
        """
        decode = self.formats.decoder(self.key)
        topic = self._notifications
        with reading(self.brokers) as reader:
            existing = reader.topics()
            topics = [topic] if topic else self._topics(tables, existing)
            reader.assign([one for one in topics if one in existing], last=0)
            channel.send(signal)
            progress = Progress(reader, decode, signal)
            if topic:
                yield from progress.by_notifications(topic)
                return
            yield from progress.by_events(topics, tables)
            yield (
                f"no more rows for {QUIET_SECONDS} s; with connectors.{self.key}.notifications: true "
                "the connector reports the end itself"
            )

    def _topics(self, tables: Sequence[str], existing: Collection[str]) -> list[str]:
        routed = [one for table in tables for one in of_table(self.place.environment, table)]
        own = [one for one in routed if one.connector == self.key]
        return sorted({topic for one in own for topic in one.among(existing)})

    @cached_property
    def brokers(self) -> Brokers:
        return brokers(self.place.aws, self.place.environment, self.tunnels)

    @property
    def _notifications(self) -> str | None:
        properties = connector_properties(self.connector)
        channels = [name.strip() for name in properties.get("notification.enabled.channels", "").split(",")]
        return properties.get("notification.sink.topic.name") if _SINK in channels else None

    def _table(self, table: str) -> TableChannel:
        host, port, authority = self.database
        given = Route(host, port, given=True, authority=authority) if host else None
        routes = Routes(given, self.place.aws, self.variables, authority=authority)
        route, login = routes.to(self.connector), routes.login(self.connector)
        if not (route and login):
            fix = routes.missing(route, login).fix
            raise SignalError(f"the signal table {table} cannot be reached{routes.failed}: {fix}")
        return TableChannel(table, route, login)
