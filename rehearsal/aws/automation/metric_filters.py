"""CloudWatch Logs' metric filters: lines that come into a log group become values of a metric."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, Final
from weakref import WeakKeyDictionary

from rehearsal.aws.automation.filter_patterns import FilterPattern, PatternError

_LOG: Final = logging.getLogger(__name__)


class MetricFilters:
    """The metric filters of the account. As on AWS, a filter sees only what came after it was made."""

    def __init__(self) -> None:
        self._seen: WeakKeyDictionary[Any, int] = WeakKeyDictionary()  # events, by log stream
        self._warned: set[str] = set()

    def publish(self) -> None:
        """Publishes the values of all lines that came since the last call."""
        for account, region, backend in _backends():
            lines = dict(self._new_lines(backend))
            for one in list(backend.filters.metric_filters):
                if found := lines.get(one["logGroupName"]):
                    self._publish(one, found, account, region)

    def _new_lines(self, backend: Any) -> Iterator[tuple[str, list[Any]]]:
        """By log group."""
        for group in list(backend.groups.values()):
            found = []
            for stream in list(group.streams.values()):
                seen = self._seen.get(stream, 0)
                new = stream.events[seen:]
                self._seen[stream] = seen + len(new)
                found += new
            yield group.name, found

    def _publish(self, one: Mapping[str, Any], events: Sequence[Any], account: str, region: str) -> None:
        try:
            pattern = FilterPattern(one["filterPattern"])
        except PatternError as error:
            if str(error) not in self._warned:
                self._warned.add(str(error))
                _LOG.warning("metric filter %s is not evaluated: %s", one["filterName"], error)
            return
        [transformation] = one["metricTransformations"]
        matched = [(event, pattern.fields(event.message)) for event in events]
        data = [_datum(transformation, event, fields) for event, fields in matched if fields is not None]
        if not data and events and "defaultValue" in transformation:
            data = [_datum({**transformation, "metricValue": str(transformation["defaultValue"])}, events[-1], {})]
        _put(account, region, transformation["metricNamespace"], [datum for datum in data if datum])


def _datum(transformation: Mapping[str, Any], event: Any, fields: Mapping[str, str]) -> dict[str, Any]:
    """Empty where the value is no number: AWS drops it too."""
    with suppress(KeyError, ValueError):
        return {
            "MetricName": transformation["metricName"],
            "Value": float(_resolved(transformation["metricValue"], fields)),
            "Timestamp": datetime.fromtimestamp(event.timestamp / 1000, UTC).replace(tzinfo=None),  # as moto keeps it
            "Unit": transformation.get("unit", "None"),
            "Dimensions": [
                {"Name": name, "Value": _resolved(value, fields)}
                for name, value in transformation.get("dimensions", {}).items()
            ],
        }
    return {}


def _resolved(value: str, fields: Mapping[str, str]) -> str:
    return fields[value[1:]] if value.startswith("$") else value


def _put(account: str, region: str, namespace: str, data: list[dict[str, Any]]) -> None:
    from moto.cloudwatch.models import cloudwatch_backends

    if data:
        cloudwatch_backends[account][region].put_metric_data(namespace, data)


def _backends() -> Iterator[tuple[str, str, Any]]:
    from moto.logs.models import logs_backends

    for account, regions in list(logs_backends.items()):
        for region, backend in list(regions.items()):
            yield account, region, backend
