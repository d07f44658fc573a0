"""With --keep-offsets an entry adopts the running connector: its name, its topics, and the group of its signals."""

import json
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from modules.environment.environment import Environment
from tests.cdc.imports.importing import given, imported, run
from tests.synthesized import changed, document, synthesize

DEFAULT: Final = "__amazon_msk_connect_offsets_garage_5e5e5e5e-1111-4222-8333-444455556666-2"
CONFIG: Final = {
    "connector.class": "io.debezium.connector.mysql.MySqlConnector",
    "database.hostname": "orders.cluster-c1a2b3c4d5e6.eu-west-1.rds.amazonaws.com",
    "database.user": "${secretsmanager:orders:username}",
    "database.password": "${secretsmanager:orders:password}",
    "database.server.id": "1",
    "database.server.name": "orders",
    "table.include.list": "orders.orders",
    "database.history.kafka.topic": "dbhistory.orders",
}


@pytest.mark.parametrize(
    ("name", "key", "adopt"),
    [
        # A worker that sets the topic, by describe-worker-configuration.
        (
            "roaster.json",
            "roaster-cdc",
            {
                "name": "roaster-cdc",
                "offset_topic": "roaster-offsets",
                "schema_history_topic": "roaster-schema-history",
            },
        ),
        # Without one, MSK Connect names its own after the ARN; and a group of its own that signals were read in.
        (
            "garage.json",
            "garage",
            {
                "name": "garage",
                "offset_topic": DEFAULT,
                "schema_history_topic": "garage.history",
                "signal_group": "kafka-signal",
            },
        ),
        (
            "garden.tf",
            "garden",
            {"name": "garden", "offset_topic": "garden-offsets", "schema_history_topic": "garden-history"},
        ),
        (
            "pharmacy.yaml",
            "pharmacy-cdc",
            {"name": "pharmacy-cdc", "offset_topic": "pharmacy-offsets", "schema_history_topic": "pharmacy-history"},
        ),
        (
            "ferry.yaml",
            "ferry-crossings",
            {
                "name": "ferry-crossings",
                "offset_topic": "ferry-connect-offsets",
                "schema_history_topic": "history.ferry-crossings",
            },
        ),
    ],
)
def test_an_entry_adopts_the_running_connector(name: str, key: str, adopt: dict[str, str]) -> None:
    found = imported(name, "--keep-offsets")
    assert found.connectors[key]["adopt"] == adopt
    assert "adopt" not in imported(name).connectors[key]


def test_the_history_of_an_older_release_is_kept_too(tmp_path: Path) -> None:
    """And what only its worker knows is left to be filled in, with where to find it."""
    found = given(tmp_path, json.dumps({"name": "Orders CDC", "config": CONFIG}), "--keep-offsets")
    assert found.connectors["orders-cdc"]["adopt"] == {
        "name": "Orders CDC",
        "offset_topic": "FILL_IN",
        "schema_history_topic": "dbhistory.orders",
    }
    assert found.status == 3
    (line,) = [line for line in found.notes("to do") if line.startswith("adopt.offset_topic")]
    assert "__amazon_msk_connect_offsets_NAME_ID" in line
    assert "adopt.name" in found.report  # MSK Connect has no such names


def test_without_keep_offsets_the_loss_of_offsets_is_reported(tmp_path: Path) -> None:
    found = given(tmp_path, json.dumps({"name": "orders", "config": CONFIG}))
    (line,) = [line for line in found.notes("dropped") if line.startswith("schema.history.internal.kafka.topic")]
    assert "--keep-offsets keeps this topic and the offsets" in line


def test_an_adopted_connector_is_deployed_with_its_name(tmp_path: Path, archive: Path) -> None:
    entry: dict[str, Any] = imported("garage.json", "--keep-offsets").document
    entry["plugins"]["debezium-mysql"]["archive"] = str(archive)
    content = {**changed(document("prod"), consumers=None), **entry}
    connect = synthesize(tmp_path / "out", content)["connect"]
    connector = connect.one("aws_mskconnect_connector")
    assert connector["name"] == "garage"
    assert connector["connector_configuration"]["signal.kafka.groupId"] == "kafka-signal"
    assert connector["connector_configuration"]["schema.history.internal.kafka.topic"] == "garage.history"
    worker = connect.one("aws_mskconnect_worker_configuration")["properties_file_content"]
    assert f"offset.storage.topic={DEFAULT}\n" in worker


def test_both_from_one_connect_cluster_share_its_offset_topic(archive: Path) -> None:
    entry = imported("ferry.yaml", "--keep-offsets").document
    entry["plugins"]["debezium-mysql"]["archive"] = str(archive)
    content = {**changed(document("prod"), consumers=None), **yaml.safe_load(yaml.safe_dump(entry))}
    connectors = Environment.model_validate({"name": "prod", **content}).connectors
    assert {one.adopt.offset_topic for one in connectors.values() if one.adopt} == {"ferry-connect-offsets"}


def test_json_has_entries_and_the_report(tmp_path: Path) -> None:
    file = tmp_path / "orders.json"
    file.write_text(json.dumps({"name": "orders", "config": CONFIG}))
    found = run(str(file), "--json", "--keep-offsets")
    printed = json.loads(found.output)
    assert printed["connectors"]["orders"]["source"]["tables"] == ["orders.orders"]
    assert printed["plugins"] == {"debezium-mysql": {"archive": "build/plugins/debezium-mysql.zip"}}
    assert {
        "connector": "orders",
        "kind": "moved",
        "property": "database.server.name",
        "from": "",
        "to": "topic.prefix",
        "why": "renamed in Debezium 2.0",
    } in printed["notes"]
    assert found.report == ""
