"""The nodes of a Kafka cluster, whatever they run: where each is, and its program."""

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
    """What the names of a cluster's nodes end in: MSK puts six letters or digits of its own behind the name."""
    return f"{spec.name.lower()}.{sha256(spec.arn.encode()).hexdigest()[:6]}.c1.kafka.{spec.region}.amazonaws.com"


@dataclass
class Site:
    """One cluster's place on this machine.

    ``folder`` takes all that it stores, ``hosts`` leads its JVMs from names to addresses. ``programs`` are its nodes
    by their short names (``b-1``, ``z-1``), in the order in which they were made.
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

    def take(self, node: str, port: int) -> Address:
        """An address of ``node``'s own, that its name leads to."""
        return self.addresses.allocate(port, name=self.host(node))

    def data(self, node: str) -> Path:
        """Where ``node`` stores."""
        return self.folder / node / "data"

    def add(self, node: str, jvm: Jvm, settings: Mapping[str, str]) -> None:
        """A node whose only argument is a file with ``settings``; the first in its role learns its classes."""
        folder = self.folder / node
        self.data(node).mkdir(parents=True)
        learn = all(other.archive != jvm.archive for other in self._jvms.values())
        file = self.configure(node, settings)
        self.programs[node] = Program(node, jvm.command(str(file), folder=folder, list_classes=learn), folder=folder)
        self._jvms[node] = jvm

    def configure(self, node: str, settings: Mapping[str, str]) -> Path:
        """Other ``settings``, from the next start on."""
        file = self.folder / node / "node.properties"
        file.write_text(as_lines(settings))
        return file

    def remove(self, node: str) -> None:
        """Ends a node for good, with what it stores."""
        self.programs.pop(node).kill()
        del self._jvms[node]
        shutil.rmtree(self.folder / node, ignore_errors=True)

    def dump_class_archives(self) -> None:
        """To be called when the cluster is ready, once."""
        self._archive_dumps = [ArchiveDump(jvm, self.folder / node) for node, jvm in self._jvms.items()]

    def stop(self) -> None:
        """Ends all programs at once: nothing that they store is needed again."""
        for learning in self._archive_dumps:
            learning.finish()
        for program in self.programs.values():
            program.kill()


class Coordination(Protocol):
    """What the brokers of a cluster register with."""

    @property
    def connect(self) -> str | None:
        """``host:port,…`` for ZooKeeper's clients; None where there is no ZooKeeper."""
        ...

    def broker_settings(self, broker: int) -> Mapping[str, str]:
        """What a broker must be told to find it."""
        ...

    def prepare(self, data: Path, node: int) -> None:
        """Makes a new node's storage ready."""
        ...

    def configure(self, settings: Mapping[str, str]) -> Sequence[Program]:
        """The nodes that follow the cluster's ``settings`` too, to be restarted for them."""
        ...

    def serves(self, number: int) -> bool:
        """Whether one of its own nodes takes part."""
        ...

    def forgot(self, broker: int) -> bool:
        """Whether a broker that ended may register anew."""
        ...
