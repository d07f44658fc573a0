"""Files come from the cache or from the first source with the right hash; else every failure is listed."""

import multiprocessing
import os
import time
from pathlib import Path
from threading import Barrier

import pytest

from modules.artifacts.cache import Cache, CacheError
from modules.artifacts.fetch import FetchErrors, OfflineError, fetch
from modules.artifacts.lock import File
from modules.artifacts.sources import Public, sources
from tests.unit.artifacts.conftest import IMPATIENT, Fetch, leftovers
from tests.unit.artifacts.repository import Handler, Repository, behave, breaks_off, instead, pin, status

NAME = "org.example:lib:1.0"
CONTENT = b"the right bytes"


def test_in_the_order_given_and_each_once(repository: Repository, fetching: Fetch, cache: Cache) -> None:
    files = [repository.publish(f"org.example:lib{n}:1.0", b"%d" % n) for n in range(20)]
    found = fetching(*reversed(files), *files)
    assert list(found) == files[::-1]
    assert [path.name for path in found.values()] == [file.maven.file_name for file in reversed(files)]
    assert len(repository.log) == len(files)
    assert leftovers(cache) == []


def test_a_cached_file_makes_no_request(repository: Repository, fetching: Fetch) -> None:
    file = repository.publish(NAME, CONTENT)
    assert fetching(file) == fetching(file)
    assert len(repository.log) == 1


@pytest.mark.parametrize("damaged", [b"", b"the wrong bytes"])
def test_a_damaged_cached_file_is_fetched_again(repository: Repository, fetching: Fetch, damaged: bytes) -> None:
    file = repository.publish(NAME, CONTENT)
    fetching(file)[file].write_bytes(damaged)
    assert fetching(file)[file].read_bytes() == CONTENT
    assert len(repository.log) == 2


def test_the_first_source_with_the_right_bytes_wins(
    repository: Repository, mirror: Repository, fetching: Fetch, tmp_path: Path
) -> None:
    file = repository.publish(NAME, CONTENT)
    mirror.answers(file, instead(b"x" * len(CONTENT)))
    found = fetching(file, source=[str(tmp_path), mirror.url, repository.url])
    assert found[file].read_bytes() == CONTENT
    assert len(mirror.log) == len(repository.log) == 1


def test_all_failures_are_listed_together(repository: Repository, mirror: Repository, fetching: Fetch) -> None:
    good = repository.publish(NAME, CONTENT)
    wrong = repository.publish("org.example:wrong:1.0", b"pinned")
    repository.answers(wrong, instead(b"served"))
    absent = pin("org.example:absent:1.0", b"")
    with pytest.raises(FetchErrors) as caught:
        fetching(wrong, good, absent, source=[mirror.url, repository.url])
    served = pin("org.example:wrong:1.0", b"served")
    assert str(caught.value).splitlines() == [
        f"2 files from {mirror.url}: 404 Not Found: org.example:wrong:1.0, org.example:absent:1.0",
        f"org.example:wrong:1.0 from {repository.url}/{wrong.maven.path}:"
        f" sha256 must be {wrong.sha256}, got {served.sha256}",
        f"org.example:absent:1.0 from {repository.url}/{absent.maven.path}: 404 Not Found",
    ]
    assert fetching(good, offline=True)


@pytest.mark.parametrize("place", ["org/example/lib/1.0/lib-1.0.jar", "lib-1.0.jar"])
def test_directories_can_have_either_layout(fetching: Fetch, tmp_path: Path, place: str) -> None:
    file = pin(NAME, CONTENT)
    path = tmp_path / "carried" / place
    path.parent.mkdir(parents=True)
    path.write_bytes(CONTENT)
    assert fetching(file, source=str(tmp_path / "carried"))[file].read_bytes() == CONTENT
    assert path.read_bytes() == CONTENT


def test_missing_and_wrong_files_in_a_directory(fetching: Fetch, tmp_path: Path) -> None:
    (tmp_path / "lib-1.0.jar").write_bytes(b"x")
    (tmp_path / "folder-1.0.jar").mkdir()
    with pytest.raises(FetchErrors) as caught:
        fetching(pin(NAME, CONTENT), pin("a:b:1", b""), source=str(tmp_path))
    assert f"{NAME} from {tmp_path}/lib-1.0.jar: sha256 must be" in str(caught.value)
    assert f"a:b:1 from {tmp_path}/a/b/1/b-1.jar: does not exist" in str(caught.value)


def test_a_publishers_url_is_public(repository: Repository, cache: Cache) -> None:
    """The lock file requires https; certificates have their own tests."""
    repository.contents["/releases/lib.jar"] = CONTENT
    file = pin(NAME, CONTENT).model_copy(update={"url": f"{repository.url}/releases/lib.jar"})
    found = fetch([file], sources=[Public()], cache=cache, policy=IMPATIENT)
    assert found[file].read_bytes() == CONTENT


def test_offline_lists_missing_files(repository: Repository, fetching: Fetch) -> None:
    cached = repository.publish(NAME, CONTENT)
    damaged = repository.publish("org.example:damaged:1.0", b"x", size=1)
    fetching(cached, damaged)[damaged].write_bytes(b"y")
    missing = repository.publish("org.example:missing:1.0", b"", size=1234567)
    unknown = repository.publish("org.example:unknown:1.0", b"")
    requests = len(repository.log)
    assert fetching(cached, offline=True)
    with pytest.raises(OfflineError) as caught:
        fetching(cached, damaged, missing, unknown, offline=True)
    _, *lines, last = str(caught.value).splitlines()
    assert lines == [
        "  org.example:damaged:1.0 (1 bytes)",
        "  org.example:missing:1.0 (1,234,567 bytes)",
        "  org.example:unknown:1.0 (size unknown)",
    ]
    assert "cdc artifacts fetch" in last
    assert len(repository.log) == requests


def _fetch_alone(url: str, file: File) -> None:
    fetch([file], sources=sources([url]), cache=Cache(), policy=IMPATIENT)


def test_processes_fetch_the_same_file_at_once(repository: Repository, fetching: Fetch, cache: Cache) -> None:
    file = repository.publish(NAME, CONTENT * 10_000)
    both = Barrier(2)

    def together(handler: Handler, content: bytes) -> None:
        both.wait(timeout=30)
        behave(handler, content)

    repository.answers(file, together, together)
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=_fetch_alone, args=(repository.url, file)) for _ in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0]
    assert fetching(file, offline=True)[file].read_bytes() == CONTENT * 10_000
    assert leftovers(cache) == []


def test_a_cache_that_cannot_be_written(repository: Repository, fetching: Fetch, cache: Cache) -> None:
    file = repository.publish(NAME, CONTENT)
    cache.folder.parent.mkdir(parents=True)
    cache.folder.write_text("a file where a folder should be")
    with pytest.raises(CacheError, match=f"cannot write to the cache {cache.folder}: .*XDG_CACHE_HOME"):
        fetching(file)
    assert repository.log == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk(repository: Repository, fetching: Fetch, cache: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
    file = repository.publish(NAME, CONTENT * 10_000)
    monkeypatch.setattr("modules.artifacts.fetch.uuid4", lambda: type("Full", (), {"hex": "/dev/full"}))
    with pytest.raises(CacheError, match="No space left on device; free some space"):
        fetching(file)
    assert Path("/dev/full").exists()
    assert leftovers(cache) == []


def test_leftovers_of_a_crash_are_removed_after_a_day(repository: Repository, fetching: Fetch, cache: Cache) -> None:
    old, new = (cache.folder / "incoming" / name for name in ("old", "new"))
    for folder in (old, new):
        folder.mkdir(parents=True)
        (folder / "half").write_bytes(b"half")
    yesterday = time.time() - 25 * 60 * 60
    os.utime(old, (yesterday, yesterday))
    fetching(repository.publish(NAME, CONTENT))
    assert (old.exists(), new.exists()) == (False, True)


class Display:
    """Records its calls."""

    def __init__(self) -> None:
        self.calls: list[tuple[object, ...]] = []

    def started(self, file: File, size: int | None) -> None:
        self.calls.append(("started", file, size))

    def advanced(self, file: File, received: int) -> None:
        self.calls.append(("advanced", file, received))

    def restarted(self, file: File) -> None:
        self.calls.append(("restarted", file))

    def finished(self, file: File) -> None:
        self.calls.append(("finished", file))


def test_progress_is_reported(repository: Repository, mirror: Repository, cache: Cache) -> None:
    file = repository.publish(NAME, CONTENT, size=len(CONTENT))
    mirror.publish(NAME, CONTENT)
    mirror.answers(file, breaks_off(3), status(404))
    display = Display()
    for _ in range(2):
        named = sources([mirror.url, repository.url])
        fetch([file], sources=named, cache=cache, progress=display, policy=IMPATIENT)
    assert display.calls == [
        ("started", file, len(CONTENT)),
        ("advanced", file, 3),
        ("restarted", file),
        ("advanced", file, len(CONTENT)),
        ("finished", file),
    ]
