"""Two repositories, an empty cache, and fetching with short timeouts."""

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest

from modules.artifacts.cache import Cache
from modules.artifacts.fetch import fetch
from modules.artifacts.lock import File
from modules.artifacts.sources import sources
from modules.artifacts.transport import Policy
from tests.unit.artifacts.repository import Repository, serving

IMPATIENT = Policy(attempts=3, connect=2, stall=0.2, pause=0, longest_pause=0.01)


class Fetch(Protocol):
    def __call__(self, *files: File, source: str | list[str] = ..., offline: bool = ...) -> dict[File, Path]: ...


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads the user's cache, credentials or sources."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for name in ("NETRC", "CDC_SOURCES"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def repository() -> Iterator[Repository]:
    with serving() as repository:
        yield repository


@pytest.fixture
def mirror() -> Iterator[Repository]:
    with serving() as repository:
        yield repository


@pytest.fixture
def cache() -> Cache:
    return Cache()


@pytest.fixture
def fetching(repository: Repository, cache: Cache) -> Fetch:
    """``fetch`` from ``repository``, or from the given sources."""

    def call(*files: File, source: str | list[str] = repository.url, offline: bool = False) -> dict[File, Path]:
        names = [source] if isinstance(source, str) else source
        return fetch(files, sources=sources(names), cache=cache, offline=offline, policy=IMPATIENT)

    return call


def leftovers(cache: Cache) -> list[Path]:
    """Files in the cache folder that are no cached files."""
    return [path for path in cache.folder.glob("incoming/**/*") if path.is_file()]
