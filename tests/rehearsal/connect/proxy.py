"""A proxy between a connector and its database, to cut and hold connections as networks do."""

import select
import socket
import struct
import threading
from contextlib import suppress
from typing import Final, Self

from rehearsal.processes.addresses import Address

_BLOCK: Final = 65536
_RESET: Final = struct.pack("ii", 1, 0)  # SO_LINGER for no time: close sends RST


class Proxy:
    """Forwards ``address`` to ``target``, which may change."""

    def __init__(self, address: Address, target: Address) -> None:
        self.address = address
        self._forwarding = threading.Event()
        self._forwarding.set()
        self.target = target
        self._open: list[socket.socket] = []
        self._listener: socket.socket | None = None

    def __enter__(self) -> Self:
        self.listen()
        return self

    def __exit__(self, *_: object) -> None:
        self.forward()
        self.refuse()
        self.end()

    def listen(self) -> None:
        """Accepts connections."""
        self._listener = socket.create_server((self.address.host, self.address.port))
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def hold(self) -> None:
        """Forwards nothing, and answers no connection, as a network that loses every packet."""
        self._forwarding.clear()

    def forward(self) -> None:
        """What was held passes."""
        self._forwarding.set()

    def refuse(self) -> None:
        """Refuses new connections, as a host without a server does."""
        if self._listener:
            with suppress(OSError):
                self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
            self._listener = None

    def reset(self) -> None:
        """Resets every connection, on both sides."""
        for connection in self._open:
            with suppress(OSError):
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        self.end()

    def end(self) -> None:
        """Ends every connection in order."""
        for connection in self._open:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()
        self._open.clear()

    def _accept(self, listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                client, _ = listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        self._forwarding.wait()
        try:
            server = socket.create_connection((self.target.host, self.target.port))
        except OSError:
            client.close()
            return
        self._open += [client, server]
        with suppress(OSError, ValueError):
            self._forward(client, server)
        for each in (client, server):
            each.close()

    def _forward(self, client: socket.socket, server: socket.socket) -> None:
        while True:
            ready, _, _ = select.select([client, server], [], [], 0.5)
            self._forwarding.wait()
            for source in ready:
                data = source.recv(_BLOCK)
                if not data:
                    return
                (server if source is client else client).sendall(data)
