"""A real schema registry in memory: Apicurio's, with its own API and Confluent's."""

import tarfile
from pathlib import Path
from typing import Final

import requests

from rehearsal.processes.addresses import Address
from rehearsal.processes.cached_folder import cached_folder
from rehearsal.processes.java import java
from rehearsal.processes.programs import Program

SET: Final = "apicurio-registry"  # of artifacts.lock.toml
PORT: Final = 8080
START_SECONDS: Final = 120
# By the kind of an environment's registry.
PATHS: Final = {"confluent": "/apis/ccompat/v7", "apicurio": "/apis/registry/v2"}
_HEAP: Final = 256  # MiB
_RUNNER: Final = "*-runner.jar"
_READY: Final = "/health/ready"


class RegistryServer:
    """Apicurio's registry from ``archive``, a tar file, at ``address``; its log is in ``folder``."""

    def __init__(self, archive: Path, *, folder: Path, address: Address) -> None:
        self._archive = archive
        self._folder = folder
        self.address = address
        self.program: Program | None = None

    def url(self, kind: str) -> str:
        """The address of the API that clients of a registry of this ``kind`` speak."""
        return f"http://{self.address}{PATHS[kind]}"

    def start(self) -> None:
        """Starts it and waits until it answers; raises ProgramError."""
        self._folder.mkdir(parents=True, exist_ok=True)
        [runner] = _unpacked(self._archive).glob(_RUNNER)
        settings = {
            "quarkus.http.host": self.address.host,
            "quarkus.http.port": str(self.address.port),
            "quarkus.log.console.color": "false",
            "java.io.tmpdir": str(self._folder),
        }
        options = ["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", f"-Xmx{_HEAP}m"]
        given = [f"-D{key}={value}" for key, value in settings.items()]
        command = [java(), *options, *given, "-jar", str(runner)]
        self.program = Program("schema-registry", command, folder=self._folder).start()
        self.program.wait_until(self._ready, seconds=START_SECONDS)

    def _ready(self) -> bool | None:
        try:
            return True if requests.get(f"http://{self.address}{_READY}", timeout=5).ok else None
        except requests.RequestException:
            return None

    def kill(self) -> None:
        if self.program:
            self.program.kill()


def _unpacked(archive: Path) -> Path:
    """The server's files, in the user's cache."""

    def unpack(folder: Path) -> None:
        with tarfile.open(archive) as content:
            content.extractall(folder, filter="data")

    return cached_folder("schema-registry", str(archive), unpack)
