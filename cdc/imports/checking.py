"""Checks entries as part of an environment file; refused properties are removed and reported."""

import copy
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import yaml

from cdc.imports.output import registry
from cdc.imports.translation import runtime
from cdc.imports.translation.entry import Entry
from cdc.imports.translation.notes import Kind, Note, shown
from cdc.imports.translation.routes import routed
from modules.environment.checks.document_rules import FILL_IN
from modules.environment.environment import Environment
from modules.environment.loading import load
from modules.messages.problems import EnvironmentErrors, Problem, shown as shown_path

# A valid environment for the entries.
_ENVIRONMENT: Final[Mapping[str, Any]] = {
    "region": "us-east-1",
    "state": {"kind": "local"},
    "network": {
        "kind": "existing",
        "vpc_id": "vpc-0123456789abcdef0",
        "private_subnet_ids": [f"subnet-0123456789abcdef{zone}" for zone in range(2)],
    },
    "kafka": {
        "kind": "existing",
        "cluster_arn": "arn:aws:kafka:us-east-1:123456789012:cluster/imported/0a1b2c3d-0000-0000-0000-000000000000-1",
        "security_group_id": "sg-0123456789abcdef0",
    },
}
PLACEHOLDER: Final = "tobefilledin"
_GROUP: Final = "sg-0123456789abcdef0"
# Valid values instead of FILL_IN. {} differs for every connector.
_PLACEHOLDERS: Final[Mapping[tuple[str, str], Any]] = {
    ("source", "cluster"): PLACEHOLDER,
    ("source", "tables"): ["*.*"],
    ("topics", "prefix"): f"{PLACEHOLDER}-{{}}",
    ("snapshot", "mode"): "no_data",
    ("signals", "table"): f"{PLACEHOLDER}.signals",
    ("signals", "topic"): f"{PLACEHOLDER}-signals-{{}}",
    ("adopt", "name"): f"{PLACEHOLDER}-{{}}",
    ("adopt", "offset_topic"): f"{PLACEHOLDER}-offsets-{{}}",
    ("adopt", "schema_history_topic"): f"{PLACEHOLDER}-history-{{}}",
    ("adopt", "signal_group"): f"{PLACEHOLDER}-group-{{}}",
}
_OF_REGISTRIES: Final = {"url": "https://registry.invalid", "security_group_id": "sg-0123456789abcdef0"}
_SERVER_ID: Final = 4_294_000_000
_LISTS: Final = {"transforms": "transforms.", "predicates": "predicates.", "converters": "", "post.processors": ""}


def check(entries: list[Entry]) -> Environment | None:
    """Removes refused properties from ``entries`` and notes other errors; returns the environment, if it is valid.

    It has placeholders for values that are to be filled in.
    """
    for index, entry in enumerate(entries):
        _route(entry, index)
    reported: set[tuple[object, ...]] = set()
    while any(entry.body for entry in entries):
        try:
            return _loaded(entries)
        except EnvironmentErrors as errors:
            problems = [problem for problem in errors.problems if problem.path not in reported]
            if not problems:
                return None
            for problem in problems:
                reported.add(problem.path)
                _apply(problem, {entry.key: entry for entry in entries})
    return None


def _route(entry: Entry, index: int) -> None:
    """Adds the topics to which the entry's transforms route events, where the prefix is known."""
    if not entry.body or entry.body["topics"]["prefix"] == FILL_IN:
        return
    found, unknown = routed(_filled(entry.body, index))
    if found:
        why = "transforms route events there"
        entry.notes.append(Note(entry.key, Kind.ADDED, "topics.others", "", ", ".join(found), why))
    if unknown:
        why = "rows decide to which topics transforms route them: names, or patterns with *"
        entry.comments["topics", "others"] = why
        entry.notes.append(Note(entry.key, Kind.TODO, "topics.others", "", FILL_IN, why))
    if others := [*found, *([FILL_IN] if unknown else [])]:
        entry.body["topics"]["others"] = others


def _loaded(entries: list[Entry]) -> Environment:
    bodies = {entry.key: _filled(entry.body, index) for index, entry in enumerate(entries) if entry.body}
    plugins = {body["plugin"]: runtime.ARCHIVES[body["plugin"]] for body in bodies.values()}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "imported.yaml")
        document = {**_ENVIRONMENT, **_registry(entries), "plugins": plugins, "connectors": bodies}
        file.write_text(yaml.safe_dump(document), encoding="utf-8")
        return load(file)


def _registry(entries: list[Entry]) -> dict[str, Any]:
    filled = {
        key: _OF_REGISTRIES.get(key, PLACEHOLDER) if value == FILL_IN else value
        for key, value in registry(entries).items()
    }
    return {"schema_registry": filled} if filled else {}


def _filled(body: dict[str, Any], index: int) -> dict[str, Any]:
    filled = copy.deepcopy(body)
    for (section, key), placeholder in _PLACEHOLDERS.items():
        if filled.get(section, {}).get(key) in (FILL_IN, [FILL_IN]):
            filled[section][key] = placeholder.format(index) if isinstance(placeholder, str) else placeholder
    if (host := filled["source"].get("host", {})).get("cidr_block") == FILL_IN:
        del host["cidr_block"]
        host["security_group_id"] = _GROUP
    if (tls := filled["source"].get("tls", {})).get("ca_bundle") == FILL_IN:
        tls["ca_bundle"] = f"{PLACEHOLDER}.pem"
    if FILL_IN in (others := filled["topics"].get("others", [])):
        others[others.index(FILL_IN)] = f"{PLACEHOLDER}-routed-{index}"
    if filled["source"]["server_id"] == FILL_IN:
        filled["source"]["server_id"] = _SERVER_ID + index
    properties = {key: value for key, value in filled.get("properties", {}).items() if value != FILL_IN}
    return {**filled, "properties": properties}


def _apply(problem: Problem, entries: Mapping[str, Entry]) -> None:
    """Removes a refused property, with others that need it; anything else is left for the user to correct."""
    section, key, *path = (*problem.path, "", "")
    entry = entries.get(str(key))
    if section != "connectors" or entry is None or entry.body is None:
        return
    if path[0] == "properties" and path[1]:
        for name in _with_dependents(entry.body.get("properties", {}), str(path[1])):
            why = problem.message if name == path[1] else f"not used without {path[1]}"
            _remove(entry, name, why)
        return
    where = shown_path(tuple(step for step in path if step != ""))
    entry.notes.append(Note(entry.key, Kind.TODO, where, problem.value, "", problem.message))


def _remove(entry: Entry, name: str, why: str) -> None:
    assert entry.body
    properties = entry.body["properties"]
    if name in properties:
        value = properties.pop(name)
        entry.notes.append(Note(entry.key, Kind.LOST, name, shown(name, value), "", why))
    if not properties:
        del entry.body["properties"]


def _with_dependents(properties: dict[str, Any], name: str) -> list[str]:
    """The property, and for the refused class of an alias all its properties; the alias is removed from its list."""
    for list_, prefix in _LISTS.items():
        if name.startswith(prefix) and name.endswith(".type"):
            alias = name.removeprefix(prefix).removesuffix(".type")
            aliases = [each.strip() for each in str(properties.get(list_, "")).split(",")]
            if alias in aliases:
                aliases.remove(alias)
                properties[list_] = ",".join(aliases)
                own = [each for each in properties if each.startswith(f"{prefix}{alias}.") and each != name]
                return [name, *own, *([] if aliases else [list_])]
    return [name]
