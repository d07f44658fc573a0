"""The source databases of an environment: a MySQL server for each cluster, instance and host."""

import zlib
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from modules.environment.environment import Environment
from modules.environment.models.sources import ClusterSource, HostSource, Source
from modules.environment.names import domain
from rehearsal.aws.seed import Endpoint, Login
from rehearsal.database.mysql import PORT, Database
from rehearsal.database.mysql_server import Server
from rehearsal.iam.tls import CertificateAuthority
from rehearsal.processes.addresses import Addresses


class Databases(Mapping[str, Database]):
    """The databases by ``source.database``, with their data below ``folder``; ``authority`` signs for them."""

    def __init__(
        self,
        environment: Environment,
        *,
        addresses: Addresses,
        folder: Path,
        server: Server,
        authority: CertificateAuthority,
    ) -> None:
        self._sources = [connector.source for connector in environment.connectors.values()]
        self._starting: list[Future[Database]] = []
        self._endpoints: dict[str, Endpoint] = {}
        self._databases: dict[str, Database] = {}
        for name, source in {source.database: source for source in self._sources}.items():
            hostname, port = _hostname(source, environment.region), _port(source)
            address = addresses.allocate(port, name=hostname, deployed=isinstance(source, HostSource))
            self._endpoints[name] = Endpoint(hostname, address.port)
            own = folder / name.replace(":", "_")
            own.mkdir(parents=True)
            certificate = authority.write_keystore(own / "certificate.pem", hostname, address.host)
            self._databases[name] = Database(folder=own, address=address, server=server, certificate=certificate)

    def __getitem__(self, name: str) -> Database:
        return self._databases[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._databases)

    def __len__(self) -> int:
        return len(self._databases)

    @property
    def endpoints(self) -> dict[str, Endpoint]:
        """Where RDS says that the databases are."""
        return self._endpoints

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
        for database, secret in dict.fromkeys((source.database, source.secret) for source in self._sources):
            self[database].create_user(logins[secret].username, logins[secret].password)

    def kill(self) -> None:
        for database in self.values():
            database.kill()


def _hostname(source: Source, region: str) -> str:
    """An endpoint with RDS's format, of an Aurora cluster its writer's; the checksum is its account-specific part."""
    if isinstance(source, HostSource):
        return source.host.address
    own = f"{zlib.crc32(region.encode()):08x}.{region}.rds.{domain(region)}"
    return f"{source.cluster}.cluster-{own}" if isinstance(source, ClusterSource) else f"{source.instance}.{own}"


def _port(source: Source) -> int:
    return source.host.port if isinstance(source, HostSource) else PORT
