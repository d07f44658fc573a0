"""Connectors, plugins, worker configurations and consumers of a plan, in lines for a reviewer."""

import json
from collections.abc import Iterator
from typing import Any, Final

from cdc.plans import connectors, properties
from cdc.plans.connectors import WORKER_TYPE, Connector
from cdc.plans.markdown import code, codes
from cdc.plans.properties import DATABASES, TABLES, shown_at
from cdc.plans.reading import Plan
from cdc.plans.resources import UNKNOWN, Resource, Side, changed
from modules.messages import secrecy
from modules.properties_file import parse

PLUGIN_TYPE: Final = "aws_mskconnect_custom_plugin"
POLICY_TYPE: Final = "aws_iam_policy"
ATTACHMENT_TYPE: Final = "aws_iam_role_policy_attachment"
_TOLD_APART: Final = ("capacity", "connector_configuration", "plugin", "worker_configuration", "kafkaconnect_version")
_COMPUTED: Final = ("arn", "id", "version", "tags", "tags_all")
_CONSUMER: Final = "-consumer"

Lines = Iterator[str]


def connector_lines(plan: Plan) -> Lines:
    """Connectors that come, go, change, or come under another name."""
    found = connectors.read(plan)
    for one in found.added:
        yield f"- {code(one.name)} is added"
        yield from _introduced(one)
    for one in found.removed:
        yield f"- {code(one.name)} is removed"
    for old, new in found.renamed:
        yield f"- {code(old.name)} is renamed to {code(new.name)}: the one is destroyed, the other created"
        yield from _differences(plan, old, new)
    for one in found.forgotten:
        yield f"- {code(one.name)} stays, and Terraform forgets it"
    for before, after in found.going_on:
        if after.resource.changes:
            yield _change(before, after)
            yield from _differences(plan, before, after)


def _change(before: Connector, after: Connector) -> str:
    if before.name != after.name:
        return f"- {code(before.name)} is renamed to {code(after.name)}: the one is destroyed, the other created"
    resource = after.resource
    if not resource.replaces and before.resource is resource:
        return f"- {code(after.name)} changes in place"
    because = f", because of {', '.join(map(code, resource.forced_by))}" if resource.forced_by else ""
    return f"- {code(after.name)} is replaced{because}"


def _introduced(one: Connector) -> Lines:
    yield f"  - tables: {_tables(one)}"
    for label, key in (("topics", "topic.prefix"), ("server id", "database.server.id"), ("snapshot", "snapshot.mode")):
        yield f"  - {label}: {code(one.shown(key))}"
    yield f"  - capacity: {code(_capacity(one.side))}"


def _tables(one: Connector) -> str:
    value = one.configured(TABLES)
    return (
        codes(properties.tables(value))
        if isinstance(value, str) and not _hidden(one, TABLES)
        else code(one.shown(TABLES))
    )


def _hidden(one: Connector, key: str) -> bool:
    return one.side.hides("connector_configuration", key)


def _differences(plan: Plan, before: Connector, after: Connector) -> Lines:
    for key in (TABLES, DATABASES):
        yield from _table_changes(key, before, after)
    yield from _from_to("capacity", _capacity(before.side), _capacity(after.side))
    yield from _from_to("Kafka Connect", *(shown_at(one.side, "kafkaconnect_version") for one in (before, after)))
    yield from _from_to("plugin", _plugin(plan, before), _plugin(plan, after))
    yield from _property_changes(before, after)
    others = _other_attributes(before.side, after.side)
    if others:
        yield f"  - also changes: {codes(others)}"


def _table_changes(key: str, before: Connector, after: Connector) -> Lines:
    what = "tables" if key == TABLES else "databases"
    values = before.configured(key), after.configured(key)
    if values[0] == values[1]:
        return
    if UNKNOWN in values or _hidden(before, key) or _hidden(after, key):
        yield f"  - {what} change: {code(after.shown(key))}"
        return
    old, new = (properties.tables(value) for value in values)
    if came := [one for one in new if one not in old]:
        yield f"  - {what} added: {codes(came)}"
    if went := [one for one in old if one not in new]:
        yield f"  - {what} taken away: {codes(went)}"


def _property_changes(before: Connector, after: Connector) -> Lines:
    for key in sorted({*before.keys, *after.keys} - {TABLES, DATABASES}):
        if before.configured(key) != after.configured(key) or after.configured(key) is UNKNOWN:
            yield _changed_property(key, before.shown(key), after.shown(key), indent="  ")


def _changed_property(key: str, old: str, new: str, *, indent: str = "") -> str:
    start = f"{indent}- {code(properties.shown_key(key))}"
    if new == properties.NOTHING:
        return f"{start}: taken away"
    if secrecy.HIDDEN in (old, new):
        return f"{start}: {'set' if old == properties.NOTHING else 'changes'}, not shown"
    return f"{start}: set to {code(new)}" if old == properties.NOTHING else f"{start}: {code(old)} → {code(new)}"


def _from_to(label: str, old: str, new: str) -> Lines:
    if old != new:
        yield f"  - {label}: {code(old)} → {code(new)}"


def _capacity(side: Side) -> str:
    path = ("capacity", 0, "provisioned_capacity", 0)
    if side.get("capacity", 0, "autoscaling", 0):
        return "autoscaled"
    return f"mcu {shown_at(side, *path, 'mcu_count')}, workers {shown_at(side, *path, 'worker_count')}"


def _plugin(plan: Plan, one: Connector) -> str:
    """The plugin's name, which ends in a hash of its content; of one that is made by this plan too."""
    arn = one.side.get("plugin", 0, "custom_plugin", 0, "arn")
    if isinstance(arn, str):
        return arn.split("/")[1] if arn.count("/") > 1 else arn
    named = plan.referred(one.resource.address, "plugin") if arn is UNKNOWN else []
    made = next((plugin.after for plugin in plan.of(PLUGIN_TYPE) if plugin.address in named and plugin.after), None)
    return shown_at(made, "name") if made else shown_at(one.side, "plugin", 0, "custom_plugin", 0, "arn")


def _other_attributes(before: Side, after: Side) -> list[str]:
    names = {*before.names(), *after.names()} - {*_TOLD_APART, *_COMPUTED, "name", "timeouts"}
    return sorted(name for name in names if after.has_unknown(name) or _or_none(before, name) != _or_none(after, name))


def _or_none(side: Side, name: str) -> Any:
    """AWS says nothing as an empty text, Terraform as null."""
    return side.get(name) or None


def plugin_lines(plan: Plan) -> Lines:
    """Each plugin's name holds its content's hash, and its key in S3 says which archive."""
    for resource in changed([*plan.of(PLUGIN_TYPE)]):
        sides = [_archive(side) for side in (resource.before, resource.after) if side]
        if len(sides) == 2 and not resource.forgets:
            yield f"- {sides[0]} → {sides[1]}"
        else:
            yield f"- {sides[0]} is {_done(resource)}"


def _archive(side: Side) -> str:
    place = ("location", 0, "s3", 0)
    key, version = shown_at(side, *place, "file_key"), shown_at(side, *place, "object_version")
    return f"{code(shown_at(side, 'name'))} ({code(key)}, version {code(version)})"


def _done(resource: Resource) -> str:
    if resource.forgets:
        return "forgotten"
    return "added" if resource.creates else "removed"


def worker_lines(plan: Plan) -> Lines:
    """Properties of worker configurations that go from one content to another."""
    for resource in changed([*plan.of(WORKER_TYPE)]):
        before, after = resource.before, resource.after
        if not before or not after or resource.forgets:
            yield f"- {code(shown_at(resource.there, 'name'))} is {_done(resource)}"
            continue
        path = "properties_file_content"
        yield f"- {code(shown_at(before, 'name'))} → {code(shown_at(after, 'name'))}"
        if after.get(path) is UNKNOWN or before.hides(path) or after.hides(path):
            yield f"  - {code(path)} changes, not shown"
            continue
        old, new = (parse(side.get(path)) for side in (before, after))
        for key in sorted({*old, *new}):
            if old.get(key) != new.get(key):
                values = (properties.shown(key, one.get(key)) for one in (old, new))
                yield _changed_property(key, *values, indent="  ")


def consumer_lines(plan: Plan) -> Lines:
    """Applications: topics that they read, and groups that they read in."""
    for resource in changed([*plan.of(POLICY_TYPE)]):
        name = shown_at(resource.there, "name")
        if not name.endswith(_CONSUMER):
            continue
        if resource.before and resource.after and not resource.forgets:
            yield f"- {code(name)} {'is replaced' if resource.replaces else 'changes'}"
            yield from _granted_changes(resource.before, resource.after)
        else:
            yield f"- {code(name)} is {_done(resource)}"
            if resource.creates and resource.after:
                yield from (f"  - {kind}s: {codes(_granted(resource.after, kind))}" for kind in ("topic", "group"))
    for resource in changed([*plan.of(ATTACHMENT_TYPE)]):
        yield f"- role {code(shown_at(resource.there, 'role'))}: a policy is {_attached(resource)}"


def _attached(resource: Resource) -> str:
    return "attached anew" if resource.replaces else "attached" if resource.creates else "detached"


def _granted_changes(before: Side, after: Side) -> Lines:
    if after.get("policy") is UNKNOWN:
        yield "  - what it may read is known after the apply"
        return
    for kind in ("topic", "group"):
        old, new = _granted(before, kind), _granted(after, kind)
        if came := [one for one in new if one not in old]:
            yield f"  - {kind}s added: {codes(came)}"
        if went := [one for one in old if one not in new]:
            yield f"  - {kind}s taken away: {codes(went)}"


def _granted(side: Side, kind: str) -> list[str]:
    """Of ARNs like ``arn:aws:kafka:…:topic/cluster/uuid/orders.*`` the last part."""
    policy = side.get("policy")
    if policy is UNKNOWN:
        return [str(UNKNOWN.value)]
    found = [arn.split(f":{kind}/", 1)[1] for arn in _resources(policy) if f":{kind}/" in arn]
    return list(dict.fromkeys(name.split("/", 2)[-1] for name in found))


def _resources(policy: Any) -> Iterator[str]:
    try:
        statements = json.loads(policy)["Statement"]
        for statement in statements:
            given = statement.get("Resource", [])
            yield from [given] if isinstance(given, str) else map(str, given)
    except (ValueError, TypeError, KeyError, AttributeError):
        return
