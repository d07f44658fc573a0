"""The checks of a database, and what they find in one."""

from collections.abc import Iterator, Mapping
from typing import Final

import pymysql

from cdc.findings import Result, error, ok
from cdc.preflight.database import privileges, settings, tables
from cdc.preflight.database.connecting import ConnectionFailedError, Login, Route, connected
from cdc.preflight.database.reading import read
from cdc.preflight.database.subject import Check, Subject
from modules.environment.models.connectors import Connector
from rehearsal.database.captures import Capture
from rehearsal.database.mysql import error_message

# In the order of the report.
CHECKS: Final[Mapping[str, Check]] = {
    "writer": settings.writer,
    "binary log": settings.binary_log,
    "retention": settings.retention,
    "GTIDs": settings.gtids,
    "server id": settings.server_id,
    "time zone": settings.time_zone,
    "privileges": privileges.privileges,
    "tables": tables.exist,
    "primary keys": tables.keys,
    "snapshot": tables.sizes,
    "columns": tables.columns,
    "topic names": tables.topic_names,
}


def check(key: str, connector: Connector, route: Route, login: Login) -> Iterator[Result]:
    """All findings about the database of the connector ``key``; one only where it cannot be reached."""
    where, capture = f"connector {key}: database", Capture.of(key, connector)
    try:
        with connected(route, login) as connection:
            facts = read(connection, captures=lambda name: bool(capture.captured([name])))
    except ConnectionFailedError as failed:
        yield Result(where, "connection", failed.finding)
        return
    except pymysql.MySQLError as failed:
        grants = "grant what docs/source-database.md lists"
        yield Result(where, "connection", error(f"a statement failed: {error_message(failed)}", grants))
        return
    trusted = "" if route.authority else ", certificate not verified (--ca)"
    yield Result(where, "connection", ok(f"{login.user} at {route}, over TLS{trusted}"))
    subject = Subject(key, connector, facts)
    for name, judge in CHECKS.items():
        for finding in judge(subject):
            yield Result(where, name, finding)
