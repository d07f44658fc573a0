"""Ships the logs of servers to CloudWatch Logs, with a rate limit, and keeps the log files small."""

import logging
import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Final, Protocol

from botocore.exceptions import ClientError

Line = tuple[int, str]  # milliseconds since 1970, text
Put = Callable[[str, str, Sequence[Line]], None]  # log group, log stream, lines

_POLL_SECONDS: Final = 0.25
_CHUNK: Final = 1 << 20
_KEPT_BYTES: Final = 1 << 18  # of a truncated log: enough to see why its program failed
# PutLogEvents takes at most 1,048,576 bytes, 26 of them for each event.
_MAX_LINE_BYTES: Final = 8192
_BATCH: Final = 100

_log = logging.getLogger(__name__)


class LogsClient(Protocol):
    """The methods of boto3's client for CloudWatch Logs that are used here."""

    def create_log_stream(self, *, logGroupName: str, logStreamName: str) -> object: ...  # noqa: N803

    def put_log_events(
        self,
        *,
        logGroupName: str,  # noqa: N803
        logStreamName: str,  # noqa: N803
        logEvents: Sequence[dict[str, int | str]],  # noqa: N803
    ) -> object: ...


def cloudwatch(client: LogsClient) -> Put:
    """Writes lines to CloudWatch Logs, and creates the stream where it is missing; raises botocore's errors."""

    def put(group: str, stream: str, lines: Sequence[Line]) -> None:
        events: list[dict[str, int | str]] = [{"timestamp": at, "message": text} for at, text in lines]
        try:
            client.put_log_events(logGroupName=group, logStreamName=stream, logEvents=events)
        except ClientError as error:
            if error.response["Error"]["Code"] != "ResourceNotFoundException":
                raise
            client.create_log_stream(logGroupName=group, logStreamName=stream)
            client.put_log_events(logGroupName=group, logStreamName=stream, logEvents=events)

    return put


@dataclass
class RateLimit:
    """A token bucket: ``burst`` lines at once, then ``rate`` lines a second."""

    burst: int
    rate: float
    _left: float = field(init=False)
    _at: float = field(init=False)

    def __post_init__(self) -> None:
        self._left, self._at = self.burst, time.monotonic()

    def take(self, lines: int) -> int:
        """How many of so many ``lines`` may be shipped now."""
        now = time.monotonic()
        self._left, self._at = min(self.burst, self._left + (now - self._at) * self.rate), now
        granted = min(lines, int(self._left))
        self._left -= granted
        return granted


@dataclass
class _Log:
    """A log file, the offset up to which it was read, and its log group and stream."""

    path: Path
    group: str | None
    stream: str
    rate_limit: RateLimit
    prefix: str = ""
    offset: int = 0
    unfinished: bytes = b""
    dropped: int = 0


class LogShipper:
    """Follows log files and passes their lines to ``put``; files are truncated beyond ``max_bytes``.

    For each log ``burst`` lines are shipped at once, then ``rate`` a second; a line says how many were dropped.
    """

    def __init__(
        self, put: Put, *, burst: int = 5000, rate: float = 10, max_bytes: int = 8 << 20, poll: float = _POLL_SECONDS
    ) -> None:
        self._put = put
        self._burst = burst
        self._rate = rate
        self._max_bytes = max_bytes
        self._poll = poll
        self._logs: dict[Path, _Log] = {}
        self._warned: set[str] = set()
        self._lock = Lock()
        self._ended = Event()
        self._thread = Thread(target=self._follow, name="logs", daemon=True)
        self._thread.start()

    def ship(self, log: Path, group: str | None, stream: str, prefix: str = "") -> None:
        """Ships ``log``, which need not exist yet, to ``stream`` of ``group``; without a group it is only kept small.

        Each line begins with ``prefix``. A log that is followed already continues at its offset, with this group and
        stream.
        """
        with self._lock:
            followed = self._logs.setdefault(
                log, _Log(log, group, stream, RateLimit(burst=self._burst, rate=self._rate), prefix)
            )
            followed.group, followed.stream = group, stream

    def finish(self, log: Path) -> None:
        """Ships the rest of ``log`` and stops following it."""
        with self._lock:
            if followed := self._logs.pop(log, None):
                self._read(followed)
                self._end(followed)

    def close(self) -> None:
        """Ships the rest of every log."""
        self._ended.set()
        self._thread.join()
        for log in list(self._logs):
            self.finish(log)

    def _follow(self) -> None:
        while not self._ended.wait(self._poll):
            with self._lock:
                for followed in self._logs.values():
                    self._read(followed)

    def _read(self, followed: _Log) -> None:
        try:
            with followed.path.open("rb") as content:
                content.seek(followed.offset)
                while chunk := content.read(_CHUNK):
                    followed.offset += len(chunk)
                    self._process(followed, chunk)
        except FileNotFoundError:
            return
        if followed.offset > self._max_bytes:
            self._truncate(followed)

    def _process(self, followed: _Log, chunk: bytes) -> None:
        *lines, rest = (followed.unfinished + chunk).split(b"\n")
        followed.unfinished = rest[:_MAX_LINE_BYTES]
        if followed.group is None:
            return
        granted = followed.rate_limit.take(len(lines))
        if granted:
            self._report_dropped(followed)
        followed.dropped += len(lines) - granted
        self._send(followed, [line[:_MAX_LINE_BYTES].decode(errors="replace").rstrip() for line in lines[:granted]])

    def _end(self, followed: _Log) -> None:
        """Ships an unfinished last line, and the number of lines dropped last."""
        if followed.unfinished:
            self._process(followed, b"\n")
        self._report_dropped(followed)

    def _report_dropped(self, followed: _Log) -> None:
        if followed.dropped:
            self._send(followed, [f"… {followed.dropped} lines dropped"])
            followed.dropped = 0

    def _send(self, followed: _Log, texts: Sequence[str]) -> None:
        now = time.time_ns() // 1_000_000
        lines = [(now, followed.prefix + text) for text in texts if text]  # CloudWatch takes no empty line
        for batch in _batches(lines):
            try:
                self._put(str(followed.group), followed.stream, batch)
            except Exception as error:  # a rehearsal continues without its logs
                self._warn_once(followed, error)
                return

    def _warn_once(self, followed: _Log, error: Exception) -> None:
        if followed.group not in self._warned:
            self._warned.add(str(followed.group))
            _log.warning("cannot write to log group %s, the log is in %s: %s", followed.group, followed.path, error)

    def _truncate(self, followed: _Log) -> None:
        """Truncates a log in place to its last lines; programs append to it, so they need not reopen it.

        Lines written between the last read and the truncation, two system calls, are lost.
        """
        with followed.path.open("a+b", buffering=0) as content:
            content.seek(max(0, followed.offset - _KEPT_BYTES))
            read = followed.offset - content.tell()
            last = content.readall()
            content.truncate(0)
            content.write(last)
            followed.offset = content.tell()
            meanwhile = os.pread(content.fileno(), followed.offset - len(last), 0)
        self._process(followed, last[read:] + meanwhile)


def _batches(lines: Sequence[Line]) -> Iterator[Sequence[Line]]:
    for start in range(0, len(lines), _BATCH):
        yield lines[start : start + _BATCH]


def last_error(log: str) -> str:
    """The last ERROR or FATAL line of a log in the format of ``java.LOG4J``, with its exception; else the last line."""
    lines = [line for line in log.splitlines() if line.strip()]
    for number in range(len(lines) - 1, -1, -1):
        if " ERROR " in lines[number] or " FATAL " in lines[number]:
            causes = [line for line in lines[number + 1 :] if not line.startswith(("[", "\t", " "))]
            return " ".join([lines[number], *causes[:1]])
    return lines[-1] if lines else "nothing was logged"
