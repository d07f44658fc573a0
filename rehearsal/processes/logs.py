"""What servers log, on its way to CloudWatch Logs: within limits, however much they write."""

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
_KEPT: Final = 1 << 18  # of a log that is cut: enough to see why its program failed
# PutLogEvents takes at most 1,048,576 bytes, 26 of them for each event.
_LONGEST_LINE: Final = 8192
_BATCH: Final = 100

_log = logging.getLogger(__name__)


class LogsClient(Protocol):
    """What boto3's client for CloudWatch Logs offers."""

    def create_log_stream(self, *, logGroupName: str, logStreamName: str) -> object: ...  # noqa: N803

    def put_log_events(
        self,
        *,
        logGroupName: str,  # noqa: N803
        logStreamName: str,  # noqa: N803
        logEvents: Sequence[dict[str, int | str]],  # noqa: N803
    ) -> object: ...


def cloudwatch(client: LogsClient) -> Put:
    """Puts lines into CloudWatch Logs, and makes the stream where it is missing; botocore's errors come through."""

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
class Allowance:
    """How many lines may pass: ``burst`` at once, and then ``rate`` a second."""

    burst: int
    rate: float
    _left: float = field(init=False)
    _at: float = field(init=False)

    def __post_init__(self) -> None:
        self._left, self._at = self.burst, time.monotonic()

    def take(self, wanted: int) -> int:
        """How many of ``wanted`` may pass now."""
        now = time.monotonic()
        self._left, self._at = min(self.burst, self._left + (now - self._at) * self.rate), now
        taken = min(wanted, int(self._left))
        self._left -= taken
        return taken


@dataclass
class _Followed:
    """A log, how far it was read, and where it goes."""

    path: Path
    group: str | None
    stream: str
    allowance: Allowance
    offset: int = 0
    rest: bytes = b""
    left_out: int = 0


class LogShipper:
    """Follows logs and hands their lines to ``put``; none grows beyond ``most_bytes`` on disk.

    Of each log ``burst`` lines pass at once, then ``rate`` a second; a line in their place says how many did not.
    """

    def __init__(
        self, put: Put, *, burst: int = 5000, rate: float = 10, most_bytes: int = 8 << 20, poll: float = _POLL_SECONDS
    ) -> None:
        self._put = put
        self._burst = burst
        self._rate = rate
        self._most_bytes = most_bytes
        self._poll = poll
        self._logs: dict[Path, _Followed] = {}
        self._refused: set[str] = set()
        self._lock = Lock()
        self._ended = Event()
        self._thread = Thread(target=self._follow, name="logs", daemon=True)
        self._thread.start()

    def ship(self, log: Path, group: str | None, stream: str) -> None:
        """Follows ``log``, which need not exist yet, to ``stream`` of ``group``; without a group it is only kept small.

        One that is followed already goes on where it was, to this group and stream from here on.
        """
        with self._lock:
            followed = self._logs.setdefault(
                log, _Followed(log, group, stream, Allowance(burst=self._burst, rate=self._rate))
            )
            followed.group, followed.stream = group, stream

    def finish(self, log: Path) -> None:
        """Ships the rest of ``log`` and follows it no longer: then it may be removed."""
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

    def _read(self, followed: _Followed) -> None:
        try:
            with followed.path.open("rb") as content:
                content.seek(followed.offset)
                while chunk := content.read(_CHUNK):
                    followed.offset += len(chunk)
                    self._pass(followed, chunk)
        except FileNotFoundError:
            return
        if followed.offset > self._most_bytes:
            self._cut(followed)

    def _pass(self, followed: _Followed, chunk: bytes) -> None:
        *lines, rest = (followed.rest + chunk).split(b"\n")
        followed.rest = rest[:_LONGEST_LINE]
        if followed.group is None:
            return
        granted = followed.allowance.take(len(lines))
        if granted:
            self._tell_left_out(followed)
        followed.left_out += len(lines) - granted
        self._send(followed, [line[:_LONGEST_LINE].decode(errors="replace").rstrip() for line in lines[:granted]])

    def _end(self, followed: _Followed) -> None:
        """An unfinished last line, and how many were left out last."""
        if followed.rest:
            self._pass(followed, b"\n")
        self._tell_left_out(followed)

    def _tell_left_out(self, followed: _Followed) -> None:
        if followed.left_out:
            self._send(followed, [f"… {followed.left_out} lines left out"])
            followed.left_out = 0

    def _send(self, followed: _Followed, texts: Sequence[str]) -> None:
        now = time.time_ns() // 1_000_000
        lines = [(now, text) for text in texts if text]  # CloudWatch takes no empty line
        for batch in _batches(lines):
            try:
                self._put(str(followed.group), followed.stream, batch)
            except Exception as error:  # logs that cannot be delivered end no rehearsal
                self._say_once(followed, error)
                return

    def _say_once(self, followed: _Followed, error: Exception) -> None:
        if followed.group not in self._refused:
            self._refused.add(str(followed.group))
            _log.warning("log group %s takes no lines, the log stays in %s: %s", followed.group, followed.path, error)

    def _cut(self, followed: _Followed) -> None:
        """Shortens a log in place to its last lines: whoever writes it appends, so nothing moves for them.

        What is written between the last read and the truncation, two system calls, is lost.
        """
        with followed.path.open("a+b", buffering=0) as content:
            content.seek(max(0, followed.offset - _KEPT))
            read = followed.offset - content.tell()
            last = content.readall()
            content.truncate(0)
            content.write(last)
            followed.offset = content.tell()
            meanwhile = os.pread(content.fileno(), followed.offset - len(last), 0)
        self._pass(followed, last[read:] + meanwhile)


def _batches(lines: Sequence[Line]) -> Iterator[Sequence[Line]]:
    for start in range(0, len(lines), _BATCH):
        yield lines[start : start + _BATCH]


def last_error(log: str) -> str:
    """The last error that a log in ``rehearsal.processes.java.LOG4J`` tells, with what follows; else its last line."""
    lines = [line for line in log.splitlines() if line.strip()]
    for number in range(len(lines) - 1, -1, -1):
        if " ERROR " in lines[number] or " FATAL " in lines[number]:
            causes = [line for line in lines[number + 1 :] if not line.startswith(("[", "\t", " "))]
            return " ".join([lines[number], *causes[:1]])
    return lines[-1] if lines else "nothing was logged"
