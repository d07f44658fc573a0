"""Lines that several sections of a summary share."""

from collections.abc import Callable, Iterator

from cdc.plans.reading.resources import UNKNOWN, Resource, Side
from cdc.plans.summary.markdown import code
from modules.properties_file import parse

Lines = Iterator[str]


def done(resource: Resource) -> str:
    """What the plan does to ``resource``."""
    if resource.forgets:
        return "replaced; the old one is not destroyed" if resource.creates else "removed from the state, not destroyed"
    if resource.replaces:
        return f"replaced{forced(resource)}"
    return "added" if resource.creates else "removed" if resource.destroys else "changed"


def forced(resource: Resource) -> str:
    """`` (forces replacement: `plugin`)``; empty where the plan names no attribute."""
    return f" (forces replacement: {', '.join(map(code, resource.forced_by))})" if resource.forced_by else ""


def property_lines(before: Side, after: Side, path: str, line: Callable[[str, str | None, str | None], str]) -> Lines:
    """The changed properties in the properties file at ``path``: ``line`` of key, old and new value."""
    if after.get(path) is UNKNOWN or before.hides(path) or after.hides(path):
        yield f"  - {code(path)} changes, not shown"
        return
    old, new = (parse(side.get(path) or "") for side in (before, after))
    for key in sorted({*old, *new}):
        if old.get(key) != new.get(key):
            yield line(key, old.get(key), new.get(key))
