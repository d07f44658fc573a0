"""Requests that a client repeats: it lost the answer, not the effect.

An SDK sends the same ``amz-sdk-invocation-id`` with each attempt of one call. Where the first attempt has succeeded, a
second one gets its answer: AWS does so with client tokens, which most operations do not have.
"""

from collections import OrderedDict
from collections.abc import Callable
from hashlib import sha256
from threading import Event, Lock
from typing import Final

from moto.core.request import Request
from werkzeug.wrappers import Response

_HEADER: Final = "amz-sdk-invocation-id"
_KEPT: Final = 2_000


class _Attempt:
    """The first attempt of a call: ``answer`` is None while it is under way, and where it failed."""

    def __init__(self) -> None:
        self.finished = Event()
        self.answer: Response | None = None


class Replays:
    """The answers of the newest calls that have succeeded; thread-safe."""

    def __init__(self, *, kept: int = _KEPT) -> None:
        self._attempts: OrderedDict[str, _Attempt] = OrderedDict()
        self._kept = kept
        self._lock = Lock()

    def answer(self, request: Request, make: Callable[[], Response]) -> Response:
        """The answer that ``make`` gives, once for each call; what failed is made again.

        A second attempt waits for the first one. A request without the header is always made.
        """
        if not (call := _call(request)):
            return make()
        while True:
            attempt, first = self._attempt(call)
            if first:
                return self._make(call, attempt, make)
            attempt.finished.wait()
            if attempt.answer is not None:
                return _copy(attempt.answer)

    def _attempt(self, call: str) -> tuple[_Attempt, bool]:
        """The attempt that answers ``call``, and whether it is this one."""
        with self._lock:
            if known := self._attempts.get(call):
                return known, False
            made = self._attempts[call] = _Attempt()
            while len(self._attempts) > self._kept:
                self._attempts.popitem(last=False)
            return made, True

    def _make(self, call: str, attempt: _Attempt, make: Callable[[], Response]) -> Response:
        try:
            answer = make()
            if answer.status_code < 400:
                answer.make_sequence()
                attempt.answer = _copy(answer)
            return answer
        finally:
            if attempt.answer is None:
                with self._lock:
                    self._attempts.pop(call, None)
            attempt.finished.set()


def _call(request: Request) -> str:
    """What an attempt has in common with the others of its call; empty where it does not say."""
    invocation = request.headers.get(_HEADER)
    if not invocation:
        return ""
    parts = (invocation, request.method, request.full_path, request.headers.get("X-Amz-Target", ""))
    return sha256("\n".join(parts).encode() + b"\n" + request.get_data()).hexdigest()


def _copy(answer: Response) -> Response:
    return Response(answer.get_data(), answer.status_code, answer.headers)
