"""Incomplete plugins do not work."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from modules.debezium.configuration import CONNECTOR_CLASS, SECRET_PROVIDER_CLASS
from rehearsal.processes.programs import ProgramError
from tests.rehearsal.plugin import parts
from tests.rehearsal.plugin.conftest import SECRET_SETTINGS, StartWorker, unpacked
from tests.rehearsal.plugin.kafka import Broker
from tests.rehearsal.plugin.worker import RestError


def test_a_worker_does_not_start_without_the_provider(
    tmp_path: Path, start_worker: StartWorker, worker_configuration: Mapping[str, str]
) -> None:
    """The ZIP that is built where the provider cannot be downloaded."""
    archive = tmp_path / "incomplete.zip"
    build = ["plugin", "build", parts.PLUGIN, "--without", parts.PROVIDER, "--output", str(archive)]
    subprocess.run([sys.executable, "-m", "cdc.cli", *build], check=True)
    plugins = unpacked(archive, tmp_path / "plugins")
    with (
        start_worker("without-provider", plugins=plugins, properties=worker_configuration) as worker,
        pytest.raises(
            ProgramError, match=f"Invalid value {SECRET_PROVIDER_CLASS} for configuration {SECRET_SETTINGS}.class"
        ),
    ):
        worker.wait()


def test_a_connector_without_its_driver_is_listed_but_does_not_work(
    tmp_path: Path,
    broker: Broker,
    start_worker: StartWorker,
    built: Path,
    worker_configuration: Mapping[str, str],
    configuration: Mapping[str, str],
) -> None:
    plugins = unpacked(built, tmp_path)
    (driver,) = plugins.rglob("mysql-connector-j-*.jar")
    driver.unlink()
    properties = {**worker_configuration, f"{SECRET_SETTINGS}.class": parts.STAND_IN_CLASS}
    with start_worker("without-driver", plugins=plugins, properties=properties) as worker:
        broker.wait()
        worker.wait()
        assert CONNECTOR_CLASS in {plugin.class_name for plugin in worker.plugins()}
        with pytest.raises(RestError, match="NoClassDefFoundError: com/mysql/cj/jdbc/Driver"):
            worker.errors(CONNECTOR_CLASS, configuration)
