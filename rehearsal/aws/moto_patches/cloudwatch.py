"""CloudWatch: composite alarms, and metric filters of logs."""

from typing import Any

from moto.cloudwatch.models import Alarm
from moto.cloudwatch.responses import CloudWatchResponse as Response
from moto.core.responses import ActionResult
from moto.logs.metric_filters import MetricFilters

from rehearsal.aws.moto_patches.patching import add, replace


def put_composite_alarms() -> None:
    """AWS has PutCompositeAlarm and answers with the rule; moto stores rules, and has neither."""

    def put_composite_alarm(self: Response) -> ActionResult:
        return self.put_metric_alarm()

    add(Response, put_composite_alarm=put_composite_alarm)
    add(Alarm, alarm_rule=property(lambda self: self.rule))


def replace_metric_filters() -> None:
    """On AWS a metric filter replaces the one of its name in its log group; moto then has both."""
    added = MetricFilters.add_filter

    def add_filter(
        self: MetricFilters,
        filter_name: str,
        filter_pattern: str,
        log_group_name: str,
        metric_transformations: Any,
    ) -> None:
        self.delete_filter(filter_name, log_group_name)
        added(self, filter_name, filter_pattern, log_group_name, metric_transformations)

    replace(MetricFilters, add_filter=add_filter)
