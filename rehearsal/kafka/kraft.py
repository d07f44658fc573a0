"""A KRaft quorum: controllers on nodes of their own, as on MSK."""

import base64
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Final

from modules.properties_file import as_lines
from rehearsal.kafka.nodes import Nodes
from rehearsal.processes.addresses import listens
from rehearsal.processes.java import Jvm
from rehearsal.processes.programs import Program

LISTENER: Final = "CONTROLLER"
_PORT: Final = 9093
_FIRST_ID: Final = 10001  # broker ids count from 1
_MAIN: Final = "kafka.Kafka"
_HEAP: Final = 192


class Quorum:
    """``count`` controllers, with the cluster's ``settings``."""

    connect = None

    def __init__(self, count: int, nodes: Nodes, settings: Mapping[str, str]) -> None:
        self._nodes = nodes
        ids = range(_FIRST_ID, _FIRST_ID + count)
        self._addresses = {number: nodes.allocate(f"c-{number}", _PORT) for number in ids}
        for number in self._addresses:
            self._add(number, settings)

    def broker_settings(self, broker: int) -> Mapping[str, str]:
        return {"process.roles": "broker", "node.id": str(broker)} | self._quorum

    def prepare(self, data: Path, node: int) -> None:
        """Does what ``kafka-storage format`` does, without a JVM for each node."""
        cluster_id = base64.urlsafe_b64encode(sha256(self._nodes.domain.encode()).digest()[:16]).decode().rstrip("=")
        meta = {"version": "1", "cluster.id": cluster_id, "node.id": str(node)}
        (data / "meta.properties").write_text(as_lines(meta))

    def configure(self, settings: Mapping[str, str]) -> Sequence[Program]:
        for number in self._addresses:
            self._nodes.configure(f"c-{number}", dict(settings) | self._settings(number))
        return [self._nodes.programs[f"c-{number}"] for number in self._addresses]

    def is_serving(self, number: int) -> bool:
        return listens(self._addresses[number]) is True

    def session_expired(self, broker: int) -> bool:  # noqa: ARG002
        """The broker itself retries until it can register."""
        return True

    @property
    def _quorum(self) -> dict[str, str]:
        voters = ",".join(f"{number}@{address}" for number, address in self._addresses.items())
        return {"controller.quorum.voters": voters, "controller.listener.names": LISTENER}

    def _settings(self, number: int) -> dict[str, str]:
        return self._quorum | {
            "process.roles": "controller",
            "node.id": str(number),
            "listeners": f"{LISTENER}://{self._addresses[number]}",
            "listener.security.protocol.map": f"{LISTENER}:PLAINTEXT",
            "log.dirs": str(self._nodes.data(f"c-{number}")),
        }

    def _add(self, number: int, settings: Mapping[str, str]) -> None:
        node, nodes = f"c-{number}", self._nodes
        jvm = Jvm(_MAIN, nodes.jars, heap=_HEAP, hosts=nodes.hosts, role="controller")
        nodes.add(node, jvm, dict(settings) | self._settings(number))
        self.prepare(nodes.data(node), number)
