"""A replica takes over, while rows are written: each is committed once, on one of the two."""

import threading
from pathlib import Path

import pymysql
import pytest

from rehearsal.database.changes import Changes
from rehearsal.database.ledger import Ledger
from rehearsal.database.preparation import prepare
from tests.rehearsal.database import databases
from tests.rehearsal.database.connectors import reading
from tests.rehearsal.database.databases import answers, rows_in
from tests.rehearsal.database.replica import Replica
from tests.rehearsal.database.test_source import wait_for_rows


def test_a_replica_takes_over(tmp_path: Path) -> None:
    with databases.database(tmp_path / "old") as old, databases.database(tmp_path / "new") as new:
        source = prepare(old, reading("x.events"), rows=0)
        ledger = Ledger()
        changes = Changes(old, source.captured, ledger)
        replica = Replica(new, of=old, at=old.address)
        replica.start()
        stop = threading.Event()
        load = threading.Thread(target=changes.load, args=(stop,), kwargs={"rows_per_second": 400})
        load.start()
        replica.promote()
        changes.redirect(new)
        before = rows_in(old, changes.tables[0])
        wait_for_rows(ledger, before + 100)
        stop.set()
        load.join()
        assert rows_in(new, changes.tables[0]) == ledger.changed_rows
        assert rows_in(old, changes.tables[0]) == before
        ledger.forget()
        assert ledger.changed_rows == 0
        with pytest.raises(pymysql.OperationalError, match="read-only"):
            answers(old, "CREATE DATABASE another")
