"""What connectors reach as their registry: it asks for the login of the environment's, over TLS where that has it."""

import hmac
import json
import ssl
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from typing import Final, NamedTuple

import requests
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

from rehearsal.processes.addresses import Address
from rehearsal.registry.server import PATHS, RegistryServer

_SECONDS: Final = 30
_POLL_SECONDS: Final = 0.05
# Of one connection, and not of the request; the server has no use for the login.
_NOT_FORWARDED: Final = frozenset(
    ["authorization", "connection", "content-length", "host", "http2-settings", "transfer-encoding", "upgrade"]
)
_OF_THE_BODY: Final = frozenset(["connection", "content-encoding", "content-length", "transfer-encoding"])


class Login(NamedTuple):
    user: str
    password: str


class _Handler(WSGIRequestHandler):
    """Writes no access log."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass


class Gateway:
    """Forwards to ``server``, from ``address``, what comes with the login that ``login`` returns, if it returns one.

    Every other request gets status 401. ``certificate`` is a PEM file with a key and a certificate, for TLS.
    """

    def __init__(
        self,
        server: RegistryServer,
        address: Address,
        *,
        login: Callable[[], Login | None] = lambda: None,
        certificate: Path | None = None,
    ) -> None:
        self._server = server
        self._address = address
        self._login = login
        self._certificate = certificate
        self._listening: BaseWSGIServer | None = None

    def url(self, kind: str) -> str:
        """The address of the API that clients of a registry of this ``kind`` speak."""
        return f"{'https' if self._certificate else 'http'}://{self._address}{PATHS[kind]}"

    def start(self) -> None:
        context = None
        if self._certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(self._certificate)
        self._listening = make_server(
            self._address.host,
            self._address.port,
            Request.application(self._answer),
            threaded=True,
            request_handler=_Handler,
            ssl_context=context,
        )
        Thread(target=self._listening.serve_forever, args=(_POLL_SECONDS,), daemon=True).start()

    def stop(self) -> None:
        if self._listening:
            self._listening.shutdown()
            self._listening.server_close()

    def _answer(self, request: Request) -> Response:
        if not self._admits(request):
            refused = {"error_code": 401, "message": "this registry asks for the login in schema_registry.secret"}
            asked = {"WWW-Authenticate": 'Basic realm="schema registry"'}
            return Response(json.dumps(refused), 401, asked, content_type="application/json")
        answer = requests.request(
            request.method,
            f"http://{self._server.address}{request.environ['RAW_URI']}",
            headers={name: value for name, value in request.headers if name.lower() not in _NOT_FORWARDED},
            data=request.get_data(),
            timeout=_SECONDS,
        )
        headers = {name: value for name, value in answer.headers.items() if name.lower() not in _OF_THE_BODY}
        return Response(answer.content, answer.status_code, headers)

    def _admits(self, request: Request) -> bool:
        wanted, given = self._login(), request.authorization
        if wanted is None:
            return True
        if given is None or given.type != "basic":
            return False
        return hmac.compare_digest(f"{given.username}:{given.password}".encode(), ":".join(wanted).encode())
