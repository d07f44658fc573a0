"""A ZooKeeper ensemble, where brokers register and elect their controller."""

import socket
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from rehearsal.kafka.nodes import Nodes
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
    "forceSync": "no",  # the data need not survive a crash of the machine
}


class Ensemble:
    """An ensemble of ``count`` nodes, or a standalone node."""

    def __init__(self, count: int, nodes: Nodes) -> None:
        self._nodes = nodes
        numbers = range(1, count + 1)
        self._addresses = {number: nodes.allocate(f"z-{number}", CLIENT_PORT) for number in numbers}
        peers = self._peers() if count > 1 else {}
        for number in numbers:
            self._add(number, peers)

    @property
    def connect(self) -> str:
        return ",".join(
            f"{self._nodes.host(f'z-{number}')}:{address.port}" for number, address in self._addresses.items()
        )

    def broker_settings(self, broker: int) -> Mapping[str, str]:
        return {
            "broker.id": str(broker),
            "zookeeper.connect": self.connect,
            "zookeeper.connection.timeout.ms": "60000",  # all nodes start at the same time
        }

    def prepare(self, data: Path, node: int) -> None:
        """A broker creates its storage itself."""

    def configure(self, settings: Mapping[str, str]) -> Sequence[Program]:  # noqa: ARG002
        return ()

    def is_serving(self, number: int) -> bool:
        return _SERVING in _dump(self._addresses[number])

    def session_expired(self, broker: int) -> bool:
        """A killed broker stays registered until its session expires, and cannot register again before."""
        dumps = [_dump(address) for address in self._addresses.values()]
        return any(_SERVING in dump for dump in dumps) and not any(f"/brokers/ids/{broker}\n" in dump for dump in dumps)

    def _peers(self) -> dict[str, str]:
        same_host = self._nodes.addresses.same_host
        return {
            f"server.{number}": f"{address.host}:{same_host(address, _PEER_PORT).port}"
            f":{same_host(address, _ELECTION_PORT).port}"
            for number, address in self._addresses.items()
        }

    def _add(self, number: int, peers: Mapping[str, str]) -> None:
        node, nodes, address = f"z-{number}", self._nodes, self._addresses[number]
        own = {
            "dataDir": str(nodes.data(node)),
            "clientPort": str(address.port),
            "clientPortAddress": address.host,
        }
        jvm = Jvm(_MAIN, nodes.jars, heap=_HEAP, hosts=nodes.hosts)
        nodes.add(node, jvm, {**_SETTINGS, **own, **peers})
        (nodes.data(node) / "myid").write_text(f"{number}\n")


def _dump(address: Address) -> str:
    """A node's sessions and ephemeral znodes; empty where it does not answer."""
    try:
        with socket.create_connection((address.host, address.port), timeout=5) as connection:
            connection.sendall(b"dump")
            with connection.makefile() as answer:
                return answer.read()
    except OSError:
        return ""
