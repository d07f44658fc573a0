"""What an input does not say is marked, and cdc check refuses the mark."""

import base64
import json
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from modules.environment.loading import load
from modules.messages.problems import EnvironmentErrors, shown
from tests.cdc.imports.importing import Imported, given
from tests.synthesized import changed, document

CLASS: Final = "io.debezium.connector.mysql.MySqlConnector"


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def entry(folder: Path, **config: Any) -> tuple[dict[str, Any], Imported]:
    found = given(folder, json.dumps({"name": "shop", "config": {"connector.class": CLASS, **config}}))
    body: dict[str, Any] = found.connectors["shop"]
    return body, found


@pytest.mark.parametrize(
    ("host", "cluster", "says"),
    [
        ("shop.cluster-c1a2b3c4d5e6.eu-west-1.rds.amazonaws.com", "shop", "whose writer endpoint is looked up"),
        ("Shop.CLUSTER-xxxx.eu-west-1.rds.amazonaws.com", "shop", "whose writer endpoint is looked up"),
        ("shop.cluster-c1a2.cn-north-1.rds.amazonaws.com.cn", "shop", "whose writer endpoint is looked up"),
        ("shop.cluster-ro-c1a2b3c4d5e6.eu-west-1.rds.amazonaws.com", "shop", "the reader endpoint has no binlog"),
        ("shop.cluster-custom-c1a2b3.eu-west-1.rds.amazonaws.com", "FILL_IN", "is a custom endpoint"),
        ("shop.proxy-c1a2b3c4d5e6.eu-west-1.rds.amazonaws.com", "FILL_IN", "is a proxy endpoint"),
        ("db internal", "FILL_IN", "is not the writer endpoint of an Aurora cluster"),
    ],
)
def test_the_cluster_of_an_endpoint(host: str, cluster: str, says: str, tmp_path: Path) -> None:
    body, found = entry(tmp_path, **{"database.hostname": host})
    assert body["source"]["cluster"] == cluster
    (line,) = [line for line in found.report.splitlines() if "database.hostname" in line]
    assert says in line


def test_an_instance_is_named(tmp_path: Path) -> None:
    body, found = entry(tmp_path, **{"database.hostname": "Shop-1.c1a2b3c4d5e6.eu-west-1.rds.amazonaws.com"})
    assert body["source"]["instance"] == "shop-1"
    assert "cluster" not in body["source"]
    assert "of an instance of Aurora, set source.cluster instead" in found.report


@pytest.mark.parametrize(("address", "port"), [("DB.internal", "3307"), ("10.0.0.7", None), ("localhost", "x")])
def test_a_server_that_rds_does_not_run(address: str, port: str | None, tmp_path: Path) -> None:
    """What the workers reach it through is in no connector's configuration."""
    given_port = {"database.port": port} if port else {}
    body, found = entry(tmp_path, **{"database.hostname": address, **given_port})
    own = {"port": 3307} if port == "3307" else {}
    assert body["source"]["host"] == {"address": address.lower(), **own, "cidr_block": "FILL_IN"}
    assert "cidr_block: FILL_IN  # the address range of the server" in found.output
    assert ("there it is the worker itself" in found.report) == (address == "localhost")


@pytest.mark.parametrize(
    ("host", "given", "tls"),
    [
        ("10.0.0.7", {}, {"verify": "ca"}),
        ("10.0.0.7", {"database.ssl.truststore": "/tmp/a.jks"}, {"verify": "ca", "ca_bundle": "FILL_IN"}),
        ("a.cluster-c1a2.eu-west-1.rds.amazonaws.com", {}, {"verify": "ca", "ca_bundle": "FILL_IN"}),
    ],
    ids=["public", "with-a-trust-store", "aurora"],
)
def test_a_verified_certificate(host: str, given: dict[str, str], tls: dict[str, str], tmp_path: Path) -> None:
    body, found = entry(tmp_path, **{"database.hostname": host, "database.ssl.mode": "VERIFY_CA", **given})
    assert body["source"]["tls"] == tls
    assert "properties" not in body
    assert ("the trust store is made of source.tls.ca_bundle" in found.report) == bool(given)


def test_missing_values_are_marked_with_what_to_fill_in(tmp_path: Path) -> None:
    body, found = entry(tmp_path)
    marked = {
        (section, key)
        for section, part in body.items()
        if isinstance(part, dict)
        for key, value in part.items()
        if value == "FILL_IN"
    }
    assert marked == {("source", "cluster"), ("source", "server_id"), ("topics", "prefix")}
    assert "server_id: FILL_IN  # a number that no other replica of the database has" in found.output


def test_an_entry_that_is_not_filled_in_is_refused(tmp_path: Path) -> None:
    """Whatever type the place has: text, a number, or an entry of a list."""
    body, _ = entry(tmp_path, **{"table.include.list": r"shop\.(?!x).*"})
    content = changed(document("prod"), consumers=None, connectors={"shop": body})
    file = tmp_path / "prod.yaml"
    file.write_text(yaml.safe_dump(content))
    with pytest.raises(EnvironmentErrors) as error:
        load(file)
    problems = {shown(problem.path): problem.message for problem in error.value.problems}
    assert set(problems) == {
        "connectors.shop.source.cluster",
        "connectors.shop.source.server_id",
        "connectors.shop.source.tables[0]",
        "connectors.shop.topics.prefix",
    }
    assert set(problems.values()) == {"must be filled in: cdc import could not tell it"}


@pytest.mark.parametrize(
    ("config", "tables"),
    [
        ({"database.include.list": "shop", "table.exclude.list": r"shop\.cards"}, ["shop.*", "!shop.cards"]),
        ({"table.exclude.list": r"shop\.audit_.*,crm\.x"}, ["*.*", "!shop.audit_*", "!crm.x"]),
        ({"database.exclude.list": "test"}, ["*.*", "!test.*"]),
        ({"table.include.list": r"shop\.orders", "database.exclude.list": "test"}, ["shop.orders"]),
    ],
)
def test_excluded_tables_are_left_out(config: dict[str, str], tables: list[str], tmp_path: Path) -> None:
    body, found = entry(tmp_path, **config)
    assert body["source"]["tables"] == tables
    assert found.notes("not expressed") == []


@pytest.mark.parametrize("excluded", [r"shop\.(?!cards).*", r"shop\.\w+_old"])
def test_what_no_pattern_excludes_exactly_is_filled_in(excluded: str, tmp_path: Path) -> None:
    """Wider patterns would leave out tables that are captured today."""
    body, found = entry(tmp_path, **{"database.include.list": "shop", "table.exclude.list": excluded})
    assert body["source"]["tables"] == ["FILL_IN"]
    assert "table.exclude.list" in "\n".join(found.notes("not expressed"))
    assert "the tables of shop.* without those of" in found.output


@pytest.mark.parametrize(
    ("config", "line"),
    [
        ({"snapshot.mode": "configuration_based"}, "snapshot.mode 'configuration_based': must be initial,"),
        ({"signal.enabled.channels": "jmx"}, "signal.enabled.channels 'jmx': signals are read from a table"),
        ({"topic.delimiter": "/"}, "topic.delimiter '/': the connector's role allows only the default topic names"),
        (
            {"schema.history.internal": "io.debezium.storage.file.history.FileSchemaHistory"},
            "schema.history.internal 'io.debezium.storage.file.history.FileSchemaHistory': the schema history is a",
        ),
        ({"schema.history.internal.kafka.topic.x": "1"}, "the schema history has the same settings"),
        ({"producer.override.linger.ms": "5"}, "producer.override.linger.ms '5': MSK Connect refuses client overrides"),
        ({"snapshot.events.as.inserts": "true"}, "use the transform io.debezium.connector.mysql.transforms"),
        (
            {"value.converter": "com.example.avro.AvroConverter"},
            "value.converter 'com.example.avro.AvroConverter': events are JSON",
        ),
    ],
)
def test_what_the_file_cannot_express_is_a_comment(config: dict[str, str], line: str, tmp_path: Path) -> None:
    body, found = entry(tmp_path, **config)
    assert found.status == 3
    assert any(line in each for each in found.notes("not expressed"))
    assert line in " ".join(each.strip(" #") for each in found.output.splitlines() if each.lstrip().startswith("#"))
    assert not body.get("properties", {}).keys() & config.keys()


def test_properties_that_cdc_check_refuses_are_removed_with_the_reason(tmp_path: Path) -> None:
    body, found = entry(tmp_path, **{"signal.data.collection": "signals", "notification.sink.topic.name": "x"})
    assert "properties" not in body
    assert "notification.sink.topic.name 'x': must be under the prefix, such as" in "".join(
        found.notes("not expressed")
    )
    (line,) = [line for line in found.notes("to do") if line.startswith("signals.table")]
    assert line == "signals.table 'signals': must be database.table"


def test_two_connectors_with_one_server_id_are_reported(tmp_path: Path) -> None:
    both = [
        {"name": name, "config": {"connector.class": CLASS, "database.server.id": "7", "topic.prefix": name}}
        for name in ("one", "two")
    ]
    found = given(tmp_path, json.dumps(both))
    assert "source.server_id 7: must differ from the server_id of connector one" in found.notes("to do")


def test_keys_are_derived_from_names_and_unique(tmp_path: Path) -> None:
    names = ["Orders.CDC", "orders_cdc", "7up", "ÄÖÜ", "a-very-long-name-of-a-connector-for-orders", "x"]
    inputs = [{"name": name, "config": {"connector.class": CLASS}} for name in names]
    keys = list(given(tmp_path, json.dumps(inputs)).connectors)
    assert keys == [
        "orders-cdc",
        "orders-cdc-2",
        "c-7up",
        "connector",
        "a-very-long-name-of-a-connector",
        "connector-2",
    ]
    assert all(len(key) <= 32 for key in keys)


ROUTER: Final = {
    "transforms": "r",
    "transforms.r.type": "org.apache.kafka.connect.transforms.RegexRouter",
    "table.include.list": r"shop\.orders",
}


@pytest.mark.parametrize(
    ("more", "others"),
    [
        ({**ROUTER, "transforms.r.regex": r"shop\.shop\.(.*)", "transforms.r.replacement": "all-$1"}, ["all-orders"]),
        ({**ROUTER, "transforms.r.regex": r"shop\.shop\.(.*)", "transforms.r.replacement": "shop.$1"}, None),
        (
            {
                "table.include.list": r"shop\.outbox",
                "transforms": "o",
                "transforms.o.type": "io.debezium.transforms.outbox.EventRouter",
            },
            ["outbox.event.*"],
        ),
        (
            {
                "table.include.list": r"shop\.orders",
                "transforms": "u",
                "transforms.u.type": "io.debezium.transforms.ExtractNewRecordState",
                "transforms.u.route.by.field": "kind",
            },
            ["FILL_IN"],
        ),
    ],
    ids=["out of the prefix", "within", "outbox", "by rows"],
)
def test_topics_to_which_transforms_route(more: dict[str, str], others: list[str] | None, tmp_path: Path) -> None:
    body, found = entry(tmp_path, **{"topic.prefix": "shop", **more})
    assert body["topics"].get("others") == others
    assert set(more) - {"table.include.list"} <= set(body["properties"])
    assert ("topics.others" in found.report) == (others is not None)


def test_properties_of_a_worker_are_kept_where_the_file_takes_them(tmp_path: Path) -> None:
    worker = {
        "key.converter": "org.apache.kafka.connect.json.JsonConverter",
        "offset.flush.interval.ms": "5000",
        "offset.storage.partitions": "25",
        "producer.acks": "1",
        "producer.max.request.size": "5242880",
        "group.id": "cdc",
    }
    lines = "".join(f"{key}={value}\n" for key, value in worker.items())
    described = {
        "workerConfigurationArn": "a",
        "name": "w",
        "latestRevision": {"propertiesFileContent": encoded(lines)},
    }
    (tmp_path / "worker.json").write_text(json.dumps(described))
    connector = {
        "connectorName": "shop",
        "connectorConfiguration": {"connector.class": CLASS},
        "workerConfiguration": {"workerConfigurationArn": "a", "revision": 1},
    }
    found = given(tmp_path, json.dumps(connector), str(tmp_path / "worker.json"))
    assert found.connectors["shop"]["worker"] == {"offset.flush.interval.ms": 5000}
    assert found.connectors["shop"]["topics"]["max_message_bytes"] == 5242880
    assert "worker: producer.acks '1': must be all" in found.report


@pytest.mark.parametrize(("given", "kept"), [("8388608", 8388608), ("1000000", None), ("1048588", 1048588)])
def test_the_limit_of_new_topics(given: str, kept: int | None, tmp_path: Path) -> None:
    body, _ = entry(tmp_path, **{"topic.prefix": "shop", "topic.creation.default.max.message.bytes": given})
    assert body["topics"].get("max_message_bytes") == kept
    assert "topic.creation.default.max.message.bytes" not in body.get("properties", {})


def test_what_the_schema_history_keeps(tmp_path: Path) -> None:
    history = "schema.history.internal."
    config = {"skip.unparseable.ddl": "true", "store.only.captured.tables.ddl": "TRUE", "kafka.recovery.attempts": "4"}
    body, _ = entry(tmp_path, **{f"{history}{key}": value for key, value in config.items()})
    assert body["schema_history"] == {"captured_tables_only": True, "skip_unparseable_ddl": True}
    assert body["properties"] == {f"{history}kafka.recovery.attempts": 4}


@pytest.mark.parametrize(("word", "mode"), [("schema_only", "no_data"), ("never", "no_data"), ("Initial", "initial")])
@pytest.mark.parametrize("version", ["2.7.1", "3.7.x"])
def test_the_snapshot_mode_has_todays_word(word: str, mode: str, version: str, tmp_path: Path) -> None:
    described = {
        "connectorName": "shop",
        "kafkaConnectVersion": version,
        "connectorConfiguration": {"connector.class": CLASS, "snapshot.mode": word},
    }
    found = given(tmp_path, json.dumps(described))
    assert found.connectors["shop"]["snapshot"]["mode"] == mode


def test_an_unknown_snapshot_mode_is_never_the_default(tmp_path: Path) -> None:
    """It would read all rows again."""
    body, found = entry(tmp_path, **{"snapshot.mode": "configuration_based"})
    assert body["snapshot"]["mode"] == "FILL_IN"
    assert "mode: FILL_IN  # one of initial, initial_only" in found.output
