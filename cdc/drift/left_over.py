"""Topics that connectors left behind which are gone: what may be deleted, and what a connector would resume from."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from cdc.drift.account import Account, name_prefix
from cdc.drift.topics import named, subjects
from cdc.findings import Finding, Result, ok, warning
from cdc.kafka.listing import Listed
from modules.debezium.internal import CONNECT, covers
from modules.debezium.topics import HISTORY_PREFIX, event_topics, offset_topic
from modules.environment.environment import Environment
from modules.environment.models.kafka import ExistingKafka

# MSK Connect's names: the connector's own, and the last part of its ARN.
_OF_WORKERS: Final = re.compile(
    rf"{CONNECT}(?P<kind>configs|status|offsets)_(?P<name>.+)_(?P<id>[0-9a-f]{{8}}(-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}}-\d+)"
)
_RESUMED: Final = (
    "keep it as long as the connector may come back, which then resumes from it; delete offsets and schema history "
    "together: without the offsets alone it takes a new snapshot, without the schema history alone it cannot start"
)
_DELETED: Final = "safe to delete, by kafka-topics.sh --delete --topic NAME: no worker reads them again"


def judge(environment: Environment, account: Account, listed: Listed) -> Iterator[Result]:
    """A finding for each connector and each topic that it may resume from, OK where nothing is left."""
    own = {one.name for one in subjects(environment, account.connectors)}
    left = _offsets(environment, own | {*account.connectors}, listed)
    found = [
        *_of_workers(environment, account, listed),
        *(
            warning(f"{topic} has the committed offsets of {name}, which is gone", _RESUMED)
            for topic, name in left.items()
        ),
        *_histories(environment, account, listed, left),
    ]
    nothing = [] if listed.denied else [ok("none of connectors that are gone")]
    yield from (Result("cluster", "left-over topics", one) for one in found or nothing)


def _of_workers(environment: Environment, account: Account, listed: Listed) -> Iterator[Finding]:
    """The topics of MSK Connect's workers, by the connector that they were of."""
    running = {"_".join(arn.split("/")[-2:]) for arn in account.connector_arns}
    left: dict[str, list[str]] = {}
    for topic in sorted(listed.topics.keys() - named(environment)):
        found = _OF_WORKERS.fullmatch(topic)
        if not (found and found["name"].startswith(name_prefix(environment))):
            continue
        if f"{found['name']}_{found['id']}" in running:
            continue
        if found["kind"] == "offsets":
            message = f"{topic} has the committed offsets of {found['name']}, which is gone or was replaced"
            yield warning(message, "delete it when no connector has to resume from it, by adopt.offset_topic")
        else:
            left.setdefault(found["name"], []).append(topic)
    for name, topics in left.items():
        yield warning(f"left by workers of {name}, which is gone or was replaced: {', '.join(topics)}", _DELETED)


def _offsets(environment: Environment, known: set[str], listed: Listed) -> dict[str, str]:
    """Offset topics of the environment's names without a connector, and what each was called."""
    events = {pattern for one in environment.connectors.values() for pattern in event_topics(one)}
    suffix = offset_topic("")
    names = {
        topic: topic.removesuffix(suffix)
        for topic in sorted(listed.topics.keys() - named(environment))
        if re.fullmatch(rf"{re.escape(name_prefix(environment))}[a-z][a-z0-9-]*{suffix}", topic)
        and not any(covers(pattern, topic) for pattern in events)
    }
    return {topic: name for topic, name in names.items() if name not in known}


def _histories(
    environment: Environment, account: Account, listed: Listed, left: Mapping[str, str]
) -> Iterator[Finding]:
    """On a cluster of others only those whose prefix is the key of a connector that left its offsets."""
    keys = {name.removeprefix(name_prefix(environment)) for name in left.values()}
    used = named(environment) | account.schema_histories
    for topic in sorted(listed.topics.keys() - used):
        prefix = topic.removeprefix(HISTORY_PREFIX)
        shared = isinstance(environment.kafka, ExistingKafka) and prefix not in keys
        if topic.startswith(HISTORY_PREFIX) and not shared:
            yield warning(f"{topic} is the schema history of no connector", _RESUMED)
