"""The nodes of a Kafka cluster: brokers, ZooKeeper nodes, controllers."""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Protocol

from modules.properties_file import as_lines
from rehearsal.aws.backends import ClusterSpec
from rehearsal.processes.addresses import Address, Addresses
from rehearsal.processes.java import ArchiveDump, Jvm
from rehearsal.processes.programs import Program


def domain(spec: ClusterSpec) -> str:
    """The domain of a cluster's nodes: MSK adds six letters or digits to the cluster's name."""
    return f"{spec.name.lower()}.{sha256(spec.arn.encode()).hexdigest()[:6]}.c1.kafka.{spec.region}.amazonaws.com"


@dataclass
class Nodes:
    """The nodes of one cluster: addresses, files and programs.

    ``folder`` has their files, ``hosts`` is their JVMs' hosts file. ``programs`` are the nodes by their short names
    (``b-1``, ``z-1``), in the order in which they were added.
    """

    addresses: Addresses
    folder: Path
    jars: Sequence[Path]
    hosts: Path
    domain: str
    programs: dict[str, Program] = field(default_factory=dict)
    _jvms: dict[str, Jvm] = field(default_factory=dict)
    _archive_dumps: list[ArchiveDump] = field(default_factory=list)

    def host(self, node: str) -> str:
        return f"{node}.{self.domain}"

    def allocate(self, node: str, port: int) -> Address:
        """A new address for ``node``; its host name resolves to it."""
        return self.addresses.allocate(port, name=self.host(node))

    def data(self, node: str) -> Path:
        """The data directory of ``node``."""
        return self.folder / node / "data"

    def add(self, node: str, jvm: Jvm, settings: Mapping[str, str]) -> None:
        """Adds a node whose argument is a file with ``settings``; the first node of a role lists its classes."""
        folder = self.folder / node
        self.data(node).mkdir(parents=True)
        first = all(other.archive != jvm.archive for other in self._jvms.values())
        file = self.configure(node, settings)
        self.programs[node] = Program(node, jvm.command(str(file), folder=folder, list_classes=first), folder=folder)
        self._jvms[node] = jvm

    def configure(self, node: str, settings: Mapping[str, str]) -> Path:
        """Writes ``settings``, for the next start."""
        file = self.folder / node / "node.properties"
        file.write_text(as_lines(settings))
        return file

    def remove(self, node: str) -> None:
        """Kills a node and deletes its data."""
        self.programs.pop(node).kill()
        del self._jvms[node]
        shutil.rmtree(self.folder / node, ignore_errors=True)

    def dump_class_archives(self) -> None:
        """Starts to dump class data archives; to be called once, when the cluster is ready."""
        self._archive_dumps = [ArchiveDump(jvm, self.folder / node) for node, jvm in self._jvms.items()]

    def stop(self) -> None:
        """Kills all nodes: their data is not needed again."""
        for dump in self._archive_dumps:
            dump.finish()
        for program in self.programs.values():
            program.kill()


class Coordination(Protocol):
    """ZooKeeper or KRaft: where the brokers of a cluster register."""

    @property
    def connect(self) -> str | None:
        """``host:port,…`` for ZooKeeper's clients; None under KRaft."""
        ...

    def broker_settings(self, broker: int) -> Mapping[str, str]:
        """The properties by which a broker finds it."""
        ...

    def prepare(self, data: Path, node: int) -> None:
        """Formats a new node's storage."""
        ...

    def configure(self, settings: Mapping[str, str]) -> Sequence[Program]:
        """Writes the cluster's ``settings`` to its own nodes; returns the nodes to restart."""
        ...

    def is_serving(self, number: int) -> bool:
        """Whether one of its own nodes serves requests."""
        ...

    def session_expired(self, broker: int) -> bool:
        """Whether a stopped broker can register again."""
        ...
