"""What two environments must not both have, when their files are checked together."""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cdc.cli import app
from modules.app import main
from modules.environment.loading import load_all
from modules.messages.problems import EnvironmentErrors
from tests.places import ENVIRONMENTS
from tests.unit.environment.environment_files import BESIDE, PROD, Edits, edited, write

CLUSTER = "arn:aws:kafka:us-east-1:123456789012:cluster/shared/0a1b2c3d-1111-2222-3333-444455556666-7"
OFFSETS = "cdc-first-orders-offsets"
ON_CLUSTER: Edits = {
    "kafka:": f"kafka: {{kind: existing, cluster_arn: '{CLUSTER}', security_group_id: sg-0abc1234def567890}}\n"
}
SIGNALS: Edits = {"signals: {table: orders.debezium_signal}": "signals: {topic: wishes}"}
GLUE: Edits = {
    "\nplugins:": "\nschema_registry: {kind: glue, name: cdc}\nplugins:",
    "heartbeat_seconds: 10": "format: avro",
}
ADOPTED: Edits = {"heartbeat_seconds: 10": "adopt: {name: cdc-first-orders, offset_topic: a, schema_history_topic: b}"}
NO_ACCOUNT: Edits = {
    'account_id: "123456789012"': "",
    "arn:aws:sns:us-east-1:123456789012:oncall": "arn:aws:sns:us-east-1:210987654321:oncall",
}
OTHER_ACCOUNT: Edits = {"123456789012": "210987654321"}


def files(folder: Path, first: Edits, second: Edits) -> list[Path]:
    return [write(folder, edited(first), name="first.yaml"), write(folder, edited(second), name="second.yaml")]


def without(*keys: str) -> Edits:
    return {old: new for old, new in BESIDE.items() if old not in keys}


def clashes(folder: Path, first: Edits, second: Edits) -> dict[str, str]:
    """What is wrong with the second file, by path."""
    both = files(folder, first, second)
    try:
        load_all(both)
    except EnvironmentErrors as error:
        found = [re.fullmatch(rf"{re.escape(str(both[1]))}:\d+: (\S+): (.*)", str(one)) for one in error.problems]
        return {match[1]: match[2].replace(str(both[0]), "first.yaml") for match in found if match}
    return {}


REFUSED: Mapping[str, tuple[Edits, Edits, dict[str, str]]] = {
    "bucket": (
        {},
        without("bucket: acme-cdc-state"),
        {
            "state.bucket": "must differ from first.yaml:9, or have state.create: false, with which it uses what the "
            "other created, got 'acme-cdc-state'"
        },
    ),
    "bucket of another account": (
        {},
        {**without("bucket: acme-cdc-state"), **OTHER_ACCOUNT},
        {"state.bucket": "first.yaml:9"},
    ),
    "lock table": ({}, without("acme-cdc-locks"), {"state.lock_table": "must differ from first.yaml:10, or have"}),
    "an account that is not known": (
        {},
        {**without("acme-cdc-locks"), **NO_ACCOUNT},
        {"state.lock_table": "first.yaml:10"},
    ),
    "route": (
        {},
        without("cidr_block: 10.40.0.0/16"),
        {"network.cidr_block": "where rtb-0abc1234def567890 has one route"},
    ),
    "reader": (
        {},
        without("server_id: 5401"),
        {"connectors.orders.source.server_id": "must differ from first.yaml:46, for both read orders-prod, and MySQL"},
    ),
    "registry": (GLUE, {**BESIDE, **GLUE}, {"schema_registry.name": "or have schema_registry.create: false"}),
    "name of an adopted connector": (
        {},
        {**BESIDE, **ADOPTED},
        {"connectors.orders.adopt.name": "must differ from first.yaml:41"},
    ),
    "prefix": (
        ON_CLUSTER,
        {**BESIDE, **ON_CLUSTER},
        {"connectors.orders.topics.prefix": f"for both have the cluster {CLUSTER}, and orders is a topic"},
    ),
    "prefix as Kafka compares": (
        {**ON_CLUSTER, "{prefix: orders,": "{prefix: a.b,", "[orders.orders.*]": "[a.b.*]"},
        {**BESIDE, **ON_CLUSTER, "{prefix: orders,": "{prefix: a_b,", "[orders.orders.*]": "[a_b.*]"},
        {"connectors.orders.topics.prefix": "a_b is a topic of one connector, got 'a_b'"},
    ),
    "signals": (
        {**ON_CLUSTER, **SIGNALS},
        {**BESIDE, **ON_CLUSTER, **SIGNALS, "{prefix: orders,": "{prefix: other,", "[orders.orders.*]": "[other.*]"},
        {"connectors.orders.signals.topic": "and wishes is a topic of one connector, got 'wishes'"},
    ),
    "history": (
        ON_CLUSTER,
        {
            **BESIDE,
            **ON_CLUSTER,
            "heartbeat_seconds: 10": "adopt: {name: a, offset_topic: b, schema_history_topic: schema-history.orders}",
            "{prefix: orders,": "{prefix: other,",
            "[orders.orders.*]": "[other.*]",
        },
        {"connectors.orders.adopt.schema_history_topic": "schema-history.orders is a topic of one connector"},
    ),
    "offsets": (
        ON_CLUSTER,
        {
            **BESIDE,
            **ON_CLUSTER,
            "heartbeat_seconds: 10": f"adopt: {{name: a, schema_history_topic: c, offset_topic: {OFFSETS}}}",
            "{prefix: orders,": "{prefix: other,",
            "[orders.orders.*]": "[other.*]",
        },
        {"connectors.orders.adopt.offset_topic": "cdc-first-orders-offsets is a topic of one connector"},
    ),
}
ACCEPTED: Mapping[str, tuple[Edits, Edits]] = {
    "all that must differ": ({}, BESIDE),
    "a bucket that the first creates": (
        {},
        {**without("bucket: acme-cdc-state", "acme-cdc-locks"), "lockfile: true": "create: false"},
    ),
    "a lock table of another account": ({}, {**without("acme-cdc-locks"), **OTHER_ACCOUNT}),
    "a database of another account": ({}, {**without("server_id: 5401"), **OTHER_ACCOUNT}),
    "another database": ({}, {**without("server_id: 5401"), "orders-prod": "orders-two"}),
    "a lock table of another region": (
        {},
        {**without("acme-cdc-locks"), "us-east-1": "eu-west-1"},
    ),
    "a registry that the first creates": (
        GLUE,
        {**BESIDE, **GLUE, "\nplugins:": "\nschema_registry: {kind: glue, name: cdc, create: false}\nplugins:"},
    ),
    "clusters of their own": (SIGNALS, {**BESIDE, **SIGNALS}),
    "another cluster": (
        ON_CLUSTER,
        {**BESIDE, **ON_CLUSTER, "kafka:": ON_CLUSTER["kafka:"].replace("shared/0", "shared/1")},
    ),
    "another prefix": (
        ON_CLUSTER,
        {**BESIDE, **ON_CLUSTER, "{prefix: orders,": "{prefix: other,", "[orders.orders.*]": "[other.*]"},
    ),
}


@pytest.mark.parametrize(("first", "second", "said"), REFUSED.values(), ids=REFUSED)
def test_one_thing_has_one_environment(first: Edits, second: Edits, said: dict[str, str], tmp_path: Path) -> None:
    found = clashes(tmp_path, first, second)
    assert found.keys() == said.keys()
    assert all(message in found[path] for path, message in said.items())


@pytest.mark.parametrize(("first", "second"), ACCEPTED.values(), ids=ACCEPTED)
def test_what_differs_is_accepted(first: Edits, second: Edits, tmp_path: Path) -> None:
    both = files(tmp_path, first, second)
    assert [one.name for one in load_all(both)] == ["first", "second"]


def test_each_is_compared_with_all_before_it(tmp_path: Path) -> None:
    """The account of the second is not that of the first; that of the third may be either."""
    edits = [{}, {**without("acme-cdc-locks"), **OTHER_ACCOUNT}, {**without("acme-cdc-locks"), **NO_ACCOUNT}]
    edits[2] |= {key: value.replace("second", "third").replace("41.", "42.") for key, value in edits[2].items()}
    edits[2]["server_id: 5401"] = "server_id: 5403"
    three = [
        write(tmp_path, edited(each), name=f"{name}.yaml")
        for each, name in zip(edits, ("one", "two", "three"), strict=True)
    ]
    with pytest.raises(EnvironmentErrors) as error:
        load_all(three)
    [problem] = error.value.problems
    assert str(problem).startswith(f"{three[2]}:10: state.lock_table: must differ from {three[0]}:10")


def test_the_examples_can_be_checked_together() -> None:
    every = [*sorted(ENVIRONMENTS.glob("*.yaml")), *sorted((ENVIRONMENTS / "examples").glob("*.yaml"))]
    assert len(load_all(every)) == len(every) > 9


def test_a_copy_is_refused_by_check_and_synthesis(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "environments").mkdir()
    for name in ("prod", "first"):
        write(tmp_path / "environments", PROD, name=f"{name}.yaml")
    monkeypatch.chdir(tmp_path)
    checked = CliRunner().invoke(app, ["check"])
    assert main([]) == checked.exit_code == 1
    assert "environments/prod.yaml:9: state.bucket: must differ from environments/first.yaml:9" in checked.output
    assert "environments/first.yaml: ok" in checked.output
    assert "environments/prod.yaml:9: state.bucket: must differ from" in capsys.readouterr().err
    assert CliRunner().invoke(app, ["check", "first"]).exit_code == 0
