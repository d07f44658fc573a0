"""Lists and what belongs to their members, in both directions: what is named must be there, what is there named."""

import re
from collections.abc import Iterator
from typing import Final

from modules.debezium.checks import aliases
from modules.debezium.checks.aliases import CONVERTERS, CUSTOM_CONVERTERS, KINDS, Kind
from modules.debezium.checks.finding import Finding, error
from modules.debezium.checks.subject import Subject
from modules.debezium.definitions import resolved
from modules.messages.problems import either, nearest

_OVERRIDES: Final = "snapshot.select.statement.overrides"
_GROUPS: Final = "topic.creation.groups"


def check(subject: Subject) -> Iterator[Finding]:
    for kind in KINDS:
        yield from _members(subject, kind)
    yield from _unlisted(subject)
    yield from _predicates(subject)
    yield from _converters(subject)
    yield from _groups(subject)
    yield from _overrides(subject)


def _members(subject: Subject, kind: Kind) -> Iterator[Finding]:
    if kind.list not in subject.given:
        return
    names, value = subject.listed(kind.list), subject.given[kind.list]
    if "" in names or (kind is CUSTOM_CONVERTERS and value.isspace()):  # Debezium reads a blank as a name
        yield error(kind.list, "must be names with commas between them, none of them empty", value)
    elif mixed := next((name for name in names if re.search(r"[\s;]", name)), None):
        yield error(kind.list, f"must be names with commas between them, and {mixed} is none", value)
    elif twice := next((name for name in names if names.count(name) > 1), None):
        yield error(kind.list, f"must name {twice} once", value)
    else:
        for name in names:
            key = aliases.type_key(subject, kind, name)
            if not subject.effective.get(key, "").strip():
                meant = _other_alias(subject, kind, name)
                yield error(kind.list, f"must come with {key}, the class of {name}{meant}", value)
                return
            yield from _required(subject, kind, key)


def _other_alias(subject: Subject, kind: Kind, name: str) -> str:
    """An alias that has a class and is not listed may be the one."""
    ends = [key.removeprefix(kind.prefix).removesuffix(".type") for key in subject.given if key.endswith(".type")]
    others = [each for each in ends if "." not in each and each not in subject.listed(kind.list)]
    return f" (or did you mean {meant}?)" if (meant := nearest(name, others)) else ""


def _required(subject: Subject, kind: Kind, key: str) -> Iterator[Finding]:
    classes = kind.classes(subject)
    of = resolved(subject.effective[key], classes)
    start = key.removesuffix("type")
    for name, property_ in classes[of].items() if of else ():
        if property_.required and not subject.effective.get(start + name, "").strip():
            if _misspelt(subject, start, name):  # said of that name
                return
            place = start + name if start + name in subject.given else key
            yield error(place, f"must come with {start}{name}, which it cannot do without", subject.effective[key])
            return


def _misspelt(subject: Subject, start: str, name: str) -> bool:
    unread = [key.removeprefix(start) for key in subject.given if key.startswith(start) and subject.found(key) is None]
    return nearest(name, unread) is not None


def _unlisted(subject: Subject) -> Iterator[Finding]:
    """Properties behind a name that its list does not have: once for each name, at its class."""
    said: set[str] = set()
    for list_ in ("transforms", "predicates", "post.processors"):
        if re.search(r"[^\s,]\s+[^\s,]|;", subject.given.get(list_, "")):  # said of the list
            continue
        keys = [key for key in subject.given if key.startswith(f"{list_}.")]
        for key in sorted(keys, key=lambda key: not key.endswith(".type")):
            alias = key.removeprefix(f"{list_}.").partition(".")[0]
            found = aliases.behind(subject, key)
            if (found and found.alias in subject.listed(list_)) or f"{list_}.{alias}" in said:
                continue
            said.add(f"{list_}.{alias}")
            listed = ",".join([*subject.listed(list_), alias])
            yield error(key, f"has no effect: {alias} is not in {list_}; write {list_}: {listed}")


def _predicates(subject: Subject) -> Iterator[Finding]:
    for alias in subject.listed("transforms"):
        predicate, negate = f"transforms.{alias}.predicate", f"transforms.{alias}.negate"
        name = subject.given.get(predicate)
        if name is not None and name.strip() not in subject.listed("predicates"):
            known = subject.listed("predicates")
            wanted = f"must be {either(known)}, as in predicates" if known else "must be a name that predicates lists"
            yield error(predicate, wanted, name)
        if negate in subject.given and name is None:
            yield error(negate, f"must come with {predicate}: there is nothing to negate", subject.given[negate])
    used = {subject.given.get(f"transforms.{alias}.predicate", "").strip() for alias in subject.listed("transforms")}
    for name in subject.listed("predicates"):
        if name and name not in used:
            message = f"has no effect: no transform has it; write transforms.NAME.predicate: {name}"
            yield Finding(("properties", f"predicates.{name}.type"), message, level="warning", acceptable=True)


def _converters(subject: Subject) -> Iterator[Finding]:
    for converter in CONVERTERS:
        if converter in subject.effective:
            continue
        for key in subject.given:
            if key.startswith(f"{converter}."):
                message = (
                    f"has no effect without {converter} on the connector, which the worker's own then serves;"
                    f" write {converter}: org.apache.kafka.connect.json.JsonConverter as well"
                )
                yield error(key, message, subject.given[key])


def _groups(subject: Subject) -> Iterator[Finding]:
    listed = subject.listed(_GROUPS)
    if _GROUPS in subject.given:
        if "" in listed or len(set(listed)) < len(listed):
            yield error(_GROUPS, "must be names with commas between them, each once", subject.given[_GROUPS])
        for group in listed:
            if group not in ("", "default") and f"topic.creation.{group}.include" not in subject.effective:
                wanted = f"must come with topic.creation.{group}.include, regular expressions of its topics"
                yield error(_GROUPS, wanted, subject.given[_GROUPS])
                break
    said: set[str] = set()
    for key in subject.given:
        group = key.removeprefix("topic.creation.").partition(".")[0]
        if not key.startswith("topic.creation.") or key == _GROUPS or group in (*listed, "default", *said):
            continue
        if subject.found(key):
            said.add(group)
            yield error(
                key, f"has no effect: {group} is not in {_GROUPS}; write {_GROUPS}: {','.join([*listed, group])}"
            )
    for name in ("include", "exclude"):
        if (key := f"topic.creation.default.{name}") in subject.given:
            message = "has no effect: the default group takes every topic that no other group takes"
            yield error(key, message, subject.given[key])


def _overrides(subject: Subject) -> Iterator[Finding]:
    listed = subject.listed(_OVERRIDES)
    for table in listed:
        if f"{_OVERRIDES}.{table}" not in subject.given:
            wanted = f"must come with {_OVERRIDES}.{table}, the SELECT statement"
            yield error(_OVERRIDES, wanted, subject.given[_OVERRIDES])
            break
    for key, statement in subject.given.items():
        if not key.startswith(f"{_OVERRIDES}."):
            continue
        table = key.removeprefix(f"{_OVERRIDES}.")
        if table not in listed:
            tables = ",".join([*listed, table])
            yield error(key, f"has no effect: {table} is not in {_OVERRIDES}; write {_OVERRIDES}: {tables}")
        elif not statement.lstrip().upper().startswith(("SELECT", "WITH", "(", "/*")):
            yield error(key, "must be a SELECT statement", statement)
