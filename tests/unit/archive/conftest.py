"""A worker built from bytes, and the real files that the lock file pins."""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from modules.archive.worker import Worker
from modules.artifacts.cache import Cache
from modules.artifacts.fetch import FetchErrors, fetch
from modules.artifacts.lock import File, load
from modules.artifacts.sources import sources
from tests.needs import missing
from tests.unit.archive.classes import make_worker


@pytest.fixture(scope="session")
def worker(tmp_path_factory: pytest.TempPathFactory) -> Worker:
    """Connect 3.7.x on Java 17, with the classes that the tests use."""
    return make_worker(tmp_path_factory.mktemp("worker"))


@pytest.fixture(scope="session")
def debezium_archive() -> Path:
    """Debezium's plugin archive."""
    (path,) = _fetched(load().sets["debezium-connector-mysql"].files).values()
    return path


@pytest.fixture(scope="session")
def workers() -> Mapping[str, Worker]:
    """The workers of MSK Connect with all their jars, by kafkaconnect_version."""
    pins = load()
    return {
        version: Worker(version, worker.java, tuple(_fetched(pins.sets[worker.jars].files).values()))
        for version, worker in pins.workers.items()
    }


def _fetched(files: Iterable[File]) -> dict[File, Path]:
    try:
        return fetch(files, sources=sources(os.environ.get("CDC_SOURCES", "").split()), cache=Cache())
    except FetchErrors as error:
        missing(str(error))
