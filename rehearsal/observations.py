"""What a report of a rehearsal shows beside its result: events by table, arrivals, lag, and the dashboard."""

import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from rehearsal.aws.client import client
from rehearsal.aws.dashboards import Metrics, Point
from rehearsal.daemon_client import DaemonClient
from rehearsal.database.event_kinds import EventKind
from rehearsal.events.deliveries import Event
from rehearsal.events.streaming import Stream


@dataclass(frozen=True)
class Observer:
    """Asks what still answers; ``stream`` is None where no database was prepared. Seconds count from ``start``, a value
    of ``time.monotonic``."""

    daemon: DaemonClient
    stream: Stream | None
    region: str
    start: float

    def document(self) -> dict[str, Any]:
        """As JSON: ``samples``, ``arrivals`` and ``lag`` by connector, ``dashboards``; ``missing`` has the reason for
        each that could not be read."""
        found: dict[str, Any] = {"missing": {}}
        parts: Mapping[str, Callable[[], object]] = {
            "samples": self._samples,
            "arrivals": self._arrivals,
            "lag": lambda: self._metrics.lag(),
            "dashboards": lambda: self._metrics.dashboards(),
        }
        for name, part in parts.items():
            try:
                found[name] = part()
            except Exception as error:  # a report without a part is better than a result without its report
                found["missing"][name] = f"{type(error).__name__}: {error}"
        return found

    def _samples(self) -> list[dict[str, Any]]:
        """The first event of each connector, table and kind, decoded."""
        if not self._started:
            return []
        firsts = self._started.application.read(lambda deliveries: dict(deliveries.firsts))
        by_connector: dict[str, list[tuple[str, EventKind, Event]]] = defaultdict(list)
        for (connector, table, kind), event in firsts.items():
            by_connector[connector].append((table, kind, event))
        return [
            {"connector": connector, "table": table, "kind": kind.value, **_place(event), **content}
            for connector, events in by_connector.items()
            for (table, kind, event), content in zip(events, self._decoded(connector, events), strict=True)
        ]

    def _decoded(self, connector: str, events: list[tuple[str, EventKind, Event]]) -> list[dict[str, Any]]:
        return self.daemon.decode(connector, [(event.topic, event.key, event.value) for _, _, event in events])

    def _arrivals(self) -> dict[str, list[Point]]:
        """Rows a second, by connector; a second without any is left out."""
        if not self._started:
            return {}
        counts = self._started.application.read(lambda deliveries: dict(deliveries.arrivals))
        found: dict[str, list[Point]] = defaultdict(list)
        for (connector, second), count in sorted(counts.items()):
            found[connector].append((round(second - self.start, 1), count))
        return dict(found)

    @property
    def _started(self) -> Stream | None:
        return self.stream if self.stream and self.stream.started else None

    @property
    def _metrics(self) -> Metrics:
        began = datetime.now(UTC) - timedelta(seconds=time.monotonic() - self.start)
        return Metrics(client(self.daemon.aws, "cloudwatch", self.region), began.replace(microsecond=0))


def received_so_far(daemon: DaemonClient | None, stream: Stream | None) -> dict[str, Any]:
    """What a rehearsal that failed can still say, as parts of its ``Outcome``."""
    found: dict[str, Any] = {}
    if daemon:
        with suppress(Exception):  # whatever else has failed, the rest is reported
            found["permissions"] = daemon.request("permissions")
    if stream and stream.started:
        with suppress(Exception):
            received = {"changes": stream.change_counts, "events": stream.event_counts(), "unfilled": stream.unfilled}
            found |= received | {"flows": stream.compare().flows}
    return found


def _place(event: Event) -> dict[str, Any]:
    return {"topic": event.topic, "partition": event.partition, "offset": event.offset}
