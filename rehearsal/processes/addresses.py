"""Where the servers of one rehearsal listen, and the names that lead there.

On Linux all of 127.0.0.0/8 is up: each rehearsal has a /24 of it, and each server an address of its own with the
port that AWS gives it. Elsewhere only 127.0.0.1 is, so each server gets a free port there instead.
"""

import errno
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Final

RUNS: Final = 250
AWS_PORT: Final = 4566  # where developers expect an AWS on their own machine
_SECOND_BYTE: Final = 99  # 127.99.<run>.<server>: away from what other tools put on 127.0.x.y
EVERY_LOOPBACK: Final = sys.platform == "linux"


class AddressError(Exception):
    """No loopback address is left."""


@dataclass(frozen=True, order=True, slots=True)
class Address:
    """An IPv4 address in dotted form, and a port."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


class Addresses:
    """The addresses of one rehearsal, and its host names.

    The first address is ``aws``; whoever listens there owns the /24, so two rehearsals never share one.
    """

    def __init__(self, *, every_loopback: bool = EVERY_LOOPBACK) -> None:
        self._every_loopback = every_loopback
        self._lock = Lock()
        self._next = 2
        self._names: dict[str, str] = {"localhost": "127.0.0.1", socket.gethostname(): "127.0.0.1"}
        self.listener, self._run = self._claim()
        host, port = self.listener.getsockname()
        self.aws = Address(host, port)

    def take(self, port: int, *, name: str | None = None) -> Address:
        """A new address, with ``port`` where the machine allows, that ``name`` leads to."""
        if self._every_loopback:
            with self._lock:
                number, self._next = self._next, self._next + 1
            if number > 254:
                raise AddressError("a rehearsal has 253 loopback addresses, and all are taken")
            address = Address(f"127.{_SECOND_BYTE}.{self._run}.{number}", port)
        else:
            address = Address("127.0.0.1", free_port())
        if name:
            self.name(name, address.host)
        return address

    def beside(self, address: Address, port: int) -> Address:
        """Another port of the same server, ``port`` where the machine allows."""
        return Address(address.host, port if self._every_loopback else free_port())

    def name(self, name: str, host: str) -> None:
        """Let ``name`` lead to ``host``, an address."""
        with self._lock:
            self._names[name] = host

    @property
    def names(self) -> Mapping[str, str]:
        """The address of each host name."""
        with self._lock:
            return dict(self._names)

    def write_hosts(self, path: Path) -> Path:
        """``names`` as /etc/hosts spells them: a JVM with ``-Djdk.net.hosts.file`` resolves these and no others."""
        new = path.with_suffix(".new")
        new.write_text("".join(f"{host} {name}\n" for name, host in sorted(self.names.items())))
        return new.replace(path)  # whole at every moment: a JVM reads it again for every name

    def _claim(self) -> tuple[socket.socket, int]:
        """The first free rehearsal number, by listening on its first address."""
        if not self._every_loopback:
            return _listen("127.0.0.1", 0), 0
        for run in range(1, RUNS + 1):
            try:
                return _listen(f"127.{_SECOND_BYTE}.{run}.1", AWS_PORT), run
            except OSError as error:
                if error.errno != errno.EADDRINUSE:
                    raise
        raise AddressError(f"{RUNS} rehearsals run on this machine already")


def _listen(host: str, port: int) -> socket.socket:
    return socket.create_server((host, port), backlog=128)


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def listens(address: Address) -> bool | None:
    """True where something takes connections at ``address``, else None (for ``Program.until``)."""
    try:
        socket.create_connection((address.host, address.port), timeout=1).close()
    except OSError:
        return None
    return True
