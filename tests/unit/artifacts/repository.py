"""A Maven repository on a loopback port that can fail in scripted ways."""

import ssl
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from email.message import Message
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import NamedTuple

from modules.artifacts.lock import Coordinates, File


class Asked(NamedTuple):
    """A received request."""

    path: str
    headers: Message


Answer = Callable[["Handler", bytes], None]


class Repository:
    """Serves ``contents`` by path. ``script`` has answers for a path, one for each request, before normal ones."""

    def __init__(self, port: int, scheme: str = "http") -> None:
        self.url = f"{scheme}://127.0.0.1:{port}"
        self.contents: dict[str, bytes] = {}
        self.script: dict[str, list[Answer]] = defaultdict(list)
        self.log: list[Asked] = []
        self.etag = ""
        self.reached = Event()
        self.release = Event()

    def publish(self, maven: str, content: bytes, *, size: int | None = None) -> File:
        """Puts ``content`` at its Maven path, and pins it."""
        file = pin(maven, content, size=size)
        self.contents[f"/{file.maven.path}"] = content
        return file

    def answers(self, file: File, *answers: Answer) -> None:
        self.script[f"/{file.maven.path}"] += answers

    def asked(self, file: File) -> list[Asked]:
        return [request for request in self.log if request.path == f"/{file.maven.path}"]


def pin(maven: str, content: bytes, *, size: int | None = None, url: str | None = None) -> File:
    parsed = Coordinates.parse(maven)
    return File(maven=parsed, url=url, size=size, licence="Apache-2.0", sha256=sha256(content).hexdigest())


class Server(ThreadingHTTPServer):
    daemon_threads = True
    repository: Repository


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def do_GET(self) -> None:
        repository = self.server.repository
        repository.log.append(Asked(self.path, self.headers))
        content = repository.contents.get(self.path)
        script = repository.script[self.path]
        if script:
            script.pop(0)(self, content or b"")
        elif content is None:
            status(404)(self, b"")
        else:
            behave(self, content)

    def log_message(self, format: str, *args: object) -> None:
        pass

    def begin(self, code: int, headers: Mapping[str, object]) -> None:
        self.send_response(code)
        for name, value in headers.items():
            self.send_header(name, str(value))
        if self.server.repository.etag:
            self.send_header("ETag", self.server.repository.etag)
        self.end_headers()
        self.wfile.flush()


def behave(handler: Handler, content: bytes) -> None:
    """The file, or the requested range of it if it is unchanged."""
    requested = handler.headers.get("Range")
    unchanged = handler.headers.get("If-Range") in (None, handler.server.repository.etag)
    if not (requested and unchanged):
        everything(handler, content)
        return
    begin, last = requested.removeprefix("bytes=").split("-")
    part = content[int(begin) : int(last) + 1 if last else None]
    span = f"bytes {begin}-{int(begin) + len(part) - 1}/{len(content)}"
    handler.begin(206, {"Content-Length": len(part), "Content-Range": span})
    handler.wfile.write(part)


def everything(handler: Handler, content: bytes) -> None:
    """The whole file, whatever range is requested."""
    handler.begin(200, {"Content-Length": len(content)})
    handler.wfile.write(content)


def breaks_off(after: int) -> Answer:
    def answer(handler: Handler, content: bytes) -> None:
        handler.begin(200, {"Content-Length": len(content)})
        handler.wfile.write(content[:after])
        handler.close_connection = True

    return answer


def hangs(after: int | None) -> Answer:
    """Stalls after so many bytes, or before the first line of the answer, until the test releases it."""

    def answer(handler: Handler, content: bytes) -> None:
        if after is not None:
            handler.begin(200, {"Content-Length": len(content)})
            handler.wfile.write(content[:after])
        handler.server.repository.reached.set()
        handler.server.repository.release.wait()
        handler.close_connection = True

    return answer


def status(code: int, **headers: object) -> Answer:
    """``Retry_After=1`` becomes the header Retry-After."""

    def answer(handler: Handler, _: bytes) -> None:
        handler.begin(code, {"Content-Length": 0, **{k.replace("_", "-"): v for k, v in headers.items()}})

    return answer


def instead(content: bytes, **headers: object) -> Answer:
    def answer(handler: Handler, _: bytes) -> None:
        names = {k.replace("_", "-"): v for k, v in headers.items()}
        handler.begin(200, {"Content-Length": len(content), **names})
        handler.wfile.write(content)

    return answer


def chunked(handler: Handler, content: bytes) -> None:
    handler.begin(200, {"Transfer-Encoding": "chunked"})
    for part in (content[:10], content[10:]):
        handler.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))
    handler.wfile.write(b"0\r\n\r\n")


@contextmanager
def serving(certificate: Path | None = None) -> Iterator[Repository]:
    """A server; with TLS if ``certificate`` is given, a PEM file with its key."""
    server = Server(("127.0.0.1", 0), Handler)
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    repository = server.repository = Repository(server.server_address[1], "https" if certificate else "http")
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield repository
    finally:
        repository.release.set()
        server.shutdown()
        thread.join()
        server.server_close()
