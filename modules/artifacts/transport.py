"""Downloads one file from one place, with retries and resumed downloads."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from threading import Event, Lock, local
from types import TracebackType
from typing import Final, Self

import requests
import urllib3
from tenacity import RetryCallState, Retrying, retry_if_exception_type, sleep_using_event, stop_after_attempt
from tenacity.wait import wait_random_exponential

from modules.artifacts.failures import reason
from modules.artifacts.partial import Partial
from modules.artifacts.session import RedirectRefusedError, Session
from modules.artifacts.sources import Local, Place, Remote
from modules.user_files.reading import opened

PIECE: Final = 64 * 1024
# Far larger than any file that Kafka Connect loads; limits downloads without a pinned size.
LARGEST: Final = 2**30

_TRY_AGAIN: Final = {408, 425, 429, 500, 502, 503, 504}
_HINTS: Final = {
    401: "401 Unauthorized; put the credentials into ~/.netrc or into the source's URL",
    403: "403 Forbidden; check the credentials and their permissions",
}


@dataclass(frozen=True, slots=True)
class Policy:
    """Limits and retries. Times are in seconds; ``pause`` doubles with each attempt, with jitter."""

    threads: int = 8
    attempts: int = 5
    connect: float = 10
    stall: float = 30
    pause: float = 0.5
    longest_pause: float = 20


class UnavailableError(Exception):
    """A place does not have the file; the message says why."""


class AbsentError(UnavailableError):
    """A place answers that the file does not exist."""


class StoppedError(Exception):
    """The download was stopped."""


class _TransientError(Exception):
    """Another attempt may succeed, after ``after`` seconds."""

    def __init__(self, message: str, after: float | None = None) -> None:
        super().__init__(message)
        self.after = after


class Transport:
    """Receives files in several threads; ``stop`` ends all downloads."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self._stopped = Event()
        self._lock = Lock()
        self._active: set[urllib3.BaseHTTPResponse] = set()
        self._sessions: list[Session] = []
        self._own = local()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        for session in self._sessions:
            session.close()

    def stop(self) -> None:
        """Ends every active download with StoppedError in its thread."""
        self._stopped.set()
        with self._lock:
            for answer in self._active:
                with suppress(OSError, RuntimeError, ValueError):  # it has just ended
                    answer.shutdown()

    def receive(self, place: Place, partial: Partial, *, size: int | None = None, first: int | None = None) -> None:
        """Fills ``partial`` from ``place``, with ``size`` bytes where that is known; raises UnavailableError.

        With ``first`` only the part that begins there, which has ``size`` bytes.
        """
        if isinstance(place, Local):
            _copy(place, partial, size=None if first is None else size, first=first or 0)
            return
        retrying = Retrying(
            retry=retry_if_exception_type(_TransientError),
            stop=stop_after_attempt(self.policy.attempts),
            wait=self._pause,
            sleep=sleep_using_event(self._stopped),
            reraise=True,
        )
        try:
            retrying(self._attempt, place, partial, size, first)
        except _TransientError as error:
            raise UnavailableError(f"{error} (tried {self.policy.attempts} times)") from error

    def _pause(self, state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        after = error.after if isinstance(error, _TransientError) else None
        if after is not None:
            return min(after, self.policy.longest_pause)
        return wait_random_exponential(multiplier=self.policy.pause, max=self.policy.longest_pause)(state)

    def _attempt(self, place: Remote, partial: Partial, size: int | None, first: int | None) -> None:
        if self._stopped.is_set():
            raise StoppedError
        if size is not None and partial.size == size:
            return
        try:
            with self._answer(place, partial, size, first) as answer:
                _check(answer, partial, size, first)
                for piece in answer.raw.stream(PIECE, decode_content=False):
                    if partial.size + len(piece) > (size or LARGEST):
                        raise UnavailableError(f"must be {size or LARGEST} bytes, got more")
                    partial.write(piece)
        except RedirectRefusedError as error:
            raise UnavailableError(str(error)) from error
        except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
            transient, message = reason(error, stall=self.policy.stall, connect=self.policy.connect)
            raise (_TransientError if transient else UnavailableError)(message) from error
        if size is not None and partial.size < size:
            raise _TransientError(f"connection closed after {partial.size} of {size} bytes")

    @contextmanager
    def _answer(
        self, place: Remote, partial: Partial, size: int | None, first: int | None
    ) -> Iterator[requests.Response]:
        headers = {"Accept-Encoding": "identity"}
        if partial.size or first is not None:
            last = "" if first is None or size is None else first + size - 1
            headers["Range"] = f"bytes={(first or 0) + partial.size}-{last}"
            if partial.validator:
                headers["If-Range"] = partial.validator
        timeout = (self.policy.connect, self.policy.stall)
        with self._session().get(place.url, auth=place.auth, headers=headers, stream=True, timeout=timeout) as answer:
            with self._lock:
                self._active.add(answer.raw)
            try:
                if self._stopped.is_set():
                    raise StoppedError
                yield answer
            finally:
                with self._lock:
                    self._active.discard(answer.raw)

    def _session(self) -> Session:
        """One session for each thread: requests' sessions are not thread-safe."""
        if not hasattr(self._own, "session"):
            self._own.session = Session()
            with self._lock:
                self._sessions.append(self._own.session)
        session: Session = self._own.session
        return session


def _check(answer: requests.Response, partial: Partial, size: int | None, first: int | None) -> None:
    """Prepares ``partial`` so that the body of ``answer`` continues it."""
    status = answer.status_code
    if status == HTTPStatus.PARTIAL_CONTENT and (partial.size or first is not None):
        begin = f"bytes {(first or 0) + partial.size}-"
        if not answer.headers.get("Content-Range", "").startswith(begin):
            partial.restart()
            raise _TransientError("answered with another range than requested")
        partial.stitched |= partial.size > 0
    elif status == HTTPStatus.OK and first is not None:
        raise UnavailableError("must send parts of files (HTTP ranges), sent all of it")
    elif status == HTTPStatus.OK:
        partial.restart()
        etag = answer.headers.get("ETag", "W/")
        partial.validator = answer.headers.get("Last-Modified", "") if etag.startswith("W/") else etag
        declared = answer.headers.get("Content-Length", "")
        if size is not None and declared.isdecimal() and int(declared) != size:
            raise UnavailableError(f"must be {size} bytes, got {declared}")
    else:
        if status == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            partial.restart()
            raise _TransientError("is shorter than the part that was sent before")
        raise _refusal(answer)


def _refusal(answer: requests.Response) -> Exception:
    status = answer.status_code
    message = _HINTS.get(status, f"{status} {answer.reason or ''}".strip())
    if status in _TRY_AGAIN:
        return _TransientError(message, _retry_after(answer.headers.get("Retry-After", "")))
    return (AbsentError if status in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE) else UnavailableError)(message)


def _retry_after(header: str) -> float | None:
    """Seconds, from seconds or a date (RFC 9110, 10.2.3)."""
    if header.isdecimal():
        return float(header)
    try:
        date = parsedate_to_datetime(header)
    except ValueError:
        return None
    return max(0.0, (date.replace(tzinfo=date.tzinfo or UTC) - datetime.now(UTC)).total_seconds())


def _copy(place: Local, partial: Partial, *, size: int | None, first: int) -> None:
    partial.restart()
    missing = size
    try:
        content = opened(place.path)
    except FileNotFoundError:
        raise AbsentError("does not exist") from None
    except OSError as error:
        raise UnavailableError(error.strerror or str(error)) from error
    with content:
        content.seek(first)
        while piece := content.read(PIECE if missing is None else min(PIECE, missing)):
            partial.write(piece)
            missing = None if missing is None else missing - len(piece)
