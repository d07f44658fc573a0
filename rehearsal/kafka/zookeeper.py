"""A ZooKeeper ensemble, which brokers register with and elect their controller in."""

import socket
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from rehearsal.kafka.nodes import Site
from rehearsal.processes.addresses import Address
from rehearsal.processes.java import Jvm
from rehearsal.processes.programs import Program

CLIENT_PORT: Final = 2181
_PEER_PORT: Final = 2888
_ELECTION_PORT: Final = 3888
_MAIN: Final = "org.apache.zookeeper.server.quorum.QuorumPeerMain"
_HEAP: Final = 96
_SERVING: Final = "SessionTracker dump"  # else: "not currently serving requests"
_SETTINGS: Final = {
    "tickTime": "2000",
    "initLimit": "10",
    "syncLimit": "5",
    "maxClientCnxns": "0",
    "admin.enableServer": "false",
    "4lw.commands.whitelist": "dump",
    "forceSync": "no",  # a rehearsal does not outlive its machine
}


class Ensemble:
    """``count`` nodes of one ensemble, or a single one alone."""

    def __init__(self, count: int, site: Site) -> None:
        self._site = site
        numbers = range(1, count + 1)
        self._addresses = {number: site.take(f"z-{number}", CLIENT_PORT) for number in numbers}
        peers = self._peers() if count > 1 else {}
        for number in numbers:
            self._add(number, peers)

    @property
    def connect(self) -> str:
        return ",".join(
            f"{self._site.host(f'z-{number}')}:{address.port}" for number, address in self._addresses.items()
        )

    def broker_settings(self, broker: int) -> Mapping[str, str]:
        return {
            "broker.id": str(broker),
            "zookeeper.connect": self.connect,
            "zookeeper.connection.timeout.ms": "60000",  # all nodes start at the same moment
        }

    def prepare(self, data: Path, node: int) -> None:
        """A broker makes its storage itself."""

    def configure(self, settings: Mapping[str, str]) -> Sequence[Program]:  # noqa: ARG002
        return ()

    def serves(self, number: int) -> bool:
        return _SERVING in _dump(self._addresses[number])

    def forgot(self, broker: int) -> bool:
        """A broker that was killed stays registered until its session ends, and its successor may not register."""
        told = [_dump(address) for address in self._addresses.values()]
        return any(_SERVING in text for text in told) and not any(f"/brokers/ids/{broker}\n" in text for text in told)

    def _peers(self) -> dict[str, str]:
        beside = self._site.addresses.same_host
        return {
            f"server.{number}": f"{address.host}:{beside(address, _PEER_PORT).port}"
            f":{beside(address, _ELECTION_PORT).port}"
            for number, address in self._addresses.items()
        }

    def _add(self, number: int, peers: Mapping[str, str]) -> None:
        node, site, address = f"z-{number}", self._site, self._addresses[number]
        place = {
            "dataDir": str(site.data(node)),
            "clientPort": str(address.port),
            "clientPortAddress": address.host,
        }
        jvm = Jvm(_MAIN, site.jars, heap=_HEAP, hosts=site.hosts)
        site.add(node, jvm, {**_SETTINGS, **place, **peers})
        (site.data(node) / "myid").write_text(f"{number}\n")


def _dump(address: Address) -> str:
    """What a node tells of sessions and ephemeral nodes; nothing where it does not answer."""
    try:
        with socket.create_connection((address.host, address.port), timeout=5) as connection:
            connection.sendall(b"dump")
            with connection.makefile() as answer:
                return answer.read()
    except OSError:
        return ""
