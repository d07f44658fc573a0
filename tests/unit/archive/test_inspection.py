"""Any archive can be inspected: one built here, one of others, and a single jar."""

import json
from pathlib import Path

from modules.archive.build import Part, assemble, describe, write
from modules.archive.inspection import inspect
from modules.archive.worker import Worker
from tests.unit.archive.classes import CONNECT, class_file, connector, jar_bytes, make_worker, pom, zipped

NAME = "org.example.Connector"
JAR = jar_bytes(connector(java=11), pom("org.example", "connector", "1", "MIT"))
KAFKA = jar_bytes(["org/apache/kafka/clients/A"])


def placed(folder: Path, data: bytes, name: str = "foreign.zip") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def built_here(folder: Path, worker: Worker) -> Path:
    part = Part("connector", "org.example:connector:1", "1", "MIT", "connector-1.jar", placed(folder, JAR, "part"))
    assembly = assemble("orders", [part], workers=[worker])
    write(assembly, describe(assembly, connector=NAME, workers=[worker]), folder / "orders.zip")
    return folder / "orders.zip"


def test_an_archive_that_was_not_built_here(tmp_path: Path, worker: Worker) -> None:
    data = zipped({"a/connector-1.jar": JAR, "b/kafka-clients-4.3.0.jar": KAFKA, "README.md": "x"})
    found = inspect(placed(tmp_path, data), [worker])
    assert (found.name, found.size, found.java, found.manifest) == ("foreign.zip", len(data), 11, None)
    assert [(jar.name, jar.size) for jar in found.jars] == [("connector-1.jar", len(JAR))]
    assert [(library.coordinates, library.licences) for library in found.jars[0].libraries] == [
        ("org.example:connector:1", ("MIT",))
    ]
    assert found.worker_owned == ("kafka-clients-4.3.0.jar",)
    assert (found.connectors, found.versions) == ((NAME,), {NAME: "1"})
    assert [(verdict.kafkaconnect_version, verdict.runs) for verdict in found.verdicts] == [("3.7.x", True)]


def test_each_worker_has_a_verdict(tmp_path: Path, worker: Worker) -> None:
    older = make_worker(tmp_path, version="2.7.1", java=8)
    found = inspect(placed(tmp_path, zipped({"connector-1.jar": JAR})), [older, worker])
    assert [verdict.runs for verdict in found.verdicts] == [False, True]
    assert "must be for Java 8 or older" in found.verdicts[0].refusals[0].reason


def test_a_single_jar(tmp_path: Path) -> None:
    found = inspect(placed(tmp_path, JAR, "connector-1.jar"))
    assert ([jar.name for jar in found.jars], found.connectors) == (["connector-1.jar"], (NAME,))


def test_jars_of_one_name_are_shown_with_their_folders(tmp_path: Path) -> None:
    found = inspect(placed(tmp_path, zipped({"x/a-1.jar": JAR, "y/a-1.jar": JAR, "b-1.jar": JAR})))
    assert [jar.name for jar in found.jars] == ["b-1.jar", "x/a-1.jar", "y/a-1.jar"]
    assert found.repeated == {"org.example:connector:1": ("b-1.jar", "x/a-1.jar", "y/a-1.jar")}


def test_an_empty_archive(tmp_path: Path, worker: Worker) -> None:
    found = inspect(placed(tmp_path, zipped({"README.md": "x"})), [worker])
    assert [refusal.reason for refusal in found.verdicts[0].refusals] == [
        "must contain a source or sink connector, got none; add the connector's own archive"
    ]


def test_an_archive_built_here_matches_its_manifest(tmp_path: Path, worker: Worker) -> None:
    found = inspect(built_here(tmp_path, worker), [worker])
    assert found.manifest is not None
    assert found.manifest.connectors == found.connectors
    assert found.verdicts[0].runs


def test_an_archive_built_here_with_another_jar_is_refused(tmp_path: Path, worker: Worker) -> None:
    manifest = inspect(built_here(tmp_path, worker)).manifest
    assert manifest is not None
    newer = jar_bytes(connector(java=17))
    data = zipped({"orders/connector-1.jar": newer, "orders/more.jar": KAFKA, "orders/plugin.json": manifest.dump()})
    reasons = [str(refusal) for refusal in inspect(placed(tmp_path, data), [worker]).verdicts[0].refusals]
    assert [reason.partition(", got")[0] for reason in reasons] == [
        f"connector-1.jar: must be sha256 {manifest.jars[0].sha256}, as in plugin.json",
        "more.jar: must be left out, as in plugin.json",
    ]


def test_it_is_json(tmp_path: Path, worker: Worker) -> None:
    unlinked = jar_bytes(connector(classes=[f"{CONNECT}/Newer"]) | {"a/A": class_file("a/A")})
    document = json.loads(inspect(placed(tmp_path, zipped({"a-1.jar": unlinked})), [worker]).model_dump_json())
    (refusal,) = document["verdicts"][0]["refusals"]
    assert (refusal["jar"], refusal["class_name"]) == ("a-1.jar", NAME)
