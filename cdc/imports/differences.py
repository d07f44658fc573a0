"""Notes every difference between the imported connector and the one that will be deployed."""

from collections.abc import Mapping
from typing import Final

from cdc.imports.checking import PLACEHOLDER
from cdc.imports.formats.described import Value
from cdc.imports.translation.entry import Entry
from cdc.imports.translation.notes import Kind, Note, shown
from modules.debezium.configuration import connector_properties
from modules.debezium.definitions import Release, release
from modules.environment.checks.document_rules import FILL_IN
from modules.environment.environment import Environment

_WHY: Final = {
    "config.action.reload": "a connector must not restart unnoticed",
    "connect.keep.alive.interval.ms": "a connection that ended is opened again sooner",
    "database.ssl.mode": "the database is read over TLS only",
    "database.include.list": "derived from source.tables; schema changes of other databases are not read",
    "event.converting.failure.handling.mode": "a value that cannot be converted would become null",
    "heartbeat.interval.ms": "without heartbeats, the binlog position of an idle database can be purged",
    "internal.custom.retriable.exception": "this release of Debezium would stop at every failover of the database",
    "max.queue.size.in.bytes": "wide rows would take all memory of the worker",
    "retriable.restart.connector.wait.ms": "a failover of the database takes longer than the default",
    "snapshot.locking.mode": "RDS denies the global read lock, so other values lock every table for the whole snapshot",
    "schema.history.internal.store.only.captured.databases.ddl": "schema changes of other databases are not needed",
    "topic.creation.default.partitions": "for topics that Kafka Connect creates",
    "topic.creation.default.replication.factor": "-1 is the brokers' default.replication.factor",
}
_ALWAYS: Final = "set for every connector"
# Reported by other steps.
_REPORTED: Final = ("connector.class", "tasks.max", "database.user", "database.password", "table.include.list")


def note(entries: list[Entry], environment: Environment) -> None:
    """Adds notes to each entry: on properties that it will have, and on those that it will no longer have."""
    for entry in entries:
        if connector := environment.connectors.get(entry.key):
            plugin = environment.plugins[connector.plugin]
            known = release(plugin.debezium_version, connector.kafkaconnect_version)
            generated = connector_properties(
                connector, debezium_version=plugin.debezium_version, registry=environment.registry
            )
            _note(entry, generated, known)


def _note(entry: Entry, generated: Mapping[str, str], known: Release) -> None:
    assert entry.body
    mentioned = {note.key for note in entry.notes}
    passed_over = {*mentioned, *_REPORTED, *entry.body.get("properties", {})}
    if FILL_IN in entry.body["source"]["tables"]:
        passed_over.add("database.include.list")
    for key, value in generated.items():
        if PLACEHOLDER in value or key in passed_over:
            continue
        if entry.before.get(key, _default(known, key)) != value:
            entry.notes.append(Note(entry.key, Kind.ADDED, key, "", shown(key, value), _WHY.get(key, _ALWAYS)))
    for key, before in entry.before.items():
        if key not in generated and key not in mentioned:
            why = "the environment file has no key for it"
            entry.notes.append(Note(entry.key, Kind.LOST, key, shown(key, before), "", why))


def _default(known: Release, key: str) -> Value | None:
    if key in known.connector:
        return known.connector[key].default
    return known.connect[key].default if key in known.connect else None
