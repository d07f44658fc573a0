"""A real MySQL server instead of Aurora: settings, users, scripts, and crash recovery."""

import ssl
from collections.abc import Iterator
from pathlib import Path

import pymysql
import pytest

from rehearsal.database.mysql import Database, DatabaseError
from tests.places import ROOT
from tests.rehearsal.database import databases

# The settings in docs/source-database.md, and further ones that Debezium and the ledger require.
SETTINGS = {
    "log_bin": "ON",
    "binlog_format": "ROW",
    "binlog_row_image": "FULL",
    "binlog_row_metadata": "FULL",
    "gtid_mode": "ON",
    "time_zone": "+00:00",
}
GRANTS = "GRANT SELECT, RELOAD, SHOW DATABASES, LOCK TABLES, REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO"


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    with databases.database(tmp_path_factory.mktemp("mysql")) as running:
        running.create_user("debezium", "it's a 100% secret")
        yield running


def answers(database: Database, query: str) -> list[tuple[object, ...]]:
    with database.connect() as connection, connection.cursor() as cursor:
        cursor.execute(query)
        return list(cursor.fetchall())


def login(database: Database, user: str, password: str, *, tls: bool = True) -> str:
    """The cipher of the connection."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE  # certificates are the server's own
    connection = pymysql.connect(
        host=database.address.host,
        port=database.address.port,
        user=user,
        password=password,
        ssl=context if tls else None,
        ssl_disabled=not tls,
    )
    with connection, connection.cursor() as cursor:
        cursor.execute("SHOW STATUS LIKE 'Ssl_cipher'")
        return str(next(iter(cursor))[1])


@pytest.mark.parametrize(("name", "value"), SETTINGS.items())
def test_a_setting_is_what_change_data_capture_needs(database: Database, name: str, value: str) -> None:
    assert answers(database, f"SHOW VARIABLES LIKE '{name}'") == [(name, value)]


def test_it_listens_on_its_own_address_only(database: Database) -> None:
    assert answers(database, "SELECT @@bind_address, @@port") == [(database.address.host, database.address.port)]


def test_the_user_has_the_documented_privileges_and_no_others(database: Database) -> None:
    [(grant,)] = answers(database, "SHOW GRANTS FOR debezium")
    assert str(grant).startswith(GRANTS)
    documented = (ROOT / "docs/source-database.md").read_text()
    assert GRANTS in documented


def test_the_user_of_a_signal_table_may_write_to_it(database: Database) -> None:
    with database.connect() as connection, connection.cursor() as cursor:
        cursor.execute("CREATE DATABASE signals")
        cursor.execute("CREATE TABLE signals.`to-do` (id INT)")
    database.create_user("signaller", "x")
    database.grant_signal_table("signaller", "signals.to-do")
    grants = [str(grant) for (grant,) in answers(database, "SHOW GRANTS FOR signaller")]
    assert grants[1:] == ["GRANT INSERT, DELETE ON `signals`.`to-do` TO `signaller`@`%`"]


def test_the_user_signs_in_over_tls(database: Database) -> None:
    assert login(database, "debezium", "it's a 100% secret")


@pytest.mark.parametrize(
    ("user", "password", "tls"),
    [("debezium", "it's a 100% secret", False), ("debezium", "wrong", True), ("root", "", True)],
    ids=["in the clear", "wrong password", "root over the network"],
)
def test_other_logins_are_denied(database: Database, user: str, password: str, tls: bool) -> None:
    with pytest.raises(pymysql.OperationalError, match="Access denied"):
        login(database, user, password, tls=tls)


def test_a_script_runs(database: Database, tmp_path: Path) -> None:
    script = tmp_path / "schema.sql"
    script.write_text("""\
-- a comment; with a semicolon
CREATE DATABASE scripted; USE scripted;
CREATE TABLE notes (text VARCHAR(20) DEFAULT 'a;b');  # and another; one
DELIMITER //
CREATE TRIGGER fill BEFORE INSERT ON notes FOR EACH ROW
BEGIN
    SET NEW.text = CONCAT(NEW.text, ';');
END//
DELIMITER ;
INSERT INTO notes VALUES ('it''s 100%')
""")
    database.run_script(script)
    assert answers(database, "SELECT text FROM scripted.notes") == [("it's 100%;",)]


def test_a_script_that_fails_names_the_line(database: Database, tmp_path: Path) -> None:
    script = tmp_path / "schema.sql"
    script.write_text("CREATE DATABASE refused;\n\n/* two\nlines */\nCREATE TABEL refused.x (id INT);\nSELECT 1;\n")
    with pytest.raises(DatabaseError, match=r"schema\.sql:5: You have an error in your SQL syntax"):
        database.run_script(script)


def test_two_servers_share_nothing(database: Database, tmp_path: Path) -> None:
    with databases.database(tmp_path) as other:
        assert answers(other, "SELECT @@server_uuid") != answers(database, "SELECT @@server_uuid")
        assert (tmp_path / "data/ca.pem").read_bytes() != (database.folder / "data/ca.pem").read_bytes()


def test_a_folder_may_have_a_long_name(tmp_path: Path) -> None:
    folder = tmp_path / ("long" * 30)
    folder.mkdir()
    with databases.database(folder) as running:
        running.restart()
        assert answers(running, "SELECT @@socket") == [(str(running.socket),)]
    assert not running.socket.parent.exists()


@pytest.mark.parametrize("crash", [False, True], ids=["restart", "crash"])
def test_committed_data_survives(database: Database, crash: bool) -> None:
    table = f"kept.after_{'crash' if crash else 'restart'}"
    answers(database, "CREATE DATABASE IF NOT EXISTS kept")
    answers(database, f"CREATE TABLE {table} (id INT PRIMARY KEY)")
    answers(database, f"INSERT INTO {table} VALUES (1), (2)")
    [(before,)] = answers(database, "SELECT @@GLOBAL.gtid_executed")
    if crash:
        database.kill()
        database.start()
    else:
        database.restart()
    assert answers(database, f"SELECT id FROM {table}") == [(1,), (2,)]
    assert answers(database, "SELECT @@GLOBAL.gtid_executed") == [(before,)]
