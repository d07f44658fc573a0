"""The pinned jars and the plugin built from them, from the cache or from the sources in ``CDC_SOURCES``."""

import os
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Final

import pytest

from cdc.plugin import building
from modules.archive.worker import Worker
from modules.artifacts.cache import Cache
from modules.artifacts.fetch import FetchErrors, fetch
from modules.artifacts.lock import File, Lock, load
from modules.artifacts.sources import sources
from modules.artifacts.transport import Policy
from tests.needs import missing

PLUGIN: Final = "debezium-mysql"
PROVIDER: Final = "msk-config-providers"
# A provider on Maven Central, for machines that cannot reach the site of PROVIDER.
STAND_IN: Final = "kafka-env-var-config-provider"
STAND_IN_CLASS: Final = "io.strimzi.kafka.EnvVarConfigProvider"
KAFKACONNECT: Final = "3.7.x"


@cache
def lock() -> Lock:
    """The project's lock file, with STAND_IN as an extra of the plugin."""
    ours = load()
    recipe = ours.plugins[PLUGIN].model_copy(update={"extras": (STAND_IN,)})
    sets = {**ours.sets, **load(Path(__file__).with_name("extra.lock.toml")).sets}
    return ours.model_copy(update={"sets": sets, "plugins": {PLUGIN: recipe}})


def libraries(name: str, folder: Path) -> Path:
    """``folder`` with the jars of a set, under their own names."""
    for file, path in fetched(lock().sets[name].files).items():
        (folder / file.maven.file_name).symlink_to(path)
    return folder


def worker() -> Worker:
    """The worker that plugins are checked for."""
    pins = lock()
    return building.worker(pins, KAFKACONNECT, fetched(building.linked(pins, KAFKACONNECT)))


def with_stand_in(folder: Path) -> Path:
    return _built(building.Order(lock(), PLUGIN, extras=[STAND_IN], without=[PROVIDER]), folder)


def as_deployed(folder: Path) -> Path:
    """Skips the running test where PROVIDER cannot be reached, also in CI; wrong bytes are an error."""
    order = building.Order(lock(), PLUGIN)
    try:
        _fetch((file for name, file in order.parts if name == PROVIDER), Policy(attempts=1))
    except FetchErrors as error:
        if "sha256" in str(error):
            raise
        pytest.skip(f"needs {PROVIDER}: {error}")
    return _built(order, folder)


def _built(order: building.Order, folder: Path) -> Path:
    return building.built(order, fetched(order.files), folder / f"{PLUGIN}.zip").path


def fetched(files: Iterable[File]) -> dict[File, Path]:
    try:
        return _fetch(files)
    except FetchErrors as error:
        missing(str(error))


def _fetch(files: Iterable[File], policy: Policy = Policy()) -> dict[File, Path]:  # noqa: B008 - frozen
    where = sources(os.environ.get("CDC_SOURCES", "").split())
    return fetch(files, sources=where, cache=Cache(), policy=policy)
