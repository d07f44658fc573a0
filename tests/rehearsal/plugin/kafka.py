"""One Kafka node that is broker and controller."""

import socket
import subprocess
from pathlib import Path

from rehearsal.processes.addresses import free_port
from rehearsal.processes.programs import Program, ProgramError
from tests.rehearsal.plugin.java import command

CLUSTER_ID = "bXNrLWNkYy10ZXN0cy0wMA"  # any 16 bytes, in base64 for URLs


class Broker(Program):
    """A KRaft node on loopback, without authentication.

    Public: ``address``; clients may use it at once, as they retry until the node listens.
    """

    def __init__(self, *, libraries: Path, folder: Path) -> None:
        self._port = free_port()
        self.address = f"127.0.0.1:{self._port}"
        settings = folder / "server.properties"
        settings.write_text(_settings(self.address, f"127.0.0.1:{free_port()}", folder / "data"))
        _format(settings, libraries)
        super().__init__(
            "broker", command("kafka.Kafka", str(settings), libraries=libraries, folder=folder), folder=folder
        )

    def wait(self) -> None:
        """Waits until the node accepts connections."""
        self.wait_until(self._connected)

    def _connected(self) -> bool | None:
        try:
            socket.create_connection(("127.0.0.1", self._port), timeout=1).close()
        except OSError:
            return None
        return True


def _settings(address: str, controller: str, data: Path) -> str:
    return f"""\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@{controller}
controller.listener.names=CONTROLLER
listeners=PLAINTEXT://{address},CONTROLLER://{controller}
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
log.dirs={data}
offsets.topic.num.partitions=1
offsets.topic.replication.factor=1
group.initial.rebalance.delay.ms=0
log.cleaner.dedupe.buffer.size=8388608
log.cleaner.threads=1
"""


def _format(settings: Path, libraries: Path) -> None:
    """Formats the node's metadata folder."""
    arguments = ("format", "--cluster-id", CLUSTER_ID, "--config", str(settings))
    storage = command("kafka.tools.StorageTool", *arguments, libraries=libraries, folder=settings.parent)
    done = subprocess.run(storage, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ProgramError(f"kafka's storage must be formatted, got:\n{done.stdout}{done.stderr}")
