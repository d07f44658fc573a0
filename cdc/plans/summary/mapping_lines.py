"""The reviewer's lines about event source mappings of Lambda functions."""

from typing import Final

from cdc.plans.reading import mappings
from cdc.plans.reading.plan import Plan
from cdc.plans.reading.properties import shown_at
from cdc.plans.reading.resources import Side, Step, changed
from cdc.plans.summary.markdown import code
from cdc.plans.summary.shared_lines import Lines, done

_FUNCTION: Final[tuple[Step, ...]] = ("function_name",)
_TOPIC: Final[tuple[Step, ...]] = ("topics", 0)
_CHANGING: Final[dict[str, tuple[Step, ...]]] = {
    "topic": _TOPIC,
    "function": _FUNCTION,
    "consumer group": mappings.GROUP,
    "starting position": ("starting_position",),
    "batch size": ("batch_size",),
}
# What a new group means for the function, by the starting position.
_BEGINS: Final = {
    "TRIM_HORIZON": "without a committed offset it begins at the first event that the topic has: again, if it was read",
    "LATEST": "without a committed offset it begins at the next event: those before it are never delivered",
}


def mapping_lines(plan: Plan) -> Lines:
    """Mappings: the topic, the function, the group, and where the function begins to read."""
    for resource in changed([*mappings.of_topics(plan)]):
        side = resource.side
        topic, function = (shown_at(side, *path) for path in (_TOPIC, _FUNCTION))
        yield f"- {code(topic)} to the function {code(function)} is {done(resource)}"
        if resource.after and (not resource.before or _group(resource.before) != _group(resource.after)):
            if not resource.before:
                yield f"  - consumer group: {code(_group(resource.after))}"
            if text := _BEGINS.get(str(resource.after.get("starting_position"))):
                yield f"  - {text}"
        if resource.before and resource.after:
            yield from _changes(resource.before, resource.after)
        elif resource.before and not resource.forgets:
            yield f"  - the function gets no more events; Kafka keeps the offset of {code(_group(side))} for 7 days"


def _group(side: Side) -> str:
    return shown_at(side, *mappings.GROUP)


def _changes(before: Side, after: Side) -> Lines:
    for label, path in _CHANGING.items():
        old, new = (shown_at(side, *path) for side in (before, after))
        if old != new:
            yield f"  - {label}: {code(old)} → {code(new)}"
