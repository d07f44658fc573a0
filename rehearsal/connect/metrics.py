"""Publishes MSK Connect's metrics, measured at the real workers."""

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from threading import Event, Lock, Thread
from typing import Final, TypedDict

NAMESPACE: Final = "AWS/KafkaConnect"
DIMENSION: Final = "ConnectorName"
SECONDS: Final = 5.0
_UNITS: Final = {"CpuUtilization": "Percent", "MemoryUtilization": "Percent"}
_LOG: Final = logging.getLogger(__name__)

Measure = Callable[[], Mapping[str, float]]


class Dimension(TypedDict):
    """A name and a value, as CloudWatch spells them."""

    Name: str
    Value: str


class Datum(TypedDict):
    """A value of a metric, as in PutMetricData."""

    MetricName: str
    Dimensions: Sequence[Dimension]
    Timestamp: datetime
    Value: float
    Unit: str


Put = Callable[[str, Sequence[Datum]], None]


class Metrics:
    """Measures each connector every ``seconds`` and passes namespace and values to ``put``."""

    def __init__(self, put: Put, *, seconds: float = SECONDS) -> None:
        self._put = put
        self._seconds = seconds
        self._measures: dict[str, Measure] = {}
        self._lock = Lock()
        self._closed = Event()
        self._thread = Thread(target=self._run, name="connect-metrics", daemon=True)
        self._thread.start()

    def watch(self, connector: str, measure: Measure) -> None:
        """Measures ``connector`` until ``unwatch``."""
        with self._lock:
            self._measures[connector] = measure

    def unwatch(self, connector: str) -> None:
        """Stops measuring it."""
        with self._lock:
            self._measures.pop(connector, None)

    def close(self) -> None:
        self._closed.set()
        self._thread.join()

    def publish(self) -> None:
        """Measures and publishes now."""
        with self._lock:
            measures = dict(self._measures)
        for connector, measure in measures.items():
            try:
                self._put(NAMESPACE, data(connector, measure()))
            except Exception:  # a connector that is gone must not stop the others' metrics
                _LOG.warning("no metrics of connector %s", connector, exc_info=True)

    def _run(self) -> None:
        while not self._closed.wait(self._seconds):
            self.publish()


def data(connector: str, values: Mapping[str, float]) -> list[Datum]:
    """``values`` for PutMetricData, with the current time."""
    now = datetime.now(UTC)
    return [
        Datum(
            MetricName=name,
            Dimensions=[Dimension(Name=DIMENSION, Value=connector)],
            Timestamp=now,
            Value=value,
            Unit=_UNITS.get(name, "Count"),
        )
        for name, value in values.items()
    ]
