"""Connectors in every format become valid entries that deploy the same configuration."""

import json
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from modules.debezium import failover
from modules.environment.environment import Environment
from modules.environment.loading import load, warnings
from modules.messages.problems import shown
from rehearsal.iam.tls import CertificateAuthority
from tests.cdc.imports.importing import INPUTS, WORKERS, Imported, given, imported
from tests.synthesized import Document, Stack, changed, document, synthesize

EXPECTED: Final[dict[str, dict[str, dict[str, str]]]] = yaml.safe_load(
    Path(__file__).with_name("expected.yaml").read_text()
)
# Properties of every connector; expected.yaml has the others, and different values.
STANDARD: Final = {
    "config.action.reload": "none",
    "connect.keep.alive.interval.ms": "20000",
    "connector.class": "io.debezium.connector.mysql.MySqlConnector",
    "database.ssl.mode": "required",
    "event.converting.failure.handling.mode": "fail",
    "heartbeat.interval.ms": "10000",
    "max.queue.size.in.bytes": "67108864",
    "retriable.restart.connector.wait.ms": "90000",
    "schema.history.internal.store.only.captured.databases.ddl": "true",
    "snapshot.locking.mode": "none",
    "snapshot.mode": "initial",
    "tasks.max": "1",
    "topic.creation.default.partitions": "1",
    "topic.creation.default.replication.factor": "-1",
}
# With a release of Debezium that needs it.
RETRIED: Final = {"internal.custom.retriable.exception": failover.COMMUNICATION}
# Without locks.
ISOLATED: Final = {
    "driver.alwaysSendSetIsolation": "false",
    "driver.sessionVariables": "transaction_isolation='READ-COMMITTED'",
}
# Known to a deploy only, or the same for all clients.
CONNECTION: Final = (
    *("database.hostname", "database.port", "database.user", "database.password"),
    "database.ssl.truststore",
)
CLIENTS: Final = (".producer.", ".consumer.", ".bootstrap.servers")
# Sinks and other databases beside them, a worker of an old version, and authorities that only the user has: reported,
# and looked at below.
INCOMPLETE: Final = {"bookings.json": 3, "cluster.json": 3, "museum.json": 3}
# Allowed, and worth a second thought: a lock, keys that are texts, and snapshots that miss what comes later.
WARNED: Final = {
    "connectors.bakery.snapshot.locking",
    "connectors.museum-exhibits.properties.key.converter",
    "connectors.studio-mixes.snapshot.mode",
    "connectors.studio-takes.snapshot.mode",
    "connectors.tickets.snapshot.mode",
    "connectors.wiki.properties.key.converter",
}


@pytest.fixture(scope="module")
def runs() -> dict[str, Imported]:
    return {name: imported(name) for name in EXPECTED}


@pytest.fixture(scope="module")
def content(runs: dict[str, Imported], archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Document:
    """An environment file with all that was imported, and the file that one of them needs."""
    base = changed(document("prod"), consumers=None)
    plugins: Document = {}
    connectors: Document = {}
    for run in runs.values():
        plugins |= run.document["plugins"]
        connectors |= run.connectors
    for plugin in plugins.values():
        plugin["archive"] = str(archive)
    bundle = CertificateAuthority().write_certificate(tmp_path_factory.mktemp("certificates") / "ca.pem")
    assert connectors["hotel-bookings"]["source"]["tls"] == {"verify": "identity", "ca_bundle": "FILL_IN"}
    connectors["hotel-bookings"]["source"]["tls"]["ca_bundle"] = str(bundle)
    return {**base, "plugins": plugins, "connectors": connectors}


@pytest.fixture(scope="module")
def connect(content: Document, tmp_path_factory: pytest.TempPathFactory) -> Stack:
    return synthesize(tmp_path_factory.mktemp("imported"), content)["connect"]


def test_every_input_is_expected() -> None:
    assert {file.name for file in INPUTS.iterdir()} == {*EXPECTED, *WORKERS.values()}
    assert sum(map(len, EXPECTED.values())) >= 30


@pytest.mark.parametrize("name", EXPECTED)
def test_the_exit_status_is_3_if_something_is_left(name: str, runs: dict[str, Imported]) -> None:
    run = runs[name]
    assert run.status == INCOMPLETE.get(name, 0), run.report
    assert list(run.connectors) == list(EXPECTED[name])
    assert ("# " in run.output) == (name in INCOMPLETE)


def test_imported_entries_pass_the_checks(content: Document, tmp_path: Path) -> None:
    file = tmp_path / "prod.yaml"
    file.write_text(yaml.safe_dump(content))
    environment = load(file)
    assert {shown(problem.path) for problem in warnings(environment, file)} == WARNED


@pytest.mark.parametrize(("name", "key"), [(name, key) for name, connectors in EXPECTED.items() for key in connectors])
def test_an_entry_deploys_what_the_connector_had(name: str, key: str, content: Document, connect: Stack) -> None:
    deployed = connect.one("aws_mskconnect_connector", f"connectors/{key}/connector")["connector_configuration"]
    generated = {
        property_: value.replace("$${", "${").replace("%%{", "%{")
        for property_, value in deployed.items()
        if property_ not in CONNECTION and not any(part in property_ for part in CLIENTS)
    }
    expected = EXPECTED[name][key]
    history = {"schema.history.internal.kafka.topic": f"schema-history.{expected['topic.prefix']}"}
    plugin = content["plugins"][content["connectors"][key]["plugin"]]
    retried = {} if plugin.get("debezium_version", "").startswith("2.") else RETRIED
    locked = "snapshot.locking.mode" in expected
    polled = {"signal.kafka.poll.timeout.ms": "1000"} if "signal.kafka.topic" in expected else {}
    assert generated == STANDARD | ({} if locked else ISOLATED) | retried | history | polled | expected


@pytest.mark.parametrize("name", EXPECTED)
def test_every_property_is_kept_or_in_the_report(name: str, runs: dict[str, Imported]) -> None:
    """Nothing is lost on the way: what is not among the entry's properties with its value has a line."""
    run = runs[name]
    reported = {line.split(": ", 2)[2].split(" ")[0].rstrip(":") for line in run.report.splitlines()[:-1]}
    for key, value in _properties(name):
        kept = [entry.get("properties", {}).get(key) for entry in run.connectors.values()]
        assert any(str(each).lower() == value.lower() for each in kept) or key in reported, key


def _properties(name: str) -> list[tuple[str, str]]:
    """Of the inputs that are plain JSON, by a reading of the test's own."""
    if not name.endswith(".json") or name in ("kitchen.template.json", "orchestra.tf.json", "vineyard.json"):
        return []
    found: list[tuple[str, str]] = []
    waiting: list[Any] = [yaml.safe_load((INPUTS / name).read_text())]
    for node in waiting:
        if isinstance(node, list):
            waiting += node
        elif isinstance(node, dict):
            if node.get("connector.class") == STANDARD["connector.class"]:
                found += [(key, str(value)) for key, value in node.items() if key not in ("name", "tasks.max")]
            waiting += node.values()
    assert found
    return found


def test_imported_entries_are_a_valid_environment(content: Document) -> None:
    assert len(Environment.model_validate({"name": "prod", **content}).connectors) >= 30


PLUGIN_ARN: Final = (
    "arn:aws:kafkaconnect:us-east-1:123456789012:custom-plugin/dbz/99998888-7777-4666-8555-444433332222-1"
)


@pytest.mark.parametrize(("version", "plugin"), [("2.7.1", "debezium-mysql-2"), ("3.7.x", "debezium-mysql")])
def test_a_custom_plugin_can_be_kept(version: str, plugin: str, tmp_path: Path) -> None:
    described = {
        "connectorName": "shop",
        "kafkaConnectVersion": version,
        "connectorConfiguration": {"connector.class": "io.debezium.connector.mysql.MySqlConnector"},
        "plugins": [{"customPlugin": {"customPluginArn": PLUGIN_ARN, "revision": 2}}],
    }
    found = given(tmp_path, json.dumps(described))
    assert list(found.document["plugins"]) == [plugin]
    [line] = [one for one in found.notes("dropped") if one.startswith("plugins ")]
    assert f"built with: cdc plugin build {plugin};" in line
    assert f"set plugins.{plugin} to {{arn: {PLUGIN_ARN}, revision, debezium_version}}" in line
