"""``cdc explain`` of keys of the environment file."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from pydantic import BaseModel

from cdc.explain import keys
from modules.environment.environment import Environment
from tests.cdc.explain.test_explain import rows, run
from tests.places import ROOT
from tests.unit.test_docs import anchors, models


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("kafka.brokers", {"type": "integer", "default": "3", "allowed": "2 or more", "documented": "kafka"}),
        ("network.nat", {"type": "string", "default": "per_zone", "allowed": "per_zone, single, none"}),
        ("region", {"type": "string", "required": "yes", "documented": "top-level"}),
        ("kafka.volume_gib", {"type": "integer", "default": "none", "allowed": "1 or more, 16384 or less"}),
        (
            "connectors.shop.source.tables",
            {"type": "list of string", "required": "yes", "documented": "connectorsname"},
        ),
        ("connectors.source.tables[0]", {"type": "list of string", "required": "yes"}),
        ("connectors.capacity", {"type": "mapping", "default": '{"mcu": 1, "workers": 1}', "keys": "mcu, workers"}),
        ("plugins", {"type": "mapping by name", "required": "yes"}),
    ],
)
def test_a_key(path: str, expected: Mapping[str, str]) -> None:
    found = rows(path)
    if anchor := expected.get("documented"):
        expected = {**expected, "documented": f"docs/environment-file.md#{anchor}"}
    assert {label: found.get(label) for label in expected} == expected


def test_a_key_of_several_kinds_is_explained_for_each() -> None:
    heads = [line for line in run("network.vpc_id").stdout.splitlines() if not line.startswith(" ")]
    assert heads[0] == "network.vpc_id: a key of the environment file, with kind: existing"
    kinds = [key.kind for key in keys.keys("kafka.kind")]
    assert kinds == ["kind: provisioned", "kind: existing"]


def test_a_name_that_is_a_property_is_no_key() -> None:
    assert run("snapshot.mode").stdout.startswith("snapshot.mode: a property of")
    assert keys.keys("snapshot.mode") == []
    assert [key.path for key in keys.keys("connectors.snapshot.mode")] == ["connectors.<name>.snapshot.mode"]


@pytest.mark.parametrize(
    ("path", "meant"), [("kafka.broker", "kafka.brokers"), ("netwrok", "network"), ("no.such.thing", "")]
)
def test_an_unknown_key_is_refused(path: str, meant: str) -> None:
    refused = run(path)
    assert refused.exit_code == 1
    assert f"{path}: unknown in" in refused.stderr
    assert f"did you mean {meant}" in refused.stderr or not meant


def test_keys_as_json() -> None:
    [key] = json.loads(run("kafka.brokers", "--json").stdout)["keys"]
    assert (key["path"], key["kind"], key["default"]) == ("kafka.brokers", "kind: provisioned", "3")


def paths(model: type[BaseModel], above: str = "") -> Iterator[str]:
    for name, field in model.model_fields.items():
        if (here := f"{above}{name}") == "name":
            continue
        yield here
        for inner in models(field.annotation):
            yield from paths(inner, f"{here}.")


def test_every_key_is_explained_and_where_it_is_documented_exists() -> None:
    known = anchors((ROOT / keys.PAGE).read_text())
    missing: list[Any] = []
    for path in dict.fromkeys(paths(Environment)):
        found = keys.keys(path)
        if not found or {key.documented.partition("#")[2] for key in found} - known:
            missing.append((path, [key.documented for key in found]))
    assert missing == []
