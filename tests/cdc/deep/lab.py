"""Validation with the pinned archives of Debezium: the findings of several configurations."""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from cdc.deep.validation import Case, Finding, pinned, validate
from modules.artifacts.cache import Cache
from modules.artifacts.fetch import FetchErrors, fetch
from modules.artifacts.lock import File, load
from modules.artifacts.sources import sources
from tests.needs import missing

ARCHIVES = {"3.6.1.Final": "debezium-connector-mysql", "2.7.4.Final": "debezium-2.7"}
# Properties of every configuration, as connector_properties and Terraform set them.
WHOLE = {
    "name": "orders",
    "connector.class": "io.debezium.connector.mysql.MySqlConnector",
    "tasks.max": "1",
    "database.hostname": "database.invalid",
    "database.port": "3306",
    "database.user": "${secretsmanager:cdc/orders:username}",
    "database.password": "${secretsmanager:cdc/orders:password}",
    "database.server.id": "5401",
    "topic.prefix": "orders",
    "database.include.list": "orders",
    "table.include.list": r"orders\.customers,orders\.order_items",
    "schema.history.internal.kafka.topic": "schema-history.orders",
    "schema.history.internal.kafka.bootstrap.servers": "broker.invalid:9098",
    "topic.creation.default.partitions": "6",
    "topic.creation.default.replication.factor": "-1",
}


@cache
def paths(*workers: str) -> Mapping[File, Path]:
    lock = load()
    archives = [file for name in ARCHIVES.values() for file in lock.sets[name].files]
    try:
        return fetch([*pinned(lock, *workers), *archives], sources=sources(), cache=Cache())
    except FetchErrors as error:
        missing(str(error))


def archive(release: str) -> Path:
    [file] = load().sets[ARCHIVES[release]].files
    return paths("3.7.x", "2.7.1")[file]


def findings(
    cases: Sequence[Mapping[str, str]], release: str = "3.6.1.Final", worker: str = "3.7.x"
) -> list[tuple[Finding, ...]]:
    """The findings of each case, whose properties are added to ``WHOLE``."""
    whole = [Case(archive(release), {**WHOLE, **case}) for case in cases]
    return validate(whole, load(), paths("3.7.x", "2.7.1"), worker=worker)
