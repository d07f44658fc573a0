"""Values that fit alone and not together: what Debezium refuses, and what MSK Connect's workers cannot do."""

from collections.abc import Iterator
from typing import Final

from modules.debezium import memory
from modules.debezium.checks import routing
from modules.debezium.checks.finding import Finding, error
from modules.debezium.checks.subject import Subject

_EXCLUSIVE: Final = (
    ("column.include.list", "column.exclude.list"),
    ("gtid.source.includes", "gtid.source.excludes"),
)
_CUSTOM: Final = {
    "snapshot.query.mode": "snapshot.query.mode.custom.name",
}
# Read with a word of another property only.
_ONLY_WITH: Final = {
    "snapshot.mode.custom.name": ("snapshot.mode", "custom"),
    "snapshot.locking.mode.custom.name": ("snapshot.locking.mode", "custom"),
    "snapshot.query.mode.custom.name": ("snapshot.query.mode", "custom"),
    "notification.sink.topic.name": ("notification.enabled.channels", "sink"),
}
_SINK_TOPIC: Final = "notification.sink.topic.name"


def check(subject: Subject) -> Iterator[Finding]:
    yield from _queue(subject)
    yield from _memory(subject)
    yield from _exclusive(subject)
    yield from _custom(subject)
    yield from _notifications(subject)
    yield from _exactly_once(subject)
    yield from _idle(subject)


def _queue(subject: Subject) -> Iterator[Finding]:
    """Of the two, what the user set."""
    size, batch = subject.number("max.queue.size"), subject.number("max.batch.size")
    if size is None or batch is None or size > batch:
        return
    if "max.queue.size" in subject.given:
        yield error("max.queue.size", f"must be more than max.batch.size, {batch}", size)
    elif "max.batch.size" in subject.given:
        yield error("max.batch.size", f"must be less than max.queue.size, {size}; raise that as well", batch)


def _memory(subject: Subject) -> Iterator[Finding]:
    """A worker without memory ends, and so does the next one, which reads the same rows."""
    limit = subject.number(memory.KEY) if memory.KEY in subject.given else None
    if limit is None:
        return
    mcu = subject.connector.capacity.mcu
    most = memory.most(mcu)
    if limit == 0:
        message = f"is no limit: {subject.number('max.queue.size')} wide rows may take all memory, and end the worker"
        yield Finding(("properties", memory.KEY), message, limit, level="warning", acceptable=True)
    elif limit > most:
        wanted = f"must be at most {most}, so that the queue and a batch of it fit the heap of {mcu} MCU"
        yield error(memory.KEY, wanted, limit, acceptable=True)


def _exclusive(subject: Subject) -> Iterator[Finding]:
    for first, second in _EXCLUSIVE:
        if first in subject.given and second in subject.given:
            yield error(second, f"must be left out beside {first}: Debezium takes one of them", subject.given[second])


def _custom(subject: Subject) -> Iterator[Finding]:
    for key, name in _CUSTOM.items():
        if key in subject.given and subject.word(key) == "custom" and not subject.given.get(name, "").strip():
            yield error(key, f"must come with {name}, the name of your own", subject.given[key])


def _notifications(subject: Subject) -> Iterator[Finding]:
    for key in ("notification.enabled.channels", _SINK_TOPIC) if subject.connector.notifications else ():
        if key in subject.given:
            yield error(key, "must be left out beside notifications: true, which sets it", subject.given[key])
            return
    channels = subject.listed("notification.enabled.channels")
    if not subject.connector.notifications and "sink" in channels and _SINK_TOPIC not in subject.given:
        wanted = f"must come with {_SINK_TOPIC}, a topic under the prefix such as {subject.prefix}.notifications"
        yield error("notification.enabled.channels", wanted, subject.given.get("notification.enabled.channels"))
    topic = subject.given.get(_SINK_TOPIC)
    if topic is not None and not routing.writable(subject, topic):
        wanted = f"must be under the prefix, such as {subject.prefix}.notifications, or one of topics.others"
        yield error(_SINK_TOPIC, wanted, topic)


def _exactly_once(subject: Subject) -> Iterator[Finding]:
    if subject.given.get("exactly.once.support", "").strip().lower() == "required":
        message = "must be requested: workers of MSK Connect deliver at least once, and refuse such a connector"
        yield error("exactly.once.support", message, subject.given["exactly.once.support"])
    for key in ("transaction.boundary", "transaction.boundary.interval.ms"):
        if key in subject.given:
            yield _idle_one(subject, key, "has no effect: only exactly-once has transactions, and it is off here")


def _idle(subject: Subject) -> Iterator[Finding]:
    """What is read beside one word of another property only."""
    for key, (other, word) in _ONLY_WITH.items():
        if key in subject.given and word not in [each.lower() for each in subject.listed(other)]:
            yield _idle_one(subject, key, f"has no effect without {other}: {word}")
    mode = "snapshot.mode.configuration.based."
    for key in subject.given:
        if key.startswith(mode) and subject.word("snapshot.mode") != "configuration_based":
            yield _idle_one(subject, key, "has no effect: only snapshot.mode: configuration_based reads it")


def _idle_one(subject: Subject, key: str, message: str) -> Finding:
    return Finding(("properties", key), message, subject.given[key], level="warning")
