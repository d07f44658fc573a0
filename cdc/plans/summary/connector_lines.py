"""The reviewer's lines about connectors, plugins, worker configurations and consumers."""

import json
from collections.abc import Iterator
from typing import Any, Final

from cdc.plans.reading import connectors, properties
from cdc.plans.reading.connectors import Connector
from cdc.plans.reading.plan import Plan
from cdc.plans.reading.properties import DATABASES, TABLES, shown_at
from cdc.plans.reading.resources import UNKNOWN, Resource, Side, changed
from cdc.plans.reading.workers import TYPE as WORKER_TYPE
from cdc.plans.summary.markdown import code, codes
from cdc.plans.summary.shared_lines import Lines, done, forced, property_lines
from modules.messages import secrecy

PLUGIN_TYPE: Final = "aws_mskconnect_custom_plugin"
POLICY_TYPE: Final = "aws_iam_policy"
ATTACHMENT_TYPE: Final = "aws_iam_role_policy_attachment"
_OWN_LINES: Final = ("capacity", "connector_configuration", "plugin", "worker_configuration", "kafkaconnect_version")
_COMPUTED: Final = ("arn", "id", "version", "tags", "tags_all")
_CONSUMER: Final = "-consumer"
_EXISTING_ROWS: Final = "docs/source-database.md, adding tables later"


def connector_lines(plan: Plan) -> Lines:
    """Connectors that are added, removed, changed or renamed."""
    found = connectors.read(plan)
    for one in found.added:
        yield f"- {code(one.name)} is added"
        yield from _introduced(one)
    for one in found.removed:
        yield f"- {code(one.name)} is removed"
    for old, new in found.renamed:
        yield f"- {code(old.name)} is renamed to {code(new.name)}: the old one is destroyed and a new one created"
        yield from _differences(plan, old, new)
    for one in found.forgotten:
        yield f"- {code(one.name)} is removed from the state, not destroyed"
    for before, after in found.kept:
        if after.resource.changes:
            yield _change(before, after)
            yield from _differences(plan, before, after)


def _change(before: Connector, after: Connector) -> str:
    if before.name != after.name:
        return f"- {code(before.name)} is renamed to {code(after.name)}: the old one is destroyed and a new one created"
    resource = after.resource
    if not resource.replaces and before.resource is resource:
        return f"- {code(after.name)} changes in place"
    return f"- {code(after.name)} is replaced{forced(resource)}"


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
        yield f"  - other changes: {codes(others)}"


def _table_changes(key: str, before: Connector, after: Connector) -> Lines:
    what = "tables" if key == TABLES else "databases"
    values = before.configured(key), after.configured(key)
    if values[0] == values[1]:
        return
    if UNKNOWN in values or _hidden(before, key) or _hidden(after, key):
        yield f"  - {what} change: {code(after.shown(key))}"
        return
    old, new = (properties.tables(value) for value in values)
    if added := [one for one in new if one not in old]:
        yield f"  - {what} added: {codes(added)}"
        if key == TABLES:
            yield f"    - rows that they have already are not read, only changes: {_EXISTING_ROWS}"
    if removed := [one for one in old if one not in new]:
        yield f"  - {what} removed: {codes(removed)}"


def _property_changes(before: Connector, after: Connector) -> Lines:
    for key in sorted({*before.keys, *after.keys} - {TABLES, DATABASES}):
        if before.configured(key) != after.configured(key) or after.configured(key) is UNKNOWN:
            yield _changed_property(key, before.shown(key), after.shown(key))


def _changed_property(key: str, old: str, new: str) -> str:
    start = f"  - {code(properties.shown_key(key))}"
    if new == properties.NOT_SET:
        return f"{start}: removed"
    if secrecy.HIDDEN in (old, new):
        return f"{start}: {'set' if old == properties.NOT_SET else 'changes'}, not shown"
    return f"{start}: set to {code(new)}" if old == properties.NOT_SET else f"{start}: {code(old)} → {code(new)}"


def _from_to(label: str, old: str, new: str) -> Lines:
    if old != new:
        yield f"  - {label}: {code(old)} → {code(new)}"


def _capacity(side: Side) -> str:
    path = ("capacity", 0, "provisioned_capacity", 0)
    if side.get("capacity", 0, "autoscaling", 0):
        return "autoscaled"
    return f"mcu {shown_at(side, *path, 'mcu_count')}, workers {shown_at(side, *path, 'worker_count')}"


def _plugin(plan: Plan, one: Connector) -> str:
    """The plugin's name, which ends in a hash of its content; also of a plugin that this plan creates."""
    arn = one.side.get("plugin", 0, "custom_plugin", 0, "arn")
    if isinstance(arn, str):
        return arn.split("/")[1] if arn.count("/") > 1 else arn
    named = plan.referred(one.resource.address, "plugin") if arn is UNKNOWN else []
    made = next((plugin.after for plugin in plan.of(PLUGIN_TYPE) if plugin.address in named and plugin.after), None)
    return shown_at(made, "name") if made else shown_at(one.side, "plugin", 0, "custom_plugin", 0, "arn")


def _other_attributes(before: Side, after: Side) -> list[str]:
    names = {*before.names(), *after.names()} - {*_OWN_LINES, *_COMPUTED, "name", "timeouts"}
    return sorted(name for name in names if after.has_unknown(name) or _or_none(before, name) != _or_none(after, name))


def _or_none(side: Side, name: str) -> Any:
    """AWS returns an empty string where Terraform has null."""
    return side.get(name) or None


def plugin_lines(plan: Plan) -> Lines:
    """Plugins: the name ends in a hash of the content, the S3 key names the archive."""
    for resource in changed([*plan.of(PLUGIN_TYPE)]):
        sides = [_archive(side) for side in (resource.before, resource.after) if side]
        if len(sides) == 2 and not resource.forgets:
            yield f"- {sides[0]} → {sides[1]}"
        else:
            yield f"- {sides[0]} is {done(resource)}"


def _archive(side: Side) -> str:
    place = ("location", 0, "s3", 0)
    key, version = shown_at(side, *place, "file_key"), shown_at(side, *place, "object_version")
    return f"{code(shown_at(side, 'name'))} ({code(key)}, version {code(version)})"


def worker_lines(plan: Plan) -> Lines:
    """Changed properties of worker configurations."""
    for resource in changed([*plan.of(WORKER_TYPE)]):
        before, after = resource.before, resource.after
        if not before or not after or resource.forgets:
            yield f"- {code(shown_at(resource.side, 'name'))} is {done(resource)}"
            continue
        yield f"- {code(shown_at(before, 'name'))} → {code(shown_at(after, 'name'))}"
        yield from property_lines(before, after, "properties_file_content", _worker_property)


def _worker_property(key: str, old: str | None, new: str | None) -> str:
    return _changed_property(key, properties.shown(key, old), properties.shown(key, new))


def consumer_lines(plan: Plan) -> Lines:
    """Consumers: the topics that they read, and their consumer groups."""
    for resource in changed([*plan.of(POLICY_TYPE)]):
        name = shown_at(resource.side, "name")
        if not name.endswith(_CONSUMER):
            continue
        if resource.before and resource.after and not resource.forgets:
            yield f"- {code(name)} {'is replaced' if resource.replaces else 'changes'}"
            yield from _granted_changes(resource.before, resource.after)
        else:
            yield f"- {code(name)} is {done(resource)}"
            if resource.creates and resource.after:
                yield from (f"  - {kind}s: {codes(_granted(resource.after, kind))}" for kind in ("topic", "group"))
    for resource in changed([*plan.of(ATTACHMENT_TYPE)]):
        yield f"- role {code(shown_at(resource.side, 'role'))}: a policy is {_attached(resource)}"


def _attached(resource: Resource) -> str:
    return "re-attached" if resource.replaces else "attached" if resource.creates else "detached"


def _granted_changes(before: Side, after: Side) -> Lines:
    if after.get("policy") is UNKNOWN:
        yield "  - topics and groups are known only after the apply"
        return
    for kind in ("topic", "group"):
        old, new = _granted(before, kind), _granted(after, kind)
        if added := [one for one in new if one not in old]:
            yield f"  - {kind}s added: {codes(added)}"
        if removed := [one for one in old if one not in new]:
            yield f"  - {kind}s removed: {codes(removed)}"


def _granted(side: Side, kind: str) -> list[str]:
    """The last part of ARNs like ``arn:aws:kafka:…:topic/cluster/uuid/orders.*``."""
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
