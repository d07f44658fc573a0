"""A connector of somebody's own Connect cluster, imported with its offsets: the new one resumes where it stopped."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from modules.debezium import configuration, topics
from modules.environment.environment import Environment
from rehearsal.aws.backends import ConnectorSpec
from rehearsal.connect.connector import RunningConnector
from tests.cdc.imports.importing import run
from tests.rehearsal.connect.lab import HOST, REGION, SECRET, Lab, running
from tests.synthesized import document

# As its owners have it: names of Debezium 1.9 do not run any more, everything else is theirs.
NAME = "Shop_Customers"
THEIRS = {
    "connector.class": "io.debezium.connector.mysql.MySqlConnector",
    "tasks.max": "1",
    "database.hostname": HOST,
    "database.port": "3306",
    "database.user": f"${{secretsmanager:{SECRET}:username}}",
    "database.password": f"${{secretsmanager:{SECRET}:password}}",
    "database.server.id": "77001",
    "topic.prefix": "shop",
    "table.include.list": "shop.customers",
    "schema.history.internal.kafka.topic": "dbhistory.shop",
    "snapshot.locking.mode": "none",
    "topic.creation.default.partitions": "1",
    "topic.creation.default.replication.factor": "-1",
}
WORKER = {
    **configuration.worker_properties(region=REGION, offset_topic="connect-offsets"),
    "offset.flush.interval.ms": "5000",
}


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with running(tmp_path_factory.mktemp("lab")) as servers:
        yield servers


def theirs(lab: Lab) -> ConnectorSpec:
    brokers = {"schema.history.internal.kafka.bootstrap.servers": lab.servers.cluster.bootstrap}
    return replace(lab.spec, name=NAME, configuration=THEIRS | brokers, worker_configuration=WORKER)


def adopting(lab: Lab, folder: Path) -> ConnectorSpec:
    """As it is deployed from the entry that cdc import prints."""
    (file := folder / "customers.json").write_text(json.dumps({"name": NAME, "config": theirs(lab).configuration}))
    worker = folder / "worker.properties"
    worker.write_text("".join(f"{key}={value}\n" for key, value in WORKER.items()))
    imported = run(str(file), str(worker), "--keep-offsets")
    (key,) = imported.connectors
    content = {**document("dev"), "consumers": {}, **yaml.safe_load(imported.output)}
    config = Environment(name="dev", **content).connectors[key]
    assert config.adopt is not None
    connection = configuration.connection_properties(
        config, hostname=HOST, port="3306", bootstrap=lab.servers.cluster.bootstrap
    )
    return replace(
        lab.spec,
        name=config.adopt.name,
        configuration=configuration.connector_properties(config) | connection,
        worker_configuration=configuration.worker_properties(
            region=REGION, offset_topic=topics.offsets_of(config, name=config.adopt.name)
        ),
    )


def test_an_adopted_connector_resumes_without_a_snapshot(lab: Lab, tmp_path: Path) -> None:
    before: RunningConnector = lab.connectors(theirs(lab))
    lab.wait_for("r", "Ada")
    lab.sql("INSERT INTO shop.customers (name) VALUES ('Grace')")
    lab.wait_for("c", "Grace")
    before.stop()
    lab.sql("INSERT INTO shop.customers (name) VALUES ('Edsger')")
    after: RunningConnector = lab.connectors(adopting(lab, tmp_path))
    try:
        lab.sql("INSERT INTO shop.customers (name) VALUES ('Barbara')")
        lab.wait_for("c", "Barbara")
        assert lab.events() == [("r", "Ada"), ("c", "Grace"), ("c", "Edsger"), ("c", "Barbara")]
    finally:
        after.stop()
