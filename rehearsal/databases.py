"""The source databases of an environment: a MySQL server for each Aurora cluster."""

import zlib
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from modules.environment.environment import Environment
from modules.environment.names import domain
from rehearsal.aws.seed import Endpoint, Login
from rehearsal.database.mysql import PORT, Database
from rehearsal.database.mysql_server import Server
from rehearsal.processes.addresses import Addresses


class Databases(Mapping[str, Database]):
    """The databases by Aurora cluster, with their data below ``folder``."""

    def __init__(self, environment: Environment, *, addresses: Addresses, folder: Path, server: Server) -> None:
        self._sources = [connector.source for connector in environment.connectors.values()]
        self._region = environment.region
        self._starting: list[Future[Database]] = []
        self._databases = {
            cluster: Database(
                folder=folder / cluster,
                address=addresses.allocate(PORT, name=self._hostname(cluster)),
                server=server,
            )
            for cluster in dict.fromkeys(source.cluster for source in self._sources)
        }

    def __getitem__(self, cluster: str) -> Database:
        return self._databases[cluster]

    def __iter__(self) -> Iterator[str]:
        return iter(self._databases)

    def __len__(self) -> int:
        return len(self._databases)

    @property
    def endpoints(self) -> dict[str, Endpoint]:
        return {name: Endpoint(self._hostname(name), database.address.port) for name, database in self.items()}

    def start(self) -> None:
        """Starts all in the background; see ``wait``."""
        pool = ThreadPoolExecutor(thread_name_prefix="databases")
        self._starting = [pool.submit(database.start) for database in self.values()]
        pool.shutdown(wait=False)

    def wait(self) -> None:
        """Waits until all accept connections; raises ProgramError, DatabaseError."""
        for starting in self._starting:
            starting.result()

    def create_users(self, logins: Mapping[str, Login]) -> None:
        """Creates each connector's user in the database that it reads; ``logins`` by secret name."""
        for cluster, secret in dict.fromkeys((source.cluster, source.secret) for source in self._sources):
            self[cluster].create_user(logins[secret].username, logins[secret].password)

    def kill(self) -> None:
        for database in self.values():
            database.kill()

    def _hostname(self, cluster: str) -> str:
        """A writer endpoint with Aurora's format; the checksum replaces its account-specific part."""
        checksum = zlib.crc32(self._region.encode())
        return f"{cluster}.cluster-{checksum:08x}.{self._region}.rds.{domain(self._region)}"
