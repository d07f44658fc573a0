"""The built plugin, and real workers that load it only."""

import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Protocol

import pytest

from modules.debezium.configuration import SECRET_PROVIDER
from modules.properties_file import parse
from rehearsal.processes.addresses import free_port
from tests.rehearsal.plugin import parts
from tests.rehearsal.plugin.kafka import Broker
from tests.rehearsal.plugin.worker import Worker
from tests.synthesized import Stack

USER = "cdc"
PASSWORD = "not-for-logs"
SECRET_SETTINGS = f"config.providers.{SECRET_PROVIDER}"


class StartWorker(Protocol):
    """A worker named ``name`` that is not ready yet, for a ``with`` block."""

    def __call__(
        self,
        name: str,
        *,
        plugins: Path,
        properties: Mapping[str, str],
        libraries: Path | None = None,
        variables: Mapping[str, str] | None = None,
    ) -> Worker: ...


@pytest.fixture(scope="package")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    libraries = parts.libraries("kafka-3.9", tmp_path_factory.mktemp("kafka-libraries"))
    with Broker(libraries=libraries, folder=tmp_path_factory.mktemp("broker")) as running:
        yield running


@pytest.fixture(scope="package")
def connect_libraries(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return parts.libraries("connect-3.7", tmp_path_factory.mktemp("connect-libraries"))


@pytest.fixture(scope="package")
def start_worker(tmp_path_factory: pytest.TempPathFactory, broker: Broker, connect_libraries: Path) -> StartWorker:
    def start(
        name: str,
        *,
        plugins: Path,
        properties: Mapping[str, str],
        libraries: Path | None = None,
        variables: Mapping[str, str] | None = None,
    ) -> Worker:
        return Worker(
            libraries=libraries or connect_libraries,
            folder=tmp_path_factory.mktemp(name),
            plugin_path=plugins,
            bootstrap=broker.address,
            properties=properties,
            variables=variables,
        )

    return start


@pytest.fixture(scope="package")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The plugin with a provider from Maven Central instead of AWS's."""
    return parts.with_stand_in(tmp_path_factory.mktemp("built"))


def unpacked(archive: Path, folder: Path) -> Path:
    """Unpacks a plugin's ZIP to a folder on the worker's plugin path, as MSK Connect does."""
    with zipfile.ZipFile(archive) as bundle:
        bundle.extractall(folder)
    return folder


@pytest.fixture(scope="package")
def plugins(tmp_path_factory: pytest.TempPathFactory, built: Path) -> Path:
    """The worker's plugin path."""
    return unpacked(built, tmp_path_factory.mktemp("plugins"))


@pytest.fixture(scope="package")
def worker_configuration(prod: Mapping[str, Stack]) -> dict[str, str]:
    """The worker configuration synthesized for the production example."""
    return parse(prod["connect"].one("aws_mskconnect_worker_configuration")["properties_file_content"])


@pytest.fixture(scope="package")
def running_worker(
    broker: Broker, start_worker: StartWorker, plugins: Path, worker_configuration: dict[str, str]
) -> Iterator[Worker]:
    with start_worker(
        "worker",
        plugins=plugins,
        properties={**worker_configuration, f"{SECRET_SETTINGS}.class": parts.STAND_IN_CLASS},
        # The stand-in looks for a secret's keys in the environment, whatever the secret's name.
        variables={"username": USER, "password": PASSWORD},
    ) as worker:
        broker.wait()
        worker.wait()
        yield worker


@pytest.fixture
def worker(running_worker: Worker) -> Iterator[Worker]:
    """A worker with the plugin; a failed test shows its log."""
    yield running_worker
    print(running_worker.tail())


@pytest.fixture(scope="package")
def configuration(prod: Mapping[str, Stack], broker: Broker) -> dict[str, str]:
    """The production example's connector as the worker gets it, with a database address where nothing listens.

    Terraform's escapes are undone, and its look-ups answered with what is here.
    """
    given: dict[str, str] = prod["connect"].one("aws_mskconnect_connector")["connector_configuration"]
    here = {
        "database.hostname": "127.0.0.1",
        "database.port": str(free_port()),
        "schema.history.internal.kafka.bootstrap.servers": broker.address,
    }
    assert here.keys() == {key for key, value in given.items() if value.startswith("${")}
    unescaped = {key: value.replace("$${", "${").replace("%%{", "%{") for key, value in given.items()}
    return {"name": "orders", **unescaped, **here}
