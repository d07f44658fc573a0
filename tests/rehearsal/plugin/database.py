"""A MySQL server that records logins and denies them all.

MySQL's client/server protocol, "Connection Phase": HandshakeV10, HandshakeResponse41, caching_sha2_password.
"""

import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from queue import Queue
from threading import Thread
from typing import NamedTuple

NONCE = bytes(range(1, 21))
METHOD = b"caching_sha2_password"
# CLIENT_LONG_PASSWORD, CLIENT_PROTOCOL_41, CLIENT_SECURE_CONNECTION, CLIENT_PLUGIN_AUTH; not CLIENT_SSL
CAPABILITIES = 0x1 | 0x200 | 0x8000 | 0x80000
AUTOCOMMIT = 0x2
UTF8MB4 = 0xFF
ACCESS_DENIED = 1045
# Capabilities, packet size, character set and 23 reserved bytes come before the user.
USER_AT = 4 + 4 + 1 + 23


class Login(NamedTuple):
    """A client's user name, and its proof of the password."""

    user: str
    proof: bytes


class Database:
    """Public: ``port``."""

    def __init__(self, listener: socket.socket) -> None:
        self.port: int = listener.getsockname()[1]
        self._listener = listener
        self._logins: Queue[Login | None] = Queue()

    def login(self) -> Login | None:
        """The next recorded login; None where a client disconnected without one."""
        return self._logins.get(timeout=10)

    def serve(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:  # closed: the block has been left
                return
            with client:
                self._logins.put(_refused(client))


@contextmanager
def database() -> Iterator[Database]:
    """A server on a loopback port of its own."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = Database(listener)
        thread = Thread(target=server.serve)
        thread.start()
        try:
            yield server
        finally:
            listener.shutdown(socket.SHUT_RDWR)  # wakes accept()
            thread.join()


def proof(password: str) -> bytes:
    """The proof that a client with ``password`` sends."""
    digest = sha256(password.encode()).digest()
    mask = sha256(sha256(digest).digest() + NONCE).digest()
    return bytes(a ^ b for a, b in zip(digest, mask, strict=True))


def _refused(client: socket.socket) -> Login | None:
    client.sendall(_packet(0, _greeting()))
    with client.makefile("rb") as stream:
        header = stream.read(4)
        response = stream.read(int.from_bytes(header[:3], "little"))
    if not response:
        return None
    client.sendall(_packet(2, struct.pack("<BH", 0xFF, ACCESS_DENIED) + b"#28000Access denied"))
    return _login(response)


def _packet(number: int, payload: bytes) -> bytes:
    return len(payload).to_bytes(3, "little") + bytes([number]) + payload


def _greeting() -> bytes:
    low, high = CAPABILITIES & 0xFFFF, CAPABILITIES >> 16
    return (
        struct.pack("<B7sI8sx", 10, b"8.0.36\0", 1, NONCE[:8])
        + struct.pack("<HBHHB10x", low, UTF8MB4, AUTOCOMMIT, high, len(NONCE) + 1)
        + struct.pack("<12sx", NONCE[8:])
        + METHOD
        + b"\0"
    )


def _login(response: bytes) -> Login:
    user, _, rest = response[USER_AT:].partition(b"\0")
    return Login(user.decode(), rest[1 : 1 + rest[0]])
