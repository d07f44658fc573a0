"""Small plans with one change or a few, for what no environment file can express."""

from typing import Any, NamedTuple

from tests.synthesized import Document


class Case(NamedTuple):
    """A plan, and the rules that it breaks: these and no others; ``near`` is the rule that it comes close to."""

    plan: Document
    rules: str = ""
    near: str = ""


def change(
    type_: str,
    before: Document | None = None,
    after: Document | None = None,
    *,
    unknown: Any = None,
    name: str = "x",
    actions: tuple[str, ...] = (),
) -> Document:
    """Of one resource; the actions follow from the sides unless they are given."""
    if not actions:
        created, destroyed = ("create",), ("delete",)
        kept = ("no-op",) if before == after and not unknown else ("update",)
        actions = created if before is None else destroyed if after is None else kept
    marks = {"after_unknown": unknown or {}, "before_sensitive": {}, "after_sensitive": {}}
    content = {"actions": [*actions], "before": before, "after": after, **marks}
    return {"address": f"{type_}.{name}", "mode": "managed", "type": type_, "name": name, "change": content}


def same(type_: str, values: Document, *, name: str = "x") -> Document:
    """A resource that the plan does not change."""
    return change(type_, values, values, name=name)


def plan(
    *changes: Document,
    references: dict[str, tuple[str, str]] | None = None,
    outputs: dict[str, tuple[Any, Any]] | None = None,
) -> Document:
    """``references``: by address, an attribute and the address that it refers to; ``outputs``: before and after."""
    resources = [
        {"address": address, "expressions": {attribute: [{"arn": {"references": [f"{to}.arn", to]}}]}}
        for address, (attribute, to) in (references or {}).items()
    ]
    document: Document = {"format_version": "1.2", "planned_values": {}, "resource_changes": [*changes]}
    output_changes = {
        name: {"actions": ["no-op" if before == after else "update"], "before": before, "after": after}
        for name, (before, after) in (outputs or {}).items()
    }
    return {
        **document,
        "output_changes": output_changes,
        "configuration": {"root_module": {"resources": resources}},
    }
