"""The real Debezium, checked against the workers of MSK Connect: the results match real workers."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from modules.archive.inspection import Inspection, inspect
from modules.archive.worker import Worker

WORKERS_OWN = ("connect-api", "jakarta.ws.rs-api", "kafka-clients", "lz4-java", "slf4j-api", "snappy-java", "zstd-jni")


@pytest.fixture(scope="module")
def debezium(debezium_archive: Path, workers: Mapping[str, Worker]) -> Inspection:
    return inspect(debezium_archive, list(workers.values()))


def refused(debezium: Inspection, version: str) -> list[str]:
    (verdict,) = (verdict for verdict in debezium.verdicts if verdict.kafkaconnect_version == version)
    return [str(refusal) for refusal in verdict.refusals]


def test_its_plugins(debezium: Inspection) -> None:
    assert debezium.connectors == ("io.debezium.connector.mysql.MySqlConnector",)
    assert {"io.debezium.transforms.ExtractNewRecordState", "io.debezium.transforms.outbox.EventRouter"} <= set(
        debezium.transforms
    )
    assert debezium.config_providers == ()


def test_its_jars_that_the_worker_has(debezium: Inspection) -> None:
    assert [name.rpartition("-")[0] for name in debezium.worker_owned if "zstd" not in name] == list(WORKERS_OWN[:-1])
    assert any(name.startswith(WORKERS_OWN[-1]) for name in debezium.worker_owned)


def test_the_library_of_every_jar_is_known(debezium: Inspection) -> None:
    assert all(library.version for jar in debezium.jars for library in jar.libraries)


def test_it_runs_on_connect_3_7(debezium: Inspection) -> None:
    assert debezium.java == 17
    assert refused(debezium, "3.7.x") == []


def test_it_does_not_run_on_connect_2_7(debezium: Inspection) -> None:
    lines = refused(debezium, "2.7.1")
    assert sum("must be for Java 11 or older" in line for line in lines) > 5
    lacking = [line.partition("does not have: ")[2].partition(";")[0] for line in lines if "does not have" in line]
    assert lacking == [
        "org.apache.kafka.connect.source.ExactlyOnceSupport",
        "org.apache.kafka.clients.admin.DescribeTopicsResult.topicNameValues()",
    ]
