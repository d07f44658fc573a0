"""Everything behind one rehearsal: the embedded AWS, its brokers and workers, the databases."""

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from modules.artifacts.lock import File, Lock
from modules.config import Environment
from rehearsal import parts
from rehearsal.addresses import Addresses
from rehearsal.aws.client import client
from rehearsal.aws.server import EmbeddedAws
from rehearsal.connect import Connectors
from rehearsal.kafka import Clusters
from rehearsal.logs import LogShipper
from rehearsal.mysql import Database
from rehearsal.seed import Seeded, seed

Page = Callable[[bytes], object]


class World:
    """The servers of ``environment`` below ``folder``; ``paths`` has the pinned files, ``archives`` the plugins.

    ``brokers`` is the most that may run. ``pages`` are further answers of ``/_rehearsal/<name>``.
    """

    def __init__(
        self,
        environment: Environment,
        *,
        folder: Path,
        lock: Lock,
        paths: Mapping[File, Path],
        archives: Mapping[str, Path],
        brokers: int | None = None,
        pages: Mapping[str, Page] = {},
    ) -> None:
        self._environment = environment
        self._archives = archives
        self._addresses = Addresses()
        self.url = f"http://{self._addresses.aws}"
        self._logs = LogShipper(self._put_logs)
        self._clusters = Clusters(
            addresses=self._addresses,
            folder=_made(folder / "kafka"),
            jars=parts.libraries(lock, parts.KAFKA, paths),
            logs=self._logs,
            limit=brokers,
        )
