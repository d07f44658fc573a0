"""Fetches pinned files from the cache or, if missing there, from their sources; in parallel, each verified."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Final
from uuid import uuid4

from modules.artifacts.cache import Cache
from modules.artifacts.lock import File
from modules.artifacts.partial import Partial
from modules.artifacts.progress import Progress
from modules.artifacts.sources import Place, Source
from modules.artifacts.transport import Policy, Transport, UnavailableError

# Seconds to wait for threads to end; one that waits for the first byte of an answer cannot be woken.
_JOIN_TIMEOUT: Final = 1.0


@dataclass(frozen=True, slots=True)
class Failure:
    """One file at one source."""

    file: File
    place: Place
    reason: str

    def __str__(self) -> str:
        return f"{self.file.maven} from {self.place}: {self.reason}"

    @property
    def source(self) -> str:
        """The place without the file's own path, where it ends in that."""
        return str(self.place).removesuffix(self.file.maven.path).rstrip("/")


class FetchErrors(Exception):  # noqa: N818 - several errors
    """Files that no source has; one line for all files that failed at one source for one reason."""

    def __init__(self, failures: Iterable[Failure]) -> None:
        self.failures = tuple(failures)
        found: dict[tuple[str, str], list[Failure]] = {}
        for one in self.failures:
            found.setdefault((one.source, one.reason), []).append(one)
        super().__init__("\n".join(_line(some) for some in found.values()))


def _line(failures: Sequence[Failure]) -> str:
    first, *others = failures
    if not others:
        return str(first)
    files = ", ".join(str(one.file.maven) for one in failures)
    return f"{len(failures)} files from {first.source}: {first.reason}: {files}"


class OfflineError(Exception):
    """Files that are not in the cache, with --offline."""

    def __init__(self, missing: Sequence[File], folder: Path) -> None:
        self.missing = tuple(missing)
        lines = [f"  {file.maven} ({_size(file)})" for file in missing]
        super().__init__(
            "\n".join(
                [
                    f"offline, and not in the cache {folder}:",
                    *lines,
                    "run it once without --offline, or download all pinned files: cdc artifacts fetch",
                ]
            )
        )


def fetch(
    files: Iterable[File],
    *,
    sources: Sequence[Source],
    cache: Cache,
    offline: bool = False,
    progress: Progress | None = None,
    policy: Policy = Policy(),  # noqa: B008 - frozen
) -> dict[File, Path]:
    """The paths of ``files`` in ``cache``, verified, in the given order.

    Raises OfflineError, FetchErrors, or CacheError if the cache cannot be written. No download continues and no
    temporary file remains afterwards, also after an error.
    """
    found = {file: cache.find(file) for file in files}
    missing = [file for file, path in found.items() if path is None]
    if missing and offline:
        raise OfflineError(missing, cache.folder)
    if missing:
        with cache.workspace() as workspace, Transport(policy) as transport:
            run = _Fetch(sources, cache, progress, transport, workspace)
            found |= _all(missing, run.one, transport=transport)
    return {file: path for file, path in found.items() if path}


class _Fetch:
    """Fetches one file at a time, in any thread."""

    def __init__(
        self, sources: Sequence[Source], cache: Cache, progress: Progress | None, transport: Transport, workspace: Path
    ) -> None:
        self._sources = sources
        self._cache = cache
        self._progress = progress
        self._transport = transport
        self._workspace = workspace

    def one(self, file: File) -> Path:
        """Its path in the cache; raises FetchErrors with the failure of each source."""
        failures = []
        with self._cache.writable(), self._partial(file) as partial:
            for source in self._sources:
                place = source.place(file.maven, file.url)
                try:
                    self._receive(file, place, partial)
                    break
                except UnavailableError as error:
                    failures.append(Failure(file, place, str(error)))
            else:
                raise FetchErrors(failures)
        return self._finished(file, partial.path)

    def _partial(self, file: File) -> Partial:
        path = self._workspace / uuid4().hex
        if not (progress := self._progress):
            return Partial(path)
        progress.started(file, file.size)
        return Partial(
            path,
            received=lambda size: progress.advanced(file, size),
            restarted=lambda: progress.restarted(file),
        )

    def _receive(self, file: File, place: Place, partial: Partial) -> None:
        partial.restart()
        self._transport.receive(place, partial, size=file.size, first=file.first)
        if partial.stitched and partial.sha256 != file.sha256:
            # The file may have changed between two answers, if the server sends no ETag.
            partial.restart()
            self._transport.receive(place, partial, size=file.size, first=file.first)
        if partial.sha256 != file.sha256:
            raise UnavailableError(f"sha256 must be {file.sha256}, got {partial.sha256}")

    def _finished(self, file: File, received: Path) -> Path:
        path = self._cache.adopt(received, file)
        if self._progress:
            self._progress.finished(file)
        return path


def _all(files: Sequence[File], one: Callable[[File], Path], *, transport: Transport) -> dict[File, Path]:
    """Fetches all files, several in parallel; raises the failures when all have ended."""
    tasks: SimpleQueue[File] = SimpleQueue()
    outcomes: SimpleQueue[tuple[File, Path | Exception]] = SimpleQueue()
    for file in files:
        tasks.put(file)

    def work() -> None:
        with suppress(Empty):
            while True:
                file = tasks.get_nowait()
                try:
                    outcomes.put((file, one(file)))
                except Exception as error:
                    outcomes.put((file, error))

    # Daemon threads, not a ThreadPoolExecutor: Python waits for its threads at exit, even after Ctrl-C.
    threads = [Thread(target=work, daemon=True) for _ in range(min(transport.policy.threads, len(files)))]
    try:
        for thread in threads:
            thread.start()
        return _gathered(files, outcomes)
    finally:
        transport.stop()
        for thread in threads:
            thread.join(_JOIN_TIMEOUT / len(threads))


def _gathered(files: Sequence[File], outcomes: "SimpleQueue[tuple[File, Path | Exception]]") -> dict[File, Path]:
    found: dict[File, Path] = {}
    failed: dict[File, tuple[Failure, ...]] = {}
    for _ in files:
        file, outcome = outcomes.get()
        if isinstance(outcome, Path):
            found[file] = outcome
        elif isinstance(outcome, FetchErrors):
            failed[file] = outcome.failures
        else:
            raise outcome
    if failed:
        raise FetchErrors(failure for file in files for failure in failed.get(file, ()))
    return found


def _size(file: File) -> str:
    return "size unknown" if file.size is None else f"{file.size:,} bytes"
