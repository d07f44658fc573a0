"""Checks who sends a request, routes it to its service, injects faults, and logs the request."""

import io
import re
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from moto.core.request import Request
from werkzeug.wrappers import Request as AnyRequest, Response

from rehearsal.aws import refusals
from rehearsal.aws.faults import Faults
from rehearsal.aws.journal import Journal
from rehearsal.aws.keys import Keys
from rehearsal.aws.long_polls import held
from rehearsal.aws.pages import CREDENTIALS, PREFIX, Pages
from rehearsal.aws.replays import Replays
from rehearsal.aws.request_signatures import UnauthenticRequestError, verify
from rehearsal.aws.service import Operation, Service, ServiceError, answer, error_response, operation_name
from rehearsal.processes.addresses import LOCAL

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_SCOPE: Final = re.compile(r"Credential=[^/]+/\d+/(?P<region>[^/]+)/(?P<service>[^/]+)/aws4_request")
_READING: Final = ("Describe", "Get", "Head", "List")
_FORM: Final = "application/x-www-form-urlencoded"
_KEY: Final = re.compile(r"Credential=(?P<key>[^/]+)/")
_MOTO: Final = "/moto-api"  # its pages reset everything, and show everything


@dataclass(frozen=True)
class Target:
    """What a request is for; a field is empty where the request does not say."""

    service: str
    region: str
    operation: str

    @property
    def read_only(self) -> bool:
        """Whether the operation only reads, judging by its name."""
        return self.operation.startswith(_READING)


# Why the sender of a request may not send it; None where it may.
Denied = Callable[[Request, Target], str | None]

# By service and operation.
Operations = Mapping[tuple[str, str], Operation]


def nothing_denied(*_: object) -> None:
    """Every signed request is allowed."""


class Application:
    """Signed requests go to the service of their credential scope: to one of ``services``, or to ``moto``.

    Requests must be for ``host`` (``address:port``), from no web page, and signed with one of ``keys``; the control
    pages have a token instead. moto's own pages are not served.
    ``denied`` says why the sender of a request may not send it. ``operations`` answer instead of moto.
    ``on_change`` is called after each request that may have changed something, before the client gets the response.
    """

    def __init__(
        self,
        services: Mapping[str, Service],
        moto: "WSGIApplication",
        *,
        host: str,
        keys: Keys,
        pages: Pages,
        journal: Journal,
        faults: Faults,
        on_change: Callable[[Target], None],
        denied: Denied = nothing_denied,
        operations: Operations = MappingProxyType({}),
    ) -> None:
        self._operations = operations
        self._services = services
        self._moto = moto
        self._host = host
        self._keys = keys
        self._pages = pages
        self._journal = journal
        self._faults = faults
        self._replays = Replays()
        self._on_change = on_change
        self._denied = denied

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        request = Request(environ)
        if problem := self._problem(request):
            return Response(f"{problem}\n", 403, content_type="text/plain")(environ, start_response)
        if request.path.startswith(PREFIX):
            return self._pages.answer(request)(environ, start_response)
        started = time.monotonic()
        target, response = self._answer(request)
        self._journal.add(
            service=target.service,
            region=target.region,
            operation=target.operation,
            method=request.method,
            path=request.path,
            status=response.status_code,
            seconds=time.monotonic() - started,
            agent=request.headers.get("User-Agent", "").partition(" ")[0],
        )
        return response(environ, start_response)

    def _problem(self, request: Request) -> str | None:
        """Why the request comes from no client of this AWS: a name may resolve to loopback (DNS rebinding)."""
        if (host := request.environ.get("HTTP_HOST")) != self._host and not self._for_workers(request):
            return f"the host must be {self._host}, got {host!r}"
        if origin := request.headers.get("Origin"):
            return f"requests of web pages are refused, got Origin {origin!r}"
        if request.path.startswith(_MOTO):
            return f"{_MOTO} is not served"
        return None

    def _for_workers(self, request: Request) -> bool:
        """Credentials, which have a token, by the name that hosts files of workers have for this AWS."""
        named = f"{LOCAL}:{self._host.rpartition(':')[2]}"
        return request.path == f"{PREFIX}{CREDENTIALS}" and request.environ.get("HTTP_HOST") == named

    def _answer(self, request: Request) -> tuple[Target, Response]:
        """The response to an authentic request, after ``on_change``; AWS's error for any other."""
        try:
            verify(request, self._keys, now=datetime.now(UTC))
        except UnauthenticRequestError as error:
            service, region = _scope(request)
            target = Target(service, region, _named_target(request))
            return target, refusals.response(service, target.operation, request, error.refusal)
        target = _target(request)
        try:
            return target, self._response(request, target)
        finally:
            if not target.read_only:
                self._on_change(target)

    def _response(self, request: Request, target: Target) -> Response:
        fault = self._faults.for_request(target.service, target.operation)
        if fault:
            time.sleep(fault.delay)
            if fault.error:
                error = ServiceError(fault.error.code, fault.error.message)
                return error_response(target.service, target.operation, error, status=fault.error.status)
        if why := self._denied(request, target):
            code, status = refusals.denial(target.service)
            return error_response(target.service, target.operation, ServiceError(code, why), status=status)
        response = self._made(request, target)
        if fault and fault.lost:
            raise ConnectionAbortedError("a fault of this rehearsal")  # werkzeug closes the connection
        return response

    def _made(self, request: Request, target: Target) -> Response:
        """The response; a change is made once, however often its client repeats the request."""
        if target.read_only:
            return self._from_service(request, target)
        return self._replays.answer(request, lambda: self._from_service(request, target))

    def _from_service(self, request: Request, target: Target) -> Response:
        service = self._services.get(target.service)
        if service:
            return held(request, target.operation, lambda: service.answer(request, target.region))
        if made := self._operations.get((target.service, target.operation)):
            return answer(target.service, target.operation, request, made)
        # Not buffered: an S3 object is streamed.
        return Response.from_app(self._moto, request.environ)


def access_key(request: AnyRequest) -> str:
    """The id of the key that a request is signed with; empty where it says none."""
    found = _KEY.search(request.headers.get("Authorization", ""))
    return found["key"] if found else ""


def _scope(request: Request) -> tuple[str, str]:
    """Service and region of the credential; empty where the request does not say."""
    presigned = f"Credential={request.args.get('X-Amz-Credential', '')}"
    scope = _SCOPE.search(request.headers.get("Authorization", "")) or _SCOPE.search(presigned)
    return (scope["service"].lower(), scope["region"]) if scope else ("", "")


def _named_target(request: Request) -> str:
    return request.headers.get("X-Amz-Target", "").rpartition(".")[2]


def _target(request: Request) -> Target:
    service, region = _scope(request)
    named = _named_target(request) or _action(request)
    return Target(service, region, named or (operation_name(service, request) if service else ""))


def _action(request: Request) -> str:
    """The query protocol's Action; the form can still be read afterwards."""
    if request.mimetype != _FORM:
        return ""
    body = request.get_data()
    request.environ["wsgi.input"] = io.BytesIO(body)
    request.environ["CONTENT_LENGTH"] = str(len(body))
    form = Request({**request.environ, "wsgi.input": io.BytesIO(body)}).form
    return form.get("Action", "")
