"""A KRaft quorum: controllers as nodes of their own, as MSK has them."""

import base64
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Final

from modules.properties_file import as_lines
from rehearsal.kafka.nodes import Site
from rehearsal.processes.addresses import listens
from rehearsal.processes.java import Jvm
from rehearsal.processes.programs import Program

LISTENER: Final = "CONTROLLER"
_PORT: Final = 9093
_FIRST_ID: Final = 10001  # away from the brokers', which count from 1
_MAIN: Final = "kafka.Kafka"
_HEAP: Final = 192


class Quorum:
    """``count`` controllers that run with the cluster's ``settings``."""

    connect = None

    def __init__(self, count: int, site: Site, settings: Mapping[str, str]) -> None:
        self._site = site
        self._addresses = {_FIRST_ID + place: site.take(f"c-{_FIRST_ID + place}", _PORT) for place in range(count)}
        for number in self._addresses:
            self._add(number, settings)

    def broker_settings(self, broker: int) -> Mapping[str, str]:
        return {"process.roles": "broker", "node.id": str(broker)} | self._quorum

    def prepare(self, data: Path, node: int) -> None:
        """As ``kafka-storage format`` leaves it, without another JVM for each node."""
        identity = base64.urlsafe_b64encode(sha256(self._site.domain.encode()).digest()[:16]).decode().rstrip("=")
        facts = {"version": "1", "cluster.id": identity, "node.id": str(node)}
        (data / "meta.properties").write_text(as_lines(facts))

    def configure(self, settings: Mapping[str, str]) -> Sequence[Program]:
        for number in self._addresses:
            self._site.configure(f"c-{number}", dict(settings) | self._settings(number))
        return [self._site.programs[f"c-{number}"] for number in self._addresses]

    def serves(self, number: int) -> bool:
        return listens(self._addresses[number]) is True

    def forgot(self, broker: int) -> bool:  # noqa: ARG002
        """The broker itself asks until it may register."""
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
            "log.dirs": str(self._site.data(f"c-{number}")),
        }

    def _add(self, number: int, settings: Mapping[str, str]) -> None:
        node, site = f"c-{number}", self._site
        jvm = Jvm(_MAIN, site.jars, heap=_HEAP, hosts=site.hosts, role="controller")
        site.add(node, jvm, dict(settings) | self._settings(number))
        self.prepare(site.data(node), number)
