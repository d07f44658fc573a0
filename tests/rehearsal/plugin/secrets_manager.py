"""The part of AWS Secrets Manager that a config provider calls: GetSecretValue, on loopback."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread


@contextmanager
def secrets_manager(secrets: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    """The endpoint's URL; ``secrets`` are flat JSON secrets by name."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            asked = self.headers["X-Amz-Target"], request["SecretId"]
            found = secrets.get(asked[1]) if asked[0] == "secretsmanager.GetSecretValue" else None
            answer = {"__type": "ResourceNotFoundException"} if found is None else _value(asked[1], found)
            self._send(400 if found is None else 200, json.dumps(answer).encode())

        def _send(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/x-amz-json-1.1")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def _value(name: str, secret: Mapping[str, str]) -> dict[str, str]:
    return {"Name": name, "SecretString": json.dumps(dict(secret))}
