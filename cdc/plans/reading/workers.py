"""The worker configurations of a plan, by ARN and by address."""

from typing import Any, Final

from cdc.plans.reading.plan import Plan
from cdc.plans.reading.resources import UNKNOWN, Resource, Side, Unknown
from modules.properties_file import parse

TYPE: Final = "aws_mskconnect_worker_configuration"
ATTRIBUTE: Final = "worker_configuration"
_CONTENT: Final = "properties_file_content"

Properties = dict[str, str] | Unknown


class Workers:
    """Each is read once, so that a plan of many connectors is read in a time in proportion to their number."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._by_arn: dict[str, tuple[Resource, Side]] = {}
        self._by_address: dict[str, tuple[Resource, Side]] = {}
        self._read: dict[int, Properties] = {}
        for resource in plan.of(TYPE):
            for side in (resource.before, resource.after):
                arn = side.get("arn") if side else None
                if side and isinstance(arn, str):
                    self._by_arn.setdefault(arn, (resource, side))
            if resource.after:
                self._by_address.setdefault(resource.address, (resource, resource.after))

    def before(self, resource: Resource) -> Properties:
        """Of the worker of a connector, before the plan; UNKNOWN where the plan does not contain it."""
        return self._of(resource.before, self._named(resource.before))

    def after(self, resource: Resource) -> Properties:
        return self._of(resource.after, self.found(resource))

    def found(self, resource: Resource) -> tuple[Resource, Side] | None:
        """The worker configuration that a connector has after the plan; None where the plan does not contain it."""
        if _arn(resource.after) is not UNKNOWN:
            return self._named(resource.after)
        named = self._plan.referred(resource.address, ATTRIBUTE)
        return next((self._by_address[one] for one in named if one in self._by_address), None)

    def _named(self, side: Side | None) -> tuple[Resource, Side] | None:
        arn = _arn(side)
        return self._by_arn.get(arn) if isinstance(arn, str) else None

    def _of(self, side: Side | None, found: tuple[Resource, Side] | None) -> Properties:
        if _arn(side) is None:
            return {}
        return self.properties(found[1]) if found else UNKNOWN

    def properties(self, side: Side) -> Properties:
        if id(side) not in self._read:
            self._read[id(side)] = _properties(side)
        return self._read[id(side)]


def _arn(side: Side | None) -> Any:
    return side.get(ATTRIBUTE, 0, "arn") if side else None


def _properties(side: Side) -> Properties:
    content = side.get(_CONTENT)
    return parse(content) if isinstance(content, str) else UNKNOWN
