"""Metrics made of the lines in a worker's log, by CloudWatch's metric filters."""

from typing import Final

from modules.debezium import lag
from modules.monitoring import alarm_rules
from modules.synthesis.sdk import CloudwatchLogMetricFilter, Construct

# [Worker-0bb8afa0b01391c41] [2021-09-06 16:02:54,151] ERROR …: text in brackets is one field.
_ERRORS: Final = "[worker, moment, level = ERROR || level = FATAL, ...]"


def namespace(connector: str) -> str:
    """Of a connector's own: a filter takes dimensions from the line only, and few lines name the connector."""
    return f"{alarm_rules.OWN}/{connector}"


def lag_pattern(connector: str) -> str:
    """Matches the lines of our transform, and finds ``seconds``."""
    return f'[..., marker = "{lag.MARKER}", connector = "{connector}", seconds, source]'


def lag_filter(scope: Construct, *, connector: str, log_group: str) -> None:
    """The metric ``Lag``: the seconds in the lines of our transform."""
    _filter(scope, "Lag", connector, log_group, lag_pattern(connector), {"value": "$seconds", "unit": "Seconds"})


def error_filter(scope: Construct, *, connector: str, log_group: str) -> None:
    """The metric ``WorkerErrors``: the number of lines of level ERROR."""
    counted = {"value": "1", "default_value": "0", "unit": "Count"}
    _filter(scope, "WorkerErrors", connector, log_group, _ERRORS, counted)


def _filter(scope: Construct, metric: str, connector: str, log_group: str, pattern: str, value: dict[str, str]) -> None:
    CloudwatchLogMetricFilter(
        scope,
        f"{metric}-filter",
        name=f"{connector}-{metric}",
        log_group_name=log_group,
        pattern=pattern,
        metric_transformation={"namespace": namespace(connector), "name": metric, **value},
    )
