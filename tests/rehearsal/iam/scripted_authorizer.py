"""An authorizer for tests: it answers by a script, and keeps the requests."""

import json
import socket
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from secrets import token_hex
from threading import Thread
from typing import Any

from rehearsal.processes.addresses import Address

PRINCIPAL = "arn:aws:sts::123456789012:assumed-role/orders/session"
Body = dict[str, Any]


class ScriptedAuthorizer:
    """Authenticates every client as ``PRINCIPAL`` and allows everything, unless its script says otherwise.

    Only requests with its ``token`` are answered. Public: ``received``, each request's path and body.
    """

    def __init__(self, address: Address, generation: Path) -> None:
        self.url = f"http://{address}"
        self.token = token_hex()
        self.received: list[tuple[str, Body]] = []
        self._denied: set[tuple[str, str]] = set()
        self._deny_all = False
        self._identity: Callable[[], object] = dict
        self._address = address
        self._generation = generation
        self._changes = 0
        self._server: _Server | None = None
        generation.write_bytes(bytes(8))
        self.script()

    def start(self) -> None:
        self._server = _Server(self, self._address)
        Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        """Also closes the connections that brokers keep open."""
        if self._server:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def script(
        self,
        *denied: tuple[str, str],
        deny_all: bool = False,
        refused: str = "",
        seconds: float = 3600,
        answer: object = None,
    ) -> None:
        """From now on: denied (operation, name) pairs, sessions of ``seconds``, or another ``answer``."""

        def identity() -> object:
            if answer is not None:
                return answer
            expires = int((time.time() + seconds) * 1000)
            return {"refused": refused} if refused else {"principal": PRINCIPAL, "expires": expires}

        self._identity, self._denied, self._deny_all = identity, set(denied), deny_all
        self._changes += 1
        with self._generation.open("r+b") as content:
            content.write(self._changes.to_bytes(8, "big"))

    def requests(self, path: str) -> list[Body]:
        return [body for at, body in self.received if at == path]

    def questions(self) -> list[Body]:
        """The operations requested for ``PRINCIPAL`` so far."""
        return [
            question
            for body in self.requests("/authorize")
            for question in body["requests"]
            if body["principal"] == PRINCIPAL
        ]

    def answer(self, path: str, body: Body) -> object:
        self.received.append((path, body))
        if path == "/authenticate":
            return self._identity()
        return {"allowed": [self._allows(question) for question in body["requests"]]}

    def _allows(self, question: Body) -> bool:
        return not self._deny_all and (question["operation"], question["name"]) not in self._denied


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, authorizer: ScriptedAuthorizer, address: Address) -> None:
        self.authorizer = authorizer
        self._open: set[socket.socket] = set()
        super().__init__((address.host, address.port), _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def server_close(self) -> None:
        for connection in list(self._open):
            connection.shutdown(socket.SHUT_RDWR)
        super().server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        known = self.headers["X-Rehearsal-Token"] == self.server.authorizer.token
        content = json.dumps(self.server.authorizer.answer(self.path, body) if known else {}).encode()
        self.send_response(200 if known else 403)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        pass
