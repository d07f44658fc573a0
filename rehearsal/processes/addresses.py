"""The loopback addresses of one rehearsal's servers, and their host names.

On Linux all of 127.0.0.0/8 is up: each rehearsal takes a /24 of it, and each server has its own address with the port
that it has on AWS. Elsewhere only 127.0.0.1 is up, and each server gets a free port there.
"""

import errno
import re
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Final

MAX_RUNS: Final = 250
AWS_PORT: Final = 4566  # as other AWS emulators
LOCAL: Final = "localhost"
_SECOND_BYTE: Final = 99  # 127.99.<run>.<server>: other tools use 127.0.x.y
EVERY_LOOPBACK: Final = sys.platform == "linux"
_IPV4: Final = re.compile(r"[0-9.]+")


class AddressError(Exception):
    """No loopback address is free."""


@dataclass(frozen=True, order=True, slots=True)
class Address:
    """An IPv4 address in dotted form, and a port."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


class Addresses:
    """The addresses and host names of one rehearsal.

    The first address is ``aws``. The process that listens there owns the /24: two rehearsals never share one.
    """

    def __init__(self, *, every_loopback: bool = EVERY_LOOPBACK) -> None:
        self._every_loopback = every_loopback
        self._lock = Lock()
        self._next = 2
        self._deployed: dict[tuple[str, int], Address] = {}
        self._names: dict[str, str] = {LOCAL: "127.0.0.1", socket.gethostname(): "127.0.0.1"}
        self.listener, self._run = self._claim_network()
        host, port = self.listener.getsockname()
        self.aws = Address(host, port)
        self._names[LOCAL] = host

    def allocate(self, port: int, *, name: str | None = None, deployed: bool = False) -> Address:
        """A new address, with ``port`` where the machine allows it; ``name`` resolves to it.

        ``deployed`` says that clients are configured with ``name`` and ``port``: see ``here``.
        """
        if self._every_loopback:
            with self._lock:
                number, self._next = self._next, self._next + 1
            if number > 254:
                raise AddressError("all 253 loopback addresses of the rehearsal are in use")
            address = Address(f"127.{_SECOND_BYTE}.{self._run}.{number}", port)
        else:
            address = Address("127.0.0.1", free_port())
        if name:
            self.add_name(name, address.host)
            if deployed:
                self._deployed[name, port] = address
        return address

    def here(self, name: str, port: str) -> tuple[str, str]:
        """What clients connect to for the host ``name`` and ``port``: an IPv4 address is no name that could resolve."""
        address = self._deployed.get((name, int(port))) if port.isdecimal() else None
        if address is None:
            return name, port
        return address.host if _IPV4.fullmatch(name) else name, str(address.port)

    def by_local_name(self, variables: Mapping[str, str], name: str) -> dict[str, str]:
        """``variables`` where the URL in ``name`` has LOCAL instead of the address of ``aws``.

        Older AWS SDKs, such as that of Glue's converter, take credentials from 127.0.0.1 only, and from LOCAL, which
        the hosts files here resolve.
        """
        found = dict(variables)
        if name in found:
            found[name] = found[name].replace(f"//{self.aws.host}:", f"//{LOCAL}:")
        return found

    def same_host(self, address: Address, port: int) -> Address:
        """Another port on the host of ``address``, ``port`` where the machine allows it."""
        return Address(address.host, port if self._every_loopback else free_port())

    def add_name(self, name: str, host: str) -> None:
        """From here on ``name`` resolves to ``host``, an address."""
        with self._lock:
            self._names[name] = host

    @property
    def names(self) -> Mapping[str, str]:
        """The address of each host name."""
        with self._lock:
            return dict(self._names)

    def write_hosts(self, path: Path) -> Path:
        """Writes ``names`` in the format of /etc/hosts; a JVM with ``-Djdk.net.hosts.file`` resolves no others."""
        new = path.with_suffix(".new")
        names = sorted((name, host) for name, host in self.names.items() if not _IPV4.fullmatch(name))
        new.write_text("".join(f"{host} {name}\n" for name, host in names))
        return new.replace(path)  # atomically: a JVM reads the file again for every name

    def _claim_network(self) -> tuple[socket.socket, int]:
        """Listens on the first address of the first free /24."""
        if not self._every_loopback:
            return _listen("127.0.0.1", 0), 0
        for run in range(1, MAX_RUNS + 1):
            try:
                return _listen(f"127.{_SECOND_BYTE}.{run}.1", AWS_PORT), run
            except OSError as error:
                if error.errno != errno.EADDRINUSE:
                    raise
        raise AddressError(f"{MAX_RUNS} rehearsals are running on this machine already")


def _listen(host: str, port: int) -> socket.socket:
    return socket.create_server((host, port), backlog=128)


def free_port() -> int:
    """A free port of 127.0.0.1."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def listens(address: Address) -> bool | None:
    """True where a server accepts connections at ``address``, else None (for ``Program.wait_until``)."""
    try:
        socket.create_connection((address.host, address.port), timeout=1).close()
    except OSError:
        return None
    return True
