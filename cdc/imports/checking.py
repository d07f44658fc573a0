"""Entries held against the checks of the environment file: what these refuse is taken out, with their reason."""

import copy
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import yaml

from cdc.imports.translation import runtime
from cdc.imports.translation.entry import Entry
from cdc.imports.translation.notes import Kind, Note, shown
from modules.environment.checks.document_rules import FILL_IN
from modules.environment.environment import Environment
from modules.environment.loading import load
from modules.messages.problems import EnvironmentErrors, Problem, shown as shown_path

# An environment around the entries, in which nothing is wrong.
_AROUND: Final[Mapping[str, Any]] = {
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
STAND_IN: Final = "tobefilledin"
# What stands in for places that are to be filled in: in no check's way. {} differs for every connector.
_STAND_INS: Final[Mapping[tuple[str, str], Any]] = {
    ("source", "cluster"): STAND_IN,
    ("source", "tables"): ["*.*"],
    ("topics", "prefix"): f"{STAND_IN}-{{}}",
    ("signals", "table"): f"{STAND_IN}.signals",
    ("signals", "topic"): f"{STAND_IN}-signals-{{}}",
    ("adopt", "name"): f"{STAND_IN}-{{}}",
    ("adopt", "offset_topic"): f"{STAND_IN}-offsets-{{}}",
    ("adopt", "schema_history_topic"): f"{STAND_IN}-history-{{}}",
    ("adopt", "signal_group"): f"{STAND_IN}-group-{{}}",
}
_SERVER_ID: Final = 4_294_000_000
_LISTS: Final = {"transforms": "transforms.", "predicates": "predicates.", "converters": "", "post.processors": ""}


def check(entries: list[Entry]) -> Environment | None:
    """Takes out of ``entries`` the properties that are refused, and notes what else is; the environment, if it is one.

    What is still to be filled in has a stand-in there.
    """
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


def _loaded(entries: list[Entry]) -> Environment:
    bodies = {entry.key: _filled(entry.body, index) for index, entry in enumerate(entries) if entry.body}
    plugins = {body["plugin"]: runtime.ARCHIVES[body["plugin"]] for body in bodies.values()}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "imported.yaml")
        file.write_text(yaml.safe_dump({**_AROUND, "plugins": plugins, "connectors": bodies}), encoding="utf-8")
        return load(file)


def _filled(body: dict[str, Any], index: int) -> dict[str, Any]:
    filled = copy.deepcopy(body)
    for (section, key), stand_in in _STAND_INS.items():
        if filled.get(section, {}).get(key) in (FILL_IN, [FILL_IN]):
            filled[section][key] = stand_in.format(index) if isinstance(stand_in, str) else stand_in
    if filled["source"]["server_id"] == FILL_IN:
        filled["source"]["server_id"] = _SERVER_ID + index
    properties = {key: value for key, value in filled.get("properties", {}).items() if value != FILL_IN}
    return {**filled, "properties": properties}


def _apply(problem: Problem, entries: Mapping[str, Entry]) -> None:
    """A property goes, with whatever is of no use without it; anything else is for the user to set right."""
    section, key, *path = (*problem.path, "", "")
    entry = entries.get(str(key))
    if section != "connectors" or entry is None or entry.body is None:
        return
    if path[0] == "properties" and path[1]:
        for name in _with_its_own(entry.body.get("properties", {}), str(path[1])):
            why = problem.message if name == path[1] else f"of no use without {path[1]}"
            _take_out(entry, name, why)
        return
    where = shown_path(tuple(step for step in path if step != ""))
    entry.notes.append(Note(entry.key, Kind.TODO, where, problem.value, "", problem.message))


def _take_out(entry: Entry, name: str, why: str) -> None:
    assert entry.body
    properties = entry.body["properties"]
    if name in properties:
        value = properties.pop(name)
        entry.notes.append(Note(entry.key, Kind.LOST, name, shown(name, value), "", why))
    if not properties:
        del entry.body["properties"]


def _with_its_own(properties: dict[str, Any], name: str) -> list[str]:
    """The property, and all of a transform or the like whose class is refused; its alias leaves the list."""
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
