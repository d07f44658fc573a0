"""What the deployed connector has that the imported one had not: every difference is in the report."""

from collections.abc import Mapping
from typing import Final

from cdc.imports.checking import STAND_IN
from cdc.imports.formats.described import Value
from cdc.imports.translation.entry import Entry
from cdc.imports.translation.notes import Kind, Note, shown
from modules.debezium.configuration import connector_properties
from modules.debezium.definitions import Release, release
from modules.environment.checks.document_rules import FILL_IN
from modules.environment.environment import Environment

_WHY: Final = {
    "config.action.reload": "a restart by a reload would be silent",
    "database.ssl.mode": "the database is read over TLS only",
    "database.include.list": "it follows from source.tables, and narrows whose structure is followed",
    "event.converting.failure.handling.mode": "a value that does not fit would become null",
    "heartbeat.interval.ms": "without heartbeats an idle database's offset is purged from the binary log",
    "snapshot.locking.mode": "Aurora has no global read lock, so another word locks every table for the whole snapshot",
    "schema.history.internal.store.only.captured.databases.ddl": "other databases are nothing that it reads",
    "topic.creation.default.partitions": "Kafka Connect makes the topics that do not exist yet",
    "topic.creation.default.replication.factor": "-1 is the brokers' default.replication.factor",
}
_ALWAYS: Final = "every connector has it"
# Told of where their values come from, whatever they are.
_ELSEWHERE: Final = ("connector.class", "tasks.max", "database.user", "database.password", "table.include.list")


def note(entries: list[Entry], environment: Environment) -> None:
    """Adds to each entry what it will have besides, and what it had and will not have."""
    for entry in entries:
        if connector := environment.connectors.get(entry.key):
            plugin = environment.plugins[connector.plugin]
            known = release(plugin.debezium_version, connector.kafkaconnect_version)
            ours = connector_properties(connector, debezium_version=plugin.debezium_version)
            _note(entry, ours, known)


def _note(entry: Entry, ours: Mapping[str, str], known: Release) -> None:
    assert entry.body
    mentioned = {note.key for note in entry.notes}
    passed_over = {*mentioned, *_ELSEWHERE, *entry.body.get("properties", {})}
    if FILL_IN in entry.body["source"]["tables"]:
        passed_over.add("database.include.list")
    for key, value in ours.items():
        if STAND_IN in value or key in passed_over:
            continue
        if entry.before.get(key, _default(known, key)) != value:
            entry.notes.append(Note(entry.key, Kind.ADDED, key, "", shown(key, value), _WHY.get(key, _ALWAYS)))
    for key, before in entry.before.items():
        if key not in ours and key not in mentioned:
            entry.notes.append(Note(entry.key, Kind.LOST, key, shown(key, before), "", "the entry has no place for it"))


def _default(known: Release, key: str) -> Value | None:
    if key in known.connector:
        return known.connector[key].default
    return known.connect[key].default if key in known.connect else None
