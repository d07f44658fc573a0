"""One file from one place, however often the connection drops."""

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

PIECE: Final = 64 * 1024
# No file that Kafka Connect loads comes near; ends a download whose size nobody has pinned.
LARGEST: Final = 2**30

_TRY_AGAIN: Final = {408, 425, 429, 500, 502, 503, 504}
_TOLD: Final = {
    401: "401 Unauthorized; it wants other credentials: put them into ~/.netrc or into the source's address",
    403: "403 Forbidden; check the credentials and what they may read",
}


@dataclass(frozen=True, slots=True)
class Policy:
    """Patience with a network. Times are in seconds; ``pause`` doubles from attempt to attempt, with jitter."""

    threads: int = 8
    attempts: int = 5
    connect: float = 10
    stall: float = 30
    pause: float = 0.5
    longest_pause: float = 20


class UnavailableError(Exception):
    """A place does not have the file; says why."""


class AbsentError(UnavailableError):
    """A place answers that it does not have the file."""


class StoppedError(Exception):
    """The download was given up."""


class _PassingError(Exception):
    """May be over at the next attempt, ``after`` as many seconds."""

    def __init__(self, message: str, after: float | None = None) -> None:
        super().__init__(message)
        self.after = after


class Transport:
    """Receives files for several threads at once; ``stop`` wakes and ends all of them."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self._stopped = Event()
        self._lock = Lock()
        self._under_way: set[urllib3.BaseHTTPResponse] = set()
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
        """Ends every download under way, by StoppedError in its thread."""
        self._stopped.set()
        with self._lock:
            for answer in self._under_way:
                with suppress(OSError, RuntimeError, ValueError):  # it has just come to its end
                    answer.shutdown()

    def receive(self, place: Place, partial: Partial, *, size: int | None = None) -> None:
        """Fills ``partial`` from ``place``, with ``size`` bytes where that is known; raises UnavailableError."""
        if isinstance(place, Local):
            _copy(place, partial)
            return
        retrying = Retrying(
            retry=retry_if_exception_type(_PassingError),
            stop=stop_after_attempt(self.policy.attempts),
            wait=self._pause,
            sleep=sleep_using_event(self._stopped),
            reraise=True,
        )
        try:
            retrying(self._attempt, place, partial, size)
        except _PassingError as error:
            raise UnavailableError(f"{error} (tried {self.policy.attempts} times)") from error

    def _pause(self, state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        after = error.after if isinstance(error, _PassingError) else None
        if after is not None:
            return min(after, self.policy.longest_pause)
        return wait_random_exponential(multiplier=self.policy.pause, max=self.policy.longest_pause)(state)

    def _attempt(self, place: Remote, partial: Partial, size: int | None) -> None:
        if self._stopped.is_set():
            raise StoppedError
        if size is not None and partial.size == size:
            return
        try:
            with self._answer(place, partial) as answer:
                _check(answer, partial, size)
                for piece in answer.raw.stream(PIECE, decode_content=False):
                    if partial.size + len(piece) > (size or LARGEST):
                        raise UnavailableError(f"must be {size or LARGEST} bytes, got more")
                    partial.write(piece)
        except RedirectRefusedError as error:
            raise UnavailableError(str(error)) from error
        except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
            passing, message = reason(error, stall=self.policy.stall, connect=self.policy.connect)
            raise (_PassingError if passing else UnavailableError)(message) from error
        if size is not None and partial.size < size:
            raise _PassingError(f"broke off after {partial.size} of {size} bytes")

    @contextmanager
    def _answer(self, place: Remote, partial: Partial) -> Iterator[requests.Response]:
        headers = {"Accept-Encoding": "identity"}
        if partial.size:
            headers["Range"] = f"bytes={partial.size}-"
            if partial.validator:
                headers["If-Range"] = partial.validator
        timeout = (self.policy.connect, self.policy.stall)
        with self._session().get(place.url, auth=place.auth, headers=headers, stream=True, timeout=timeout) as answer:
            with self._lock:
                self._under_way.add(answer.raw)
            try:
                if self._stopped.is_set():
                    raise StoppedError
                yield answer
            finally:
                with self._lock:
                    self._under_way.discard(answer.raw)

    def _session(self) -> Session:
        """One for each thread: requests promises nothing for more than that."""
        if not hasattr(self._own, "session"):
            self._own.session = Session()
            with self._lock:
                self._sessions.append(self._own.session)
        session: Session = self._own.session
        return session


def _check(answer: requests.Response, partial: Partial, size: int | None) -> None:
    """Leaves ``partial`` so that the body of ``answer`` goes on where it ends."""
    status = answer.status_code
    if status == HTTPStatus.PARTIAL_CONTENT and partial.size:
        begin = f"bytes {partial.size}-"
        if not answer.headers.get("Content-Range", "").startswith(begin):
            partial.restart()
            raise _PassingError("answered with another range than it was asked for")
        partial.stitched = True
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
            raise _PassingError("has become shorter than what it sent before")
        raise _refusal(answer)


def _refusal(answer: requests.Response) -> Exception:
    status = answer.status_code
    message = _TOLD.get(status, f"{status} {answer.reason or ''}".strip())
    if status in _TRY_AGAIN:
        return _PassingError(message, _retry_after(answer.headers.get("Retry-After", "")))
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


def _copy(place: Local, partial: Partial) -> None:
    partial.restart()
    try:
        content = place.path.open("rb")
    except FileNotFoundError:
        raise AbsentError("not there") from None
    except OSError as error:
        raise UnavailableError(error.strerror or str(error)) from error
    with content:
        while piece := content.read(PIECE):
            partial.write(piece)
