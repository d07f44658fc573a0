"""One MySQL server for all tests of tables and rows."""

from collections.abc import Iterator

import pytest

from rehearsal.database.mysql import Database, quote
from tests.rehearsal.database import databases
from tests.rehearsal.database.databases import answers


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    with databases.database(tmp_path_factory.mktemp("mysql")) as running:
        yield running


@pytest.fixture
def empty(server: Database) -> Iterator[Database]:
    """Drops the databases that the test created."""
    before = {name for (name,) in answers(server, "SHOW DATABASES")}
    yield server
    for name in {name for (name,) in answers(server, "SHOW DATABASES")} - before:
        answers(server, f"DROP DATABASE {quote(str(name))}")
