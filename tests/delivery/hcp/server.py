"""A fake of HCP Terraform on a loopback port, for Terraform's own CLI and workspaces in local execution mode.

It keeps workspaces, locks, states and uploaded configurations by HCP Terraform's rules, and runs nothing itself.
Terraform is led to it by a ``host`` block in its CLI configuration; hostname and token stay those of HCP Terraform.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from tests.delivery.hcp.api import Answer, Api, Request
from tests.delivery.hcp.organization import Mode, Organization, RefusalError

HOSTNAME: Final = "app.terraform.io"
_API: Final = "/api/v2/"


class HcpTerraform:
    """Public: ``organization``, ``url``, ``unknown`` (requests that the fake cannot answer)."""

    def __init__(self, organization: Organization, url: str) -> None:
        self.organization = organization
        self.url = url
        self.unknown: list[str] = []
        self._api = Api(organization, url=f"{url}/archive")
        self._one_at_a_time = Lock()

    def api(self, request: Request) -> Answer:
        with self._one_at_a_time:
            try:
                return self._api.answer(request)
            except RefusalError as error:
                return Answer(error.status, {"errors": [{"status": str(error.status), "detail": str(error)}]})
            except NotImplementedError as error:
                self.unknown.append(str(error))
                return Answer(404, {"errors": [{"status": "404", "detail": "not found"}]})

    def store(self, kind: str, id_: str, content: bytes) -> None:
        """An upload by a client, authorized by its URL as in HCP Terraform."""
        with self._one_at_a_time:
            if kind == "state":
                self.organization.state(id_).upload(content)
            elif kind == "configuration":
                self.organization.configuration(id_).archive = content
            else:
                self.organization.state(id_)

    def load(self, id_: str) -> bytes:
        with self._one_at_a_time:
            content = self.organization.state(id_).content
        if content is None:
            raise RefusalError(404, "not found")
        return content


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    hcp: HcpTerraform

    def do_GET(self) -> None:
        self._handle()

    def do_POST(self) -> None:
        self._handle()

    def do_PATCH(self) -> None:
        self._handle()

    def do_PUT(self) -> None:
        self._handle()

    def _handle(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        path = urlsplit(self.path).path
        try:
            if path.startswith(_API):
                self._answer_api(path.removeprefix(_API), body)
            else:
                self._answer_archive(path, body)
        except RefusalError as error:
            self._send(error.status, str(error).encode(), "text/plain")

    def _answer_api(self, path: str, body: bytes) -> None:
        if path == "ping":
            self._send(204, b"", "application/vnd.api+json")
            return
        token = self.headers.get("Authorization", "").removeprefix("Bearer ")
        user = self.hcp.organization.users.get(token)
        if user is None:
            answer = Answer(401, {"errors": [{"status": "401", "title": "unauthorized"}]})
        else:
            query = dict(parse_qsl(urlsplit(self.path).query))
            request = Request(self.command, path, query, json.loads(body or b"{}"), user)
            answer = self.hcp.api(request)
        self._send(answer.status, json.dumps(answer.document).encode(), "application/vnd.api+json")

    def _answer_archive(self, path: str, body: bytes) -> None:
        match self.command, path.split("/")[1:]:
            case "PUT", ["archive", kind, id_]:
                self.hcp.store(kind, id_, body)
                self._send(200, b"", "text/plain")
            case "GET", ["archive", "state", id_]:
                self._send(200, self.hcp.load(id_), "application/json")
            case _:
                self.hcp.unknown.append(f"{self.command} {path}")
                self._send(404, b"", "text/plain")

    def _send(self, status: int, content: bytes, type_: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", type_)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("TFP-API-Version", "2.6")
        self.send_header("TFP-AppName", "HCP Terraform")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def hcp_terraform(users: Mapping[str, str], *, mode: Mode = "local") -> Iterator[HcpTerraform]:
    """Serves the organization acme in the block; ``users`` by token, ``mode`` of new workspaces."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as server:
        url = f"http://127.0.0.1:{server.server_port}"
        hcp = HcpTerraform(Organization("acme", users=users, mode=mode), url)
        server.RequestHandlerClass = type("Handler", (_Handler,), {"hcp": hcp})
        thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield hcp
        server.shutdown()
        thread.join()
