"""What an archive holds against the connectors that run from it: each finding, and the archive that has none."""

from dataclasses import replace
from pathlib import Path

import pytest

from modules.debezium.configuration import CONNECTOR_CLASS, SECRET_PROVIDER_CLASS
from modules.environment.environment import Environment
from modules.environment.loading import load, located
from modules.environment.plugin_archives import Contents, Findings, findings
from tests.unit.environment.environment_files import edited, write

ARCHIVE = "build/plugins/debezium-mysql.zip"
WHOLE = Contents(
    connectors=frozenset({CONNECTOR_CLASS}),
    config_providers=frozenset({SECRET_PROVIDER_CLASS}),
    kafkaconnect_versions=("3.7.x",),
    debezium_version="3.6.1.Final",
)


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    """Prod with an archive in its published plugin's place."""
    return load(write(tmp_path, edited({"plugins:": f"plugins: {{debezium-mysql: {{archive: {ARCHIVE}}}}}"})))


def of(environment: Environment, held: Contents | None) -> Findings:
    return findings(environment, look=lambda _: held)


def test_an_archive_with_all_of_it_suits(environment: Environment) -> None:
    assert of(environment, WHOLE) == Findings((), ())


def test_an_archive_nobody_looked_into_is_not_judged(environment: Environment) -> None:
    assert of(environment, None) == Findings((), ())


def test_what_is_not_known_is_not_held_against_it(environment: Environment) -> None:
    assert of(environment, replace(WHOLE, kafkaconnect_versions=None, debezium_version=None)) == Findings((), ())


@pytest.mark.parametrize(
    ("held", "path", "message"),
    [
        (
            replace(WHOLE, connectors=frozenset({"io.debezium.connector.postgresql.PostgresConnector"})),
            "plugins.debezium-mysql.archive",
            f"must hold {CONNECTOR_CLASS}; it holds io.debezium.connector.postgresql.PostgresConnector",
        ),
        (
            replace(WHOLE, connectors=frozenset()),
            "plugins.debezium-mysql.archive",
            f"must hold {CONNECTOR_CLASS}; it holds no connector",
        ),
        (
            replace(WHOLE, debezium_version="3.5.0.Final"),
            "plugins.debezium-mysql.debezium_version",
            "must be 3.5.0.Final, as the archive holds, got '3.6.1.Final'",
        ),
        (
            replace(WHOLE, kafkaconnect_versions=("2.7.1",)),
            "connectors.orders.kafkaconnect_version",
            "must be 2.7.1, which the archive of debezium-mysql was checked against, got '3.7.x'",
        ),
    ],
)
def test_what_no_worker_could_start(environment: Environment, held: Contents, path: str, message: str) -> None:
    (problem,) = of(environment, held).misfits
    assert str(problem) == f"{path}: {message}"


def test_the_config_provider_is_needed_by_connectors(environment: Environment) -> None:
    held = replace(WHOLE, config_providers=frozenset(), left_out=("msk-config-providers",))
    found = of(environment, held)
    assert found.misfits == ()
    (problem,) = found.lacking
    assert str(problem) == (
        f"plugins.debezium-mysql.archive: must hold {SECRET_PROVIDER_CLASS}, which reads the database's password for"
        " orders; it was built --without msk-config-providers; build it where every part can be fetched:"
        " cdc plugin build debezium-mysql"
    )


def test_a_plugin_without_connectors_needs_nothing(environment: Environment) -> None:
    unused = environment.model_copy(update={"connectors": {}})
    assert of(unused, replace(WHOLE, config_providers=frozenset())) == Findings((), ())


@pytest.mark.parametrize(
    ("archive", "remedy"),
    [
        (ARCHIVE, "cdc plugin build debezium-mysql"),
        ("elsewhere/mine.zip", "cdc plugin build debezium-mysql --output elsewhere/mine.zip"),
    ],
)
def test_a_missing_archive_names_the_command_that_makes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, archive: str, remedy: str
) -> None:
    monkeypatch.chdir(tmp_path)
    file = write(tmp_path, edited({"plugins:": f"plugins:\n  debezium-mysql:\n    archive: {archive}"}))
    (problem,) = located(findings(load(file)).misfits, file)
    line = next(n for n, text in enumerate(file.read_text().splitlines(), 1) if archive in text)
    assert str(problem) == (
        f"{file}:{line}: plugins.debezium-mysql.archive: cannot read {archive} (No such file or directory);"
        f" make it with: {remedy}"
    )


def test_a_published_plugin_is_not_looked_for_here(tmp_path: Path) -> None:
    assert findings(load(write(tmp_path, edited({})))) == Findings((), ())
