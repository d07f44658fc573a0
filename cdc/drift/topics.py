"""The topics of an environment's connectors: what differs from what the file asks for, and what loses data."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Final

from cdc.drift.account import Account
from cdc.drift.event_topics import compared, differences
from cdc.findings import Finding, Result, error, ok, unknown
from cdc.kafka.listing import CREATE_SIGNALS, Listed, Topic
from modules.debezium import topics
from modules.deployment import Deployment
from modules.environment.environment import Environment
from modules.environment.models.connectors import Connector

_UNLIMITED: Final = ("-1", str(2**63 - 1))  # the second is the longest time that Kafka takes
_POLICY: Final = "cleanup.policy"
_HISTORY_LOST: Final = "docs/runbooks/schema-history-lost.md"


@dataclass(frozen=True)
class Subject:
    """A connector of the file, called ``name``; ``exists`` in MSK Connect."""

    connector: Connector
    name: str
    exists: bool

    @property
    def history(self) -> str:
        return topics.schema_history_topic(self.connector)

    @property
    def offsets(self) -> str:
        return topics.offsets_of(self.connector, name=self.name)

    @property
    def signals(self) -> str | None:
        return self.connector.signals.topic if self.connector.signals else None

    @property
    def named(self) -> tuple[str, ...]:
        """Topics that it has beside those of events."""
        return (self.history, self.offsets, *([self.signals] if self.signals else []))


def subjects(environment: Environment, existing: Collection[str]) -> list[Subject]:
    """The connectors of the file; ``existing`` are the names of those in MSK Connect."""
    deployment = Deployment.without_account(environment)
    named = [(one, deployment.connector_name(key, one)) for key, one in environment.connectors.items()]
    return [Subject(connector, name, name in existing) for connector, name in named]


def named(environment: Environment) -> set[str]:
    """The topics of the connectors beside those of events."""
    return {topic for one in subjects(environment, ()) for topic in one.named}


def is_compared(environment: Environment, topic: str) -> bool:
    """Whether ``judge`` compares its settings."""
    events = (compared(environment, one, [topic]) for one in environment.connectors.values())
    return topic in named(environment) or any(events)


def judge(environment: Environment, account: Account, listed: Listed) -> Iterator[Result]:
    """Findings for each connector. A check is OK only where all that it needs was described."""
    for subject in subjects(environment, account.connectors):
        events = compared(environment, subject.connector, listed.topics)
        for check, names, found in (
            ("event topics", events, differences(environment, subject.connector, listed.topics)),
            ("schema history", [subject.history], _history(subject, listed, events)),
            ("offsets", [subject.offsets], _offsets(subject, listed, events)),
            ("signals", [subject.signals] if subject.signals else [], _signals(subject, listed)),
        ):
            yield from (Result(subject.name, check, one) for one in _or_ok([*found], names, listed))
    yield from (Result("cluster", "topics", unknown(f"skipped: {why}", "")) for why in listed.skipped)


def _or_ok(found: list[Finding], names: Collection[str], listed: Listed) -> list[Finding]:
    there = [listed.topics[name] for name in names if name in listed.topics]
    if found or not names or listed.denied & {*names} or any(one.settings is None for one in there):
        return found
    return [ok(f"{len(there)} as the file asks" if there else "no topic yet")]


def _history(subject: Subject, listed: Listed, events: Collection[str]) -> Iterator[Finding]:
    name, found = subject.history, listed.topics.get(subject.history)
    if found is None:
        if _missing(subject, name, listed, events):
            yield error(f"{name} is missing: the connector cannot start again", _HISTORY_LOST)
        return
    if found.partitions > 1:
        message = f"{name} has {found.partitions} partitions: only one keeps the order of statements"
        yield error(message, _HISTORY_LOST)
    for key, value in _limits(found):
        yield error(
            f"{name} has {key}={value}: statements are removed, and then the connector cannot start again",
            f"{_altered(name, key, 'delete' if key == _POLICY else '-1')}; if some are removed: {_HISTORY_LOST}",
        )


def _limits(topic: Topic) -> Iterator[tuple[str, str]]:
    """Settings by which Kafka removes messages."""
    settings = topic.settings or {}
    if "compact" in settings.get(_POLICY, ""):
        yield _POLICY, settings[_POLICY]
    if "delete" in settings.get(_POLICY, "delete"):
        limits = ("retention.ms", "retention.bytes")
        yield from ((key, settings[key]) for key in limits if settings.get(key, "-1") not in _UNLIMITED)


def _offsets(subject: Subject, listed: Listed, events: Collection[str]) -> Iterator[Finding]:
    name, found = subject.offsets, listed.topics.get(subject.offsets)
    if found is None:
        if _missing(subject, name, listed, events):
            message = f"{name} is missing: when the connector starts again, it does not know where it was"
            yield error(message, "docs/recovery.md, before it starts again")
    elif (policy := (found.settings or {}).get(_POLICY, "compact")) != "compact":
        message = f"{name} has {_POLICY}={policy}: committed offsets are removed, and workers do not start with it"
        yield error(message, _altered(name, _POLICY, "compact"))


def _missing(subject: Subject, name: str, listed: Listed, events: Collection[str]) -> bool:
    """Whether a topic is missing that was there: before a connector writes its first event, both are."""
    return subject.exists and bool(events) and name not in listed.denied


def _signals(subject: Subject, listed: Listed) -> Iterator[Finding]:
    if not (name := subject.signals):
        return
    found = listed.topics.get(name)
    if found is None and subject.exists and name not in listed.denied:
        yield error(
            f"{name} is missing: no signal reaches the connector",
            CREATE_SIGNALS.format(topic=name),
        )
    if found and found.partitions > 1:
        message = (
            f"{name} has {found.partitions} partitions: Debezium reads the first, signals in others have no effect"
        )
        yield error(message, "create it again with one partition, while the connector is stopped")


def _altered(topic: str, key: str, value: str) -> str:
    return f"kafka-configs.sh --alter --entity-type topics --entity-name {topic} --add-config {key}={value}"
