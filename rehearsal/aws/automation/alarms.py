"""Evaluates CloudWatch's alarms, on one metric or on other alarms, and runs the actions of those that change."""

import json
import logging
import operator
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from rehearsal.aws.automation.functions import allows

ALARMS: Final = "lambda.alarms.cloudwatch.amazonaws.com"
Invoke = Callable[[str, dict[str, Any]], None]
_LOG: Final = logging.getLogger(__name__)
_IN_ALARM: Final = r'ALARM\("([^"]+)"\)'
_ANY_IN_ALARM: Final = re.compile(rf"{_IN_ALARM}(?: OR {_IN_ALARM})*")

_OPERATORS: Final[dict[str, Callable[[float, float], bool]]] = {
    "LessThanThreshold": operator.lt,
    "LessThanOrEqualToThreshold": operator.le,
    "GreaterThanThreshold": operator.gt,
    "GreaterThanOrEqualToThreshold": operator.ge,
}
_STATISTICS: Final[dict[str, Callable[[Sequence[float]], float]]] = {
    "Average": lambda values: sum(values) / len(values),
    "Maximum": max,
    "Minimum": min,
    "Sum": sum,
}
_MISSING: Final = {"breaching": True, "notBreaching": False}


@dataclass(frozen=True)
class Metric:
    """The one metric of an alarm."""

    namespace: str
    name: str
    dimensions: dict[str, str]
    period: int
    statistic: str

    @classmethod
    def of(cls, alarm: Any) -> "Metric | None":
        """None for an alarm on an expression."""
        queries = alarm.metric_data_queries or []
        if len(queries) != 1 or not queries[0].metric_stat:
            return None
        stat = queries[0].metric_stat
        dimensions = {one.name: one.value for one in stat.metric.dimensions}
        return cls(stat.metric.namespace, stat.metric.metric_name, dimensions, int(stat.period), stat.stat)

    def is_of(self, datum: Any) -> bool:
        return (
            datum.namespace == self.namespace
            and datum.name == self.name
            and {one.name: one.value for one in datum.dimensions} == self.dimensions
        )


class Alarms:
    """Every alarm of the account whose metric has been published; ``minute`` is how long a minute takes, in seconds.

    ``invoke`` runs a function by its ARN, with the event that CloudWatch documents. Topics get a message for each
    change. A composite alarm is evaluated if its rule is that any of some alarms is in ALARM.
    """

    def __init__(self, invoke: Invoke, *, minute: float) -> None:
        self._invoke = invoke
        self._minute = minute

    def evaluate(self) -> None:
        """Compares each alarm with its metric, and runs the actions of those that change to ALARM."""
        for account, region, backend in _backends():
            alarms = list(backend.alarms.values())
            for alarm in sorted(alarms, key=lambda one: one.rule is not None):
                composite = alarm.rule is not None
                state = _any_state(alarm.rule, backend.alarms) if composite else self._state(alarm, backend.metric_data)
                if state and state != alarm.state_value:
                    self._change(alarm, state, account, region)

    def _state(self, alarm: Any, published: Sequence[Any]) -> str | None:
        """None where the metric was never published, or the alarm is on an expression."""
        metric = Metric.of(alarm)
        found = [datum for datum in list(published) if metric and metric.is_of(datum)]
        if metric is None or not found:
            return None
        period = timedelta(seconds=metric.period / 60 * self._minute)
        end = datetime.now(UTC)
        breaches = [
            self._breaches(alarm, metric, found, end - period * (n + 1), end - period * n)
            for n in range(int(alarm.evaluation_periods))
        ]
        if None in breaches:
            return None
        return "ALARM" if all(breaches) else "OK"

    def _breaches(
        self, alarm: Any, metric: Metric, found: Sequence[Any], start: datetime, end: datetime
    ) -> bool | None:
        values = [datum.value for datum in found if start < _utc(datum.timestamp) <= end]
        if not values:
            return _MISSING.get(alarm.treat_missing_data)
        return _OPERATORS[alarm.comparison_operator](_STATISTICS[metric.statistic](values), alarm.threshold)

    def _change(self, alarm: Any, state: str, account: str, region: str) -> None:
        previous = alarm.state_value
        alarm.update_state(f"evaluated as {state}", json.dumps({}), state)
        actions = alarm.alarm_actions if state == "ALARM" else alarm.ok_actions
        for action in (actions or ()) if alarm.actions_enabled else ():
            source = {"AWS:SourceArn": alarm.alarm_arn, "AWS:SourceAccount": account}
            if ":sns:" in action:
                _notify(action, alarm, state, account)
            elif ":lambda:" in action and allows(action, ALARMS, source):
                self._invoke(action, _event(alarm, previous, account, region))


def _any_state(rule: str, alarms: Mapping[str, Any]) -> str | None:
    """Of a composite alarm; None for a rule that is not understood here."""
    if not _ANY_IN_ALARM.fullmatch(rule):
        return None
    states = [alarms[name].state_value for name in re.findall(_IN_ALARM, rule) if name in alarms]
    return "ALARM" if "ALARM" in states else "OK"


def _notify(topic: str, alarm: Any, state: str, account: str) -> None:
    """As CloudWatch does, in short."""
    from moto.sns.models import sns_backends

    message = {"AlarmName": alarm.name, "AlarmDescription": alarm.description, "NewStateValue": state}
    try:
        backend = sns_backends[account][topic.split(":")[3]]
        backend.publish(json.dumps(message), topic, subject=f"{state}: {alarm.name}"[:100])
    except Exception:  # on AWS too, an alarm whose topic is gone changes its state
        _LOG.warning("alarm %s cannot notify %s", alarm.name, topic, exc_info=True)


def _event(alarm: Any, previous: str, account: str, region: str) -> dict[str, Any]:
    """As in CloudWatch's user guide, "Invoke a Lambda function from an alarm"."""
    metric = Metric.of(alarm)
    assert metric
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000")
    described = {"namespace": metric.namespace, "name": metric.name, "dimensions": metric.dimensions}
    stat = {"metric": described, "period": metric.period, "stat": metric.statistic}
    return {
        "source": "aws.cloudwatch",
        "alarmArn": alarm.alarm_arn,
        "accountId": account,
        "time": now,
        "region": region,
        "alarmData": {
            "alarmName": alarm.name,
            "state": {"value": "ALARM", "reason": alarm.state_reason, "timestamp": now},
            "previousState": {"value": previous},
            "configuration": {
                "description": alarm.description,
                "metrics": [{"id": "m0", "metricStat": stat, "returnData": True}],
            },
        },
    }


def _utc(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _backends() -> Iterator[tuple[str, str, Any]]:
    from moto.cloudwatch.models import cloudwatch_backends

    for account, regions in list(cloudwatch_backends.items()):
        for region, backend in list(regions.items()):
            yield account, region, backend
