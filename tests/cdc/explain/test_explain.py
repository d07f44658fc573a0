"""``cdc explain``: a property's meaning, and where its value is set."""

import json
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from typer.testing import CliRunner, Result

from cdc.cli import app
from modules.environment import msk_connect
from tests.synthesized import changed, document, with_connector
from tests.terraform.variants import PROD, with_stock

UNWRAP: Final = {"transforms": "u", "transforms.u.type": "io.debezium.transforms.ExtractNewRecordState"}


def run(*arguments: str) -> Result:
    done = CliRunner().invoke(app, ["explain", *arguments])
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done


def rows(*arguments: str) -> dict[str, str]:
    """The facts of the first meaning, by their labels."""
    lines = run(*arguments).stdout.splitlines()
    start = next(index for index, line in enumerate(lines) if line.startswith("  type"))
    end = next((index for index, line in enumerate(lines) if index > start and not line.strip()), len(lines))
    return {line[:14].strip(): line[14:] for line in lines[start:end] if line[2] != " "}


def write(folder: Path, content: dict[str, Any]) -> str:
    file = folder / "prod.yaml"
    file.write_text(yaml.safe_dump(content))
    return str(file)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "decimal.handling.mode",
            {"type": "string", "default": "precise", "allowed": "double, precise, string", "set by": "properties"},
        ),
        ("heartbeat.interval.ms", {"default": "0", "range": "0 or more", "set by": "heartbeat_seconds"}),
        ("table.include.list", {"default": "none", "set by": "source.tables"}),
        ("database.password", {"type": "password", "set by": "source.secret"}),
        ("schema.history.internal.kafka.topic", {"set by": "not in the file: the schema history is kept for you"}),
        ("column.truncate.to.20.chars", {"type": "list, regular expressions, separated by commas"}),
        ("snapshot.select.statement.overrides.shop.orders", {"type": "string", "set by": "properties"}),
        ("errors.tolerance", {"default": "none", "allowed": "all, none"}),
        ("database.connectTimeout", {"since": "Connector/J 3.0.1", "range": "0 or more, 2147483647 or less"}),
        ("topic.creation.hot.partitions", {"type": "int", "set by": "properties"}),
        ("transforms.u.add.headers", {"type": "list", "default": "empty"}),
        (
            "offset.flush.interval.ms",
            {
                "default": "60000",
                "set by": "worker",
            },
        ),
        ("plugin.path", {"set by": "nothing: MSK Connect refuses it in a worker configuration"}),
        ("producer.linger.ms", {"set by": "worker"}),
        ("producer.retries", {"set by": "nothing: MSK Connect refuses it in a worker configuration"}),
        ("log.retention.hours", {"type": "int", "default": "168", "set by": "kafka.server_properties"}),
    ],
)
def test_a_property_is_explained(name: str, expected: dict[str, str]) -> None:
    found = rows(name)
    assert {label: found.get(label) for label in expected} == expected
    assert run(name).exit_code == 0


def test_documentation_is_wrapped() -> None:
    printed = run("decimal.handling.mode").stdout
    assert "\n\n  Specify how DECIMAL and NUMERIC columns should be represented" in printed
    assert all(len(line) <= 100 for line in printed.splitlines())


def test_every_meaning_of_a_name_is_explained() -> None:
    printed = run("heartbeat.interval.ms").stdout
    assert "heartbeat.interval.ms: a property of Debezium's MySQL connector\n" in printed
    assert "heartbeat.interval.ms: a property of Kafka Connect's worker\n" in printed


@pytest.mark.parametrize(
    ("name", "expected", "explained"),
    [
        ("database.server.name", "was removed in Debezium 2.0; use topic.prefix", "topic.prefix"),
        (
            "database.history.consumer.security.protocol",
            "use schema.history.internal.consumer.security.protocol",
            "schema.history.internal.consumer.security.protocol",
        ),
        (
            "transforms.u.drop.tombstones",
            "was removed in Debezium 3.2; use transforms.u.delete.tombstone.handling.mode",
            "transforms.u.delete.tombstone.handling.mode",
        ),
        ("heartbeat_seconds", "is a key of the environment file; it sets", "heartbeat.interval.ms"),
        ("source.secret", "is a key of the environment file; it sets", "database.password"),
    ],
)
def test_an_unavailable_name_is_explained_with_its_successors(name: str, expected: str, explained: str) -> None:
    done = run(name)
    assert done.exit_code == 0
    assert done.stdout.startswith(f"{name} ")
    assert expected in done.stdout.splitlines()[0]
    assert f"\n{explained}: a property of" in done.stdout


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("snapshot.new.tables", "was removed in Debezium 2.7; ask for a new table by a signal"),
        ("slot.name", "is a property of Debezium's PostgreSQL connector"),
        ("errors.deadletterqueue.topic.name", "is a property of sink connectors"),
    ],
)
def test_an_unavailable_name_without_successor_is_an_error(name: str, expected: str) -> None:
    done = run(name)
    assert done.exit_code == 1
    assert expected in done.stdout


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("decimal.handlin.mode", "did you mean decimal.handling.mode"),
        ("Decimal.Handling.Mode", "did you mean decimal.handling.mode"),
        ("offset.flush.interval", "did you mean offset.flush.interval.ms"),
        ("useSSL", "did you mean database.useSSL?"),
        ("usessl", "did you mean database.useSSL?"),
        ("heartbeat_second", "did you mean heartbeat_seconds"),
    ],
)
def test_an_unknown_name_gets_the_nearest(name: str, near: str) -> None:
    done = run(name)
    assert (done.exit_code, done.stdout) == (1, "")
    assert near in done.stderr


@pytest.mark.parametrize("name", ["", "  "])
def test_nothing_is_no_name(name: str) -> None:
    done = run(name)
    assert (done.exit_code, done.stderr) == (1, "NAME: must be a property or a key, got nothing\n")


def test_what_all_connectors_share_is_shown_once(tmp_path: Path) -> None:
    file = tmp_path / "two.yaml"
    file.write_text(yaml.safe_dump(with_stock(PROD)))
    assert run("log.retention.hours", str(file)).stdout.count("two: 168") == 1
    assert [key in run("snapshot.mode", str(file)).stdout for key in ("two, orders:", "two, stock:")] == [True, True]


def test_an_unknown_name_without_similar_names() -> None:
    assert run("qqqq").stderr == "qqqq: unknown in Debezium 3.6.1.Final for MySQL, Kafka Connect and Kafka\n"


# On a connector.


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("decimal.handling.mode", "prod, orders: string (properties)"),
        ("heartbeat.interval.ms", "prod, orders: 10000 (heartbeat_seconds)"),
        ("table.include.list", r"prod, orders: orders\.customers,orders\.order_items (source.tables)"),
        ("database.password", "prod, orders: ${secretsmanager:cdc/orders:password} (source.secret)"),
        ("database.hostname", "prod, orders: known after apply (source.cluster)"),
        ("max.batch.size", "prod, orders: 2048 (the default)"),
        ("config.action.reload", "prod, orders: none (set for every connector)"),
        ("offset.storage.topic", "prod, orders: cdc-prod-orders-offsets (set for every worker)"),
        ("offset.flush.timeout.ms", "prod, orders: 5000 (the default)"),
        ("min.insync.replicas", "prod: 2 (set for every cluster)"),
    ],
)
def test_the_value_on_a_connector_is_shown_with_its_origin(name: str, value: str) -> None:
    assert rows(name, "prod", "--connector", "orders")["value"] == value


def test_an_alias_has_the_class_of_the_connector(tmp_path: Path) -> None:
    file = write(tmp_path, with_connector(properties={**UNWRAP, "transforms.u.add.fields": "op"}))
    done = run("transforms.u.add.fields", file)
    assert "a property of the transform u, io.debezium.transforms.ExtractNewRecordState\n" in done.stdout
    assert "prod, orders: op (properties)" in done.stdout


def test_the_brokers_properties_of_the_file_are_shown(tmp_path: Path) -> None:
    file = write(tmp_path, changed(document("prod"), kafka__server_properties={"log.retention.hours": 24}))
    assert rows("log.retention.hours", file)["value"] == "prod: 24 (kafka.server_properties)"


def test_a_connector_is_looked_for_in_every_environment() -> None:
    assert "prod, orders" in run("max.batch.size", "--connector", "orders").stdout
    assert "dev, shop" in run("max.batch.size", "--connector", "shop").stdout


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("prod", "--connector", "order"), "connector order: does not exist in prod; did you mean orders?"),
        (("prod", "--connector", "zz"), "connector zz: does not exist in prod; known are orders"),
        (("prd",), "environment prd:"),
    ],
)
def test_a_missing_connector_or_environment_is_named(arguments: tuple[str, ...], expected: str) -> None:
    done = run("max.batch.size", *arguments)
    assert (done.exit_code, done.stdout) == (1, "")
    assert expected in done.stderr


def test_json_has_every_meaning_and_value() -> None:
    printed = json.loads(run("snapshot.mode", "prod", "--json").stdout)
    (meaning,) = printed["meanings"]
    assert (meaning["kind"], meaning["set_by"]) == ("connector", "snapshot.mode")
    assert "when_needed" in meaning["property"]["allowed"]
    assert meaning["values"] == [{"place": "prod, orders", "value": "initial", "origin": "snapshot.mode"}]


def test_a_property_is_that_of_the_plugins_release(tmp_path: Path) -> None:
    content = with_connector(kafkaconnect_version="2.7.1")
    content["plugins"]["debezium-mysql"]["debezium_version"] = "2.7.4.Final"
    assert "releases" in rows("guardrail.collections.max", "prod")
    file = write(tmp_path, content)
    assert run("guardrail.collections.max", file).exit_code == 1


@pytest.mark.parametrize(
    ("key", "accepted"),
    [
        ("offset.storage.topic", True),
        ("offset.flush.interval.ms", True),
        ("producer.acks", True),
        ("producer.max.block.ms", False),
        ("consumer.max.poll.records", True),
        ("consumer.group.id", False),
        ("group.id", False),
        ("ssl.protocol", False),
        ("listeners", False),
        ("topic.creation.enable", True),
        ("topic.tracking.enable", False),
    ],
)
def test_worker_properties_that_msk_connect_accepts(key: str, accepted: bool) -> None:
    assert msk_connect.takes(key) is accepted
