"""What a real worker finds in the plugin is what the inspection reports."""

from pathlib import Path

import pytest

from modules.archive.inspection import Inspection, inspect
from modules.debezium.configuration import CONNECTOR_CLASS
from tests.rehearsal.plugin import parts
from tests.rehearsal.plugin.worker import Plugin, Worker

PROMISED = {
    ("source", CONNECTOR_CLASS),
    ("transformation", "io.debezium.transforms.ByLogicalTableRouter"),
    ("transformation", "io.debezium.transforms.ExtractNewRecordState"),
    ("transformation", "io.debezium.transforms.outbox.EventRouter"),
    ("converter", "io.debezium.converters.CloudEventsConverter"),
    ("header_converter", "io.debezium.converters.BinaryDataConverter"),
}


@pytest.fixture(scope="module")
def inspection(built: Path) -> Inspection:
    return inspect(built, [parts.worker()])


@pytest.fixture
def scanned(worker: Worker) -> frozenset[Plugin]:
    """The worker's plugins without its own classes, which have Kafka's version."""
    return frozenset(p for p in worker.plugins() if not (p.class_name.startswith("org.apache.kafka.") and p.version))


def inspected(inspection: Inspection) -> set[tuple[str, str]]:
    """The kinds as the worker names them. It does not list config providers; test_secret covers these."""
    kinds = {
        "source": inspection.connectors,
        "transformation": inspection.transforms,
        "predicate": inspection.predicates,
        "converter": inspection.converters,
        "header_converter": inspection.header_converters,
    }
    return {(kind, name) for kind, names in kinds.items() for name in names}


def test_the_worker_finds_debezium(scanned: frozenset[Plugin]) -> None:
    assert {(plugin.type, plugin.class_name) for plugin in scanned} >= PROMISED


def test_the_worker_finds_what_was_inspected_and_nothing_else(
    scanned: frozenset[Plugin], inspection: Inspection
) -> None:
    assert {(plugin.type, plugin.class_name) for plugin in scanned} == inspected(inspection)


def test_the_worker_finds_the_versions_that_were_inspected(scanned: frozenset[Plugin], inspection: Inspection) -> None:
    assert {plugin.class_name: plugin.version for plugin in scanned} == {
        plugin.class_name: inspection.versions.get(plugin.class_name) for plugin in scanned
    }


def test_the_manifest_says_the_same(inspection: Inspection) -> None:
    manifest = inspection.manifest
    assert manifest is not None
    kinds = {"connectors", "transforms", "predicates", "converters", "header_converters", "config_providers"}
    assert manifest.model_dump(include=kinds) == inspection.model_dump(include=kinds)
    assert parts.STAND_IN_CLASS in manifest.config_providers
