"""Changes to real plans, for what Terraform writes in cases that cannot be made here."""

import copy
from collections.abc import Callable
from typing import Any

from tests.synthesized import Document

Alter = Callable[[Document], Document]


def resource(plan: Document, word: str) -> Document:
    """The change of the one resource whose address contains ``word``."""
    [found] = [one for one in plan["resource_changes"] if word in one["address"]]
    assert isinstance(found, dict)
    return found


def whole(plan: Document) -> Document:
    return plan


def then(*alters: Alter) -> Alter:
    """One after the other."""

    def alter(plan: Document) -> Document:
        for one in alters:
            plan = one(plan)
        return plan

    return alter


def narrowed(*words: str) -> Alter:
    """The plan as if only resources changed whose address contains one of ``words``."""

    def alter(plan: Document) -> Document:
        kept = [_kept(one, words) for one in plan["resource_changes"]]
        return {**plan, "resource_changes": [one for one in kept if one]}

    return alter


def _kept(one: Document, words: tuple[str, ...]) -> Document | None:
    change: dict[str, Any] = one["change"]
    if any(word in one["address"] for word in words):
        return one
    if change["before"] is None:
        return None
    return {**one, "change": _unchanged(change)}


def _unchanged(change: Document) -> Document:
    return {**change, "actions": ["no-op"], "after": change["before"], "after_unknown": {}, "replace_paths": []}


def acting(word: str, *actions: str) -> Alter:
    """With other actions on one resource; one that is only destroyed or forgotten has no ``after``."""

    def alter(plan: Document) -> Document:
        change = resource(plan, word)["change"]
        change["actions"] = [*actions]
        if not {"create", "update"} & {*actions}:
            change |= {"after": None, "after_unknown": {}}
        return plan

    return alter


def only(word: str, *keys: str) -> Alter:
    """Only ``keys`` of one connector's properties changed."""

    def alter(plan: Document) -> Document:
        change = resource(plan, word)["change"]
        before, after = (change[side]["connector_configuration"] for side in ("before", "after"))
        assert all(before.get(key) != after.get(key) for key in keys)
        change["after"] = {**change["before"], "connector_configuration": {**before, **{k: after[k] for k in keys}}}
        return narrowed(word)(plan)

    return alter


def with_property(word: str, key: str, value: str, *, sides: tuple[str, ...] = ("after",)) -> Alter:
    """One more property of a connector that is changed or added."""

    def alter(plan: Document) -> Document:
        for side in sides:
            resource(plan, word)["change"][side]["connector_configuration"][key] = value
        return plan

    return alter


def without_property(word: str, key: str) -> Alter:
    """A connector that changes, and has a property no longer."""

    def alter(plan: Document) -> Document:
        del resource(plan, word)["change"]["after"]["connector_configuration"][key]
        return plan

    return alter


def without(word: str) -> Alter:
    """The plan of a stack without a resource."""

    def alter(plan: Document) -> Document:
        removed = resource(plan, word)
        return {**plan, "resource_changes": [one for one in plan["resource_changes"] if one is not removed]}

    return alter


def unknown(word: str, *path: str) -> Alter:
    """A value that is known only after the apply: it is not in ``after`` then."""

    def alter(plan: Document) -> Document:
        change = resource(plan, word)["change"]
        *parents, last = path
        after, unknown_after = change["after"], change.setdefault("after_unknown", {})
        for step in parents:
            after, unknown_after = after[step], unknown_after.setdefault(step, {})
        after.pop(last)
        unknown_after[last] = True
        return plan

    return alter


def deposed(word: str) -> Alter:
    """The deposed object of a replacement that failed."""

    def alter(plan: Document) -> Document:
        left = copy.deepcopy(resource(plan, word)) | {"deposed": "0a1b2c3d"}
        left["change"] |= {"actions": ["delete"], "after": None, "after_unknown": {}}
        return {**plan, "resource_changes": [*plan["resource_changes"], left]}

    return alter


def undone(word: str) -> Alter:
    """The reverse of a change in place."""

    def alter(plan: Document) -> Document:
        change = resource(plan, word)["change"]
        assert change["actions"] == ["update"]
        change["before"], change["after"] = change["after"], change["before"]
        return plan

    return alter


def broker_settings(text: str) -> Alter:
    """``text`` (a line, or without = a key to leave out) in the configuration of the brokers, and no other change."""

    def alter(plan: Document) -> Document:
        change = resource(plan, "aws_msk_configuration")["change"]
        key, given, value = text.partition("=")
        lines = dict(line.split("=") for line in change["before"]["server_properties"].splitlines())
        lines = {one: lines[one] for one in lines if one != key} | ({key: value} if given else {})
        content = "".join(f"{one}={lines[one]}\n" for one in sorted(lines))
        change["after"] = {**change["before"], "server_properties": content}
        return narrowed("aws_msk_configuration")(plan)

    return alter


def expiring(before: int, after: int) -> Alter:
    """Days for which a bucket keeps old versions; the plan creates the rule, so only this sets both sides."""

    def alter(plan: Document) -> Document:
        change = resource(plan, "lifecycle_configuration")["change"]
        change |= {"actions": ["update"], "before": copy.deepcopy(change["after"]), "after_unknown": {}}
        for side, days in (("before", before), ("after", after)):
            change[side]["rule"][0]["noncurrent_version_expiration"][0]["noncurrent_days"] = days
        return narrowed("lifecycle_configuration")(plan)

    return alter


def sensitive(word: str, attribute: str) -> Alter:
    """An attribute that Terraform marks as sensitive on both sides."""

    def alter(plan: Document) -> Document:
        change = resource(plan, word)["change"]
        for side in ("before_sensitive", "after_sensitive"):
            change[side] = {**(change[side] or {}), attribute: True}
        return plan

    return alter


def at_another_address(word: str) -> Alter:
    """A block renamed without ``moved``: the same object destroyed and created."""

    def alter(plan: Document) -> Document:
        old = resource(plan, word)
        new = copy.deepcopy(old) | {"address": f"{old['type']}.elsewhere"}
        new["change"] |= {"actions": ["create"], "before": None}
        old["change"] |= {"actions": ["delete"], "after": None}
        return {**plan, "resource_changes": [*plan["resource_changes"], new]}

    return alter
