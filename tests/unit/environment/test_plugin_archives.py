"""Checks of plugin archives: each finding, and an archive without any."""

from dataclasses import replace
from pathlib import Path

import pytest

from modules.debezium import lag
from modules.debezium.configuration import CONNECTOR_CLASS, IMPORT_PROVIDER_CLASS, SECRET_PROVIDER_CLASS
from modules.environment.environment import Environment
from modules.environment.loading import load, located
from modules.environment.models.alarms import Alarms
from modules.environment.plugin_archives import Contents, Findings, findings
from modules.messages.problems import shown
from tests.unit.environment.environment_files import PROPERTY, edited, write

ARCHIVE = "build/plugins/debezium-mysql.zip"
ARCHIVED = {"plugins:": f"plugins: {{debezium-mysql: {{archive: {ARCHIVE}}}}}"}
COMPLETE = Contents(
    connectors=frozenset({CONNECTOR_CLASS}),
    config_providers=frozenset({SECRET_PROVIDER_CLASS}),
    kafkaconnect_versions=("3.7.x",),
    debezium_version="3.6.1.Final",
    classes={"transforms": frozenset({lag.CLASS})},
)


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    """Prod with an archive instead of its published plugin."""
    return load(write(tmp_path, edited(ARCHIVED)))


def of(environment: Environment, contents: Contents | None) -> Findings:
    return findings(environment, look=lambda _: contents)


def test_a_complete_archive_has_no_finding(environment: Environment) -> None:
    assert of(environment, COMPLETE) == Findings((), ())


def test_an_unknown_archive_may_not_measure_the_lag(environment: Environment) -> None:
    found = of(environment, None)
    assert (found.errors, found.on_msk_connect) == ((), ())
    (problem,) = found.advice
    assert str(problem) == (
        "plugins.debezium-mysql.archive: the lag of its connectors is not measured, the archive has no cdc.Lag:"
        " build it with `cdc plugin build`, or set alarms.lag to false"
    )


@pytest.mark.parametrize("contents", [None, replace(COMPLETE, classes={})], ids=["unknown", "without"])
def test_a_lag_that_nobody_wants_is_not_missed(environment: Environment, contents: Contents | None) -> None:
    silent = environment.model_copy(update={"alarms": Alarms(lag=False)})
    assert of(silent, contents).advice == ()


def test_unknown_versions_are_no_finding(environment: Environment) -> None:
    assert of(environment, replace(COMPLETE, kafkaconnect_versions=None, debezium_version=None)) == Findings((), ())


@pytest.mark.parametrize(
    ("contents", "path", "message"),
    [
        (
            replace(COMPLETE, connectors=frozenset({"io.debezium.connector.postgresql.PostgresConnector"})),
            "plugins.debezium-mysql.archive",
            f"must contain {CONNECTOR_CLASS}; it contains io.debezium.connector.postgresql.PostgresConnector",
        ),
        (
            replace(COMPLETE, connectors=frozenset()),
            "plugins.debezium-mysql.archive",
            f"must contain {CONNECTOR_CLASS}; it contains no connector",
        ),
        (
            replace(COMPLETE, debezium_version="3.5.0.Final"),
            "plugins.debezium-mysql.debezium_version",
            "must be 3.5.0.Final, the version in the archive, got '3.6.1.Final'",
        ),
        (
            replace(COMPLETE, kafkaconnect_versions=("2.7.1",)),
            "connectors.orders.kafkaconnect_version",
            "must be 2.7.1, which the archive of debezium-mysql was checked against, got '3.7.x'",
        ),
    ],
)
def test_errors_on_any_worker(environment: Environment, contents: Contents, path: str, message: str) -> None:
    (problem,) = of(environment, contents).errors
    assert str(problem) == f"{path}: {message}"


def test_the_config_provider_is_needed_by_connectors(environment: Environment) -> None:
    contents = replace(COMPLETE, config_providers=frozenset(), left_out=("msk-config-providers",))
    found = of(environment, contents)
    assert found.errors == ()
    (problem,) = found.on_msk_connect
    assert str(problem) == (
        f"plugins.debezium-mysql.archive: must contain {SECRET_PROVIDER_CLASS}, which reads the database's password for"
        " orders; it was built --without msk-config-providers; build it where every part can be downloaded:"
        " cdc plugin build debezium-mysql"
    )


@pytest.mark.parametrize(("provided", "complete"), [((IMPORT_PROVIDER_CLASS,), True), ((), False)])
def test_a_bundle_needs_the_provider_of_files(tmp_path: Path, provided: tuple[str, ...], complete: bool) -> None:
    tls = {"server_id: 5401": "tls: {ca_bundle: a.pem}\n      server_id: 5401"}
    environment = load(write(tmp_path, edited({**ARCHIVED, **tls})))
    found = of(environment, replace(COMPLETE, config_providers=frozenset((SECRET_PROVIDER_CLASS, *provided))))
    said = [str(problem) for problem in found.on_msk_connect]
    needed = f"must contain {IMPORT_PROVIDER_CLASS}, which reads source.tls.ca_bundle for orders"
    assert said == ([] if complete else [f"plugins.debezium-mysql.archive: {needed}"])


def test_a_plugin_without_connectors_needs_nothing(environment: Environment) -> None:
    unused = environment.model_copy(update={"connectors": {}})
    assert of(unused, replace(COMPLETE, config_providers=frozenset())) == Findings((), ())


@pytest.mark.parametrize(
    ("archive", "remedy"),
    [
        (ARCHIVE, "cdc plugin build debezium-mysql"),
        ("elsewhere/mine.zip", "cdc plugin build debezium-mysql --output elsewhere/mine.zip"),
    ],
)
def test_a_missing_archive_names_the_command_that_builds_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, archive: str, remedy: str
) -> None:
    monkeypatch.chdir(tmp_path)
    file = write(tmp_path, edited({"plugins:": f"plugins:\n  debezium-mysql:\n    archive: {archive}"}))
    (problem,) = located(findings(load(file)).errors, file)
    line = next(n for n, text in enumerate(file.read_text().splitlines(), 1) if archive in text)
    assert str(problem) == (
        f"{file}:{line}: plugins.debezium-mysql.archive: cannot read {archive} (No such file or directory);"
        f" build it with: {remedy}"
    )


def test_a_published_plugin_is_not_read(tmp_path: Path) -> None:
    assert findings(load(write(tmp_path, edited({})))) == Findings((), ())


def test_a_published_plugin_may_not_measure_the_lag(tmp_path: Path) -> None:
    (problem,) = findings(load(write(tmp_path, edited({"lag: true": "lag: false"})))).advice
    assert str(problem) == (
        "plugins.debezium-mysql: the lag of its connectors is not measured: set lag to true if `cdc plugin build` made"
        " it with cdc.Lag, or alarms.lag to false"
    )


CLASSES = {
    "transforms": frozenset({"com.example.Tokenize", "io.debezium.transforms.Filter", lag.CLASS}),
    "predicates": frozenset[str](),
    "converters": frozenset({"com.example.Avro"}),
}


def with_transform(tmp_path: Path, name: str) -> Environment:
    plugin = f"plugins: {{debezium-mysql: {{archive: {ARCHIVE}}}}}"
    properties = f"transforms: t\n      transforms.t.type: {name}"
    return load(write(tmp_path, edited({"plugins:": plugin, PROPERTY: properties})))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("com.example.Tokenise", "must be a class of the plugin or of the worker (did you mean com.example.Tokenize?)"),
        ("io.debezium.transforms.ContentBasedRoute", "must be a class of the plugin or of the worker"),
        ("com.example.Avro", "must be a class of the plugin or of the worker"),
    ],
)
def test_a_class_that_the_archive_does_not_hold_is_refused(name: str, text: str, tmp_path: Path) -> None:
    [problem] = of(with_transform(tmp_path, name), replace(COMPLETE, classes=CLASSES)).errors
    assert shown(problem.path) == "connectors.orders.properties.transforms.t.type"
    assert text in problem.message


@pytest.mark.parametrize(
    "name",
    [
        "com.example.Tokenize",
        "io.debezium.transforms.Filter",
        "io.debezium.transforms.ExtractNewRecordState",
        "org.apache.kafka.connect.transforms.Flatten$Value\n      transforms.t.delimiter: _",
    ],
)
def test_a_class_of_the_archive_or_of_the_worker_is_taken(name: str, tmp_path: Path) -> None:
    environment = with_transform(tmp_path, name)
    assert of(environment, replace(COMPLETE, classes=CLASSES)) == Findings((), ())
    assert of(environment, replace(COMPLETE, classes={})).errors == ()


AVRO = "com.amazonaws.services.schemaregistry.kafkaconnect.AWSKafkaAvroConverter"


@pytest.mark.parametrize(
    ("converters", "refused"), [({AVRO}, False), ({"x.Y"}, True), (None, False)], ids=["has it", "lacks it", "unknown"]
)
def test_the_archive_has_the_converter_of_the_format(
    tmp_path: Path, converters: set[str] | None, *, refused: bool
) -> None:
    registry = "\nschema_registry: {kind: glue, name: cdc}\nplugins:"
    edits = {"\nplugins:": registry, "heartbeat_seconds: 10": "format: avro"}
    text = edited({"plugins:": f"plugins: {{debezium-mysql: {{archive: {ARCHIVE}}}}}", **edits})
    contents = replace(COMPLETE, classes={} if converters is None else {"converters": frozenset(converters)})
    errors = of(load(write(tmp_path, text)), contents).errors
    assert [shown(error.path) for error in errors] == ["connectors.orders.format"] * refused
    if refused:
        assert f"contains {AVRO}; build it with: cdc plugin build debezium-mysql --with glue-schema-registry" in str(
            errors[0]
        )


@pytest.mark.parametrize(("kind", "elsewhere"), [("confluent", True), ("apicurio", False)])
def test_a_converter_of_another_repository_needs_a_source(tmp_path: Path, kind: str, *, elsewhere: bool) -> None:
    registry = f"\nschema_registry: {{kind: {kind}, url: 'https://registry.example'}}\nplugins:"
    edits = {"\nplugins:": registry, "heartbeat_seconds: 10": "format: avro"}
    text = edited({"plugins:": f"plugins: {{debezium-mysql: {{archive: {ARCHIVE}}}}}", **edits})
    contents = replace(COMPLETE, classes={"converters": frozenset({"x.Y"})})
    [error] = of(load(write(tmp_path, text)), contents).errors
    assert f"--with {kind}-converter" in str(error)
    assert ("the --source that docs/plugins.md names" in str(error)) is elsewhere


@pytest.mark.parametrize(("format_", "parts"), [("avro", " --with glue-schema-registry"), ("json", "")])
def test_a_missing_archive_is_built_with_the_converter_of_the_format(tmp_path: Path, format_: str, parts: str) -> None:
    registry = "\nschema_registry: {kind: glue, name: cdc}\nplugins:"
    edits = {"\nplugins:": registry, "heartbeat_seconds: 10": f"format: {format_}"}
    text = edited({"plugins:": "plugins: {debezium-mysql: {archive: build/plugins/none.zip}}", **edits})
    (problem,) = findings(load(write(tmp_path, text))).errors
    assert str(problem).endswith(f"cdc plugin build debezium-mysql{parts} --output build/plugins/none.zip")
