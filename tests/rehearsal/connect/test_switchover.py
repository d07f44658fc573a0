"""Another server takes over the database's name, as after a blue/green deployment or a restore."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from tenacity import retry, retry_if_result, stop_after_delay, wait_fixed

from rehearsal.aws.backends import ConnectorSpec, ServerError
from rehearsal.connect.connector import RunningConnector
from rehearsal.database.mysql import Database
from tests.rehearsal.connect.lab import PASSWORD, Lab, running
from tests.rehearsal.connect.proxy import Proxy
from tests.rehearsal.database.databases import answers, server

# From ON; one step at a time.
WITHOUT_GTIDS = ("ON_PERMISSIVE", "OFF_PERMISSIVE", "OFF")
SOONER = {
    "connect.keep.alive.interval.ms": "2000",
    "retriable.restart.connector.wait.ms": "4000",
    "heartbeat.interval.ms": "500",
}
BEFORE = (("r", "Ada"), ("c", "before"))
# As in docs/source-database.md.
ONLY_WITH_GTIDS = "DO EXTRACTVALUE('<a/>', IF(@@GLOBAL.gtid_mode = 'ON', '/a', '~gtid_mode must be ON'))"


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with running(tmp_path_factory.mktemp("switchover")) as servers:
        yield servers


@dataclass(frozen=True)
class Source:
    """``green`` replicates ``blue``; ``proxy`` is what the connector reaches under the database's name."""

    lab: Lab
    blue: Database
    green: Database
    proxy: Proxy
    name: str

    def spec(self, **properties: str) -> ConnectorSpec:
        """As deployed, but that it waits for less time."""
        spec = self.lab.another(self.name)
        given = {key.replace("__", "."): value for key, value in properties.items()}
        own = {"database.port": str(self.proxy.address.port), **SOONER}
        return replace(spec, configuration={**spec.configuration, **own, **given})

    def events(self) -> list[tuple[str, str]]:
        return [(operation, row["name"]) for operation, row in self.lab.rows(f"{self.name}.shop.customers")]

    @retry(stop=stop_after_delay(60), wait=wait_fixed(0.2), reraise=True)
    def wait_for(self, *events: tuple[str, str]) -> None:
        """These events and no others."""
        assert self.events() == [*events]

    @retry(stop=stop_after_delay(60), wait=wait_fixed(0.2), reraise=True)
    def wait_for_last_file(self) -> None:
        """The connector has committed an offset at the start of the last file of ``blue``."""
        assert self.lab.messages(f"dev-{self.name}-offsets")[-1]["file"] == last_file(self.blue)

    def promote(self) -> None:
        """``green`` has all that ``blue`` has, and takes writes."""
        with self.blue.connect() as connection, connection.cursor() as cursor:
            cursor.execute("SHOW MASTER STATUS")
            file, position, *_ = cursor.fetchall()[0]
        [(waited,)] = answers(self.green, f"SELECT MASTER_POS_WAIT('{file}', {position}, 30)")
        assert int(str(waited)) >= 0
        sql(self.green, "STOP SLAVE", "RESET SLAVE ALL")


def sql(database: Database, *statements: str) -> None:
    with database.connect() as connection, connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def insert(database: Database, *names: str) -> None:
    sql(database, *(f"INSERT INTO shop.customers (name) VALUES ('{name}')" for name in names))


def last_file(database: Database) -> str:
    return str(answers(database, "SHOW BINARY LOGS")[-1][0])


def rotate(database: Database, *, beyond: Database) -> None:
    """So that ``database`` begins a file with a higher number than any of ``beyond``."""
    while last_file(database) <= last_file(beyond):
        sql(database, "FLUSH BINARY LOGS")


@contextmanager
def connector_away(source: Source, *, to: Database) -> Iterator[None]:
    """The name leads nowhere; after the block it is that of ``to``."""
    source.proxy.refuse()
    source.proxy.reset()
    yield
    source.proxy.target = to.address
    source.proxy.listen()


@contextmanager
def source(lab: Lab, folder: Path, name: str, *, gtids: bool) -> Iterator[Source]:
    addresses = lab.servers.addresses
    made = [Database(folder=folder / each, address=addresses.allocate(3306), server=server()) for each in ("b", "g")]
    with made[0] as blue, made[1] as green:
        for number, database in enumerate(made, 1):
            sql(database, f"SET GLOBAL server_id = {number}")
            if not gtids:
                sql(database, *(f"SET GLOBAL gtid_mode = {mode}" for mode in WITHOUT_GTIDS))
        blue.create_user("cdc", PASSWORD)
        replicate(blue, green, "MASTER_AUTO_POSITION = 1" if gtids else "MASTER_LOG_FILE = 'binlog.000001'")
        sql(
            blue,
            "CREATE DATABASE shop",
            "CREATE TABLE shop.customers (id INT PRIMARY KEY AUTO_INCREMENT, name VARCHAR(50))",
        )
        insert(blue, "Ada")
        with Proxy(addresses.same_host(lab.database.address, 3307), blue.address) as proxy:
            yield Source(lab, blue, green, proxy, name)


def replicate(blue: Database, green: Database, start: str) -> None:
    with green.connect() as connection, connection.cursor() as cursor:
        cursor.execute(
            f"CHANGE MASTER TO MASTER_HOST = %s, MASTER_PORT = %s, MASTER_USER = 'cdc', MASTER_PASSWORD = %s,"
            f" MASTER_SSL = 1, {start}",
            (blue.address.host, blue.address.port, PASSWORD),
        )
        cursor.execute("START SLAVE")


@contextmanager
def streaming(source: Source, spec: ConnectorSpec) -> Iterator[RunningConnector]:
    """It has read the first row and ``before``, which is in the binlog."""
    connector = source.lab.connectors(spec)
    try:
        source.wait_for(("r", "Ada"))
        insert(source.blue, "before")
        source.wait_for(*BEFORE)
        yield connector
    finally:
        connector.stop()


def test_with_gtids_nothing_is_lost_or_repeated(lab: Lab, tmp_path: Path) -> None:
    strict = {"database__initial__statements": ONLY_WITH_GTIDS}
    with source(lab, tmp_path, "gtids", gtids=True) as one, streaming(one, one.spec(**strict)) as connector:
        with connector_away(one, to=one.green):
            insert(one.blue, "away")
            one.promote()
            insert(one.green, "promoted")
            rotate(one.green, beyond=one.blue)
        one.wait_for(*BEFORE, ("c", "away"), ("c", "promoted"))
        insert(one.green, "after")
        one.wait_for(*BEFORE, ("c", "away"), ("c", "promoted"), ("c", "after"))
        assert connector.failure() is None


def test_without_gtids_a_file_of_the_same_name_skips_rows_and_a_missing_one_ends_the_task(
    lab: Lab, tmp_path: Path
) -> None:
    """The files of both servers are numbered from 1."""
    with source(lab, tmp_path, "files", gtids=False) as one, streaming(one, one.spec()) as connector:
        with pytest.raises(ServerError, match="gtid_mode must be ON"):
            connector.change(one.spec(database__initial__statements=ONLY_WITH_GTIDS))
        rotate(one.blue, beyond=one.green)
        one.wait_for_last_file()
        with connector_away(one, to=one.green):
            one.promote()
            insert(one.green, "skipped")
            sql(one.green, "FLUSH BINARY LOGS")
            assert last_file(one.green) == last_file(one.blue)
        insert(one.green, "after")
        one.wait_for(*BEFORE, ("c", "after"))
        assert connector.failure() is None

        connector.change(one.spec(snapshot__mode="always"))
        snapshot = [("r", name) for name in ("Ada", "before", "skipped", "after")]
        one.wait_for(*BEFORE, ("c", "after"), *snapshot)

        rotate(one.green, beyond=one.blue)
        insert(one.green, "rotated")
        one.wait_for(*BEFORE, ("c", "after"), *snapshot, ("c", "rotated"))
        with connector_away(one, to=one.blue):
            pass
        failure = str(wait_for_failure(connector))
        assert "the database does not have the binlog position of the committed offset" in failure.splitlines()[0]
        assert "another database has the name" in failure.splitlines()[0]


@retry(retry=retry_if_result(lambda failure: failure is None), stop=stop_after_delay(60), wait=wait_fixed(0.2))
def wait_for_failure(connector: RunningConnector) -> ServerError:
    return connector.failure()  # type: ignore[return-value]  # retried until there is one
