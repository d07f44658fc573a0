"""Topics that events end in: the role may write there, the partition exists, and patterns of topics match some."""

from collections.abc import Iterator
from typing import Final

from modules.debezium import internal, topics
from modules.debezium.checks import routing
from modules.debezium.checks.finding import Finding, error
from modules.debezium.checks.subject import Subject
from modules.debezium.checks.values import split
from modules.debezium.definitions import resolved
from modules.debezium.regex.automaton import common
from modules.debezium.regex.syntax import JavaRegexError
from modules.messages.problems import either

_PARTITIONS: Final = "io.debezium.transforms.partitions.PartitionRouting"


def check(subject: Subject) -> Iterator[Finding]:
    for key, wrong in routing.references(subject):
        yield error(key, f"must name groups that the regular expression has, and Java says: {wrong}")
    try:
        yield from _astray(subject)
        yield from _unused(subject)
        yield from _idle(subject)
        yield from _groups(subject)
    except JavaRegexError:  # said of its value
        return
    yield from _partitions(subject)


def _astray(subject: Subject) -> Iterator[Finding]:
    others = subject.connector.topics.others
    where = f"the role may write to {either(topics.event_topics(subject.connector), last='and')} only"
    for alias in () if others else routing.by_content(subject):
        key = f"transforms.{alias}.type"
        wanted = f"must come with topics.others, the topics that it takes out of events: {where}"
        yield error(key, wanted, subject.given.get(key), acceptable=True)
    for topic in routing.strays(subject):
        key = topic.by if topic.by in subject.given else f"transforms.{topic.alias}.type"
        if routing.named_by_rows(topic.name):
            wanted = f"must come with topics.others, the topics that rows name ({topic.was} becomes *): {where}"
        else:
            wanted = f"must come with {topic.name} in topics.others: {topic.was} becomes {topic.name}, and {where}"
        yield error(key, wanted, subject.given.get(key))


def _unused(subject: Subject) -> Iterator[Finding]:
    """A right that nothing needs; of names that rows decide nobody can say."""
    at = routing.routed(subject)
    if at.anything or any(routing.by_content(subject)) or any(routing.named_by_rows(topic.name) for topic in at.all):
        return
    for pattern in subject.connector.topics.others:
        if not any(internal.overlap(pattern, topic.name) for topic in at.all):
            message = "no transform routes events there: the role may write to a topic that it does not need"
            yield Finding(("topics", "others"), message, pattern, level="warning")


def _idle(subject: Subject) -> Iterator[Finding]:
    for key, regex in routing.idle(subject):
        yield error(key, f"must match a topic of this connector, {_shown(routing.sources(subject))}", regex)


def _shown(at: routing.Topics) -> str:
    names = [topic.name for topic in at.all]
    return either([*names[:4], *(["others"] if len(names) > 4 else [])])


def _groups(subject: Subject) -> Iterator[Finding]:
    """Connect joins a group's expressions with | and matches whole names."""
    at = routing.routed(subject)
    for group in subject.listed("topic.creation.groups") if at.all and not at.anything else ():
        key = f"topic.creation.{group}.include"
        for regex in split(subject.given.get(key, "")):
            if not any(common(regex, routing.pattern(topic.name)) for topic in at.all):
                yield error(key, f"must match a topic of this connector, {_shown(at)}; {regex} matches none")
                break


def _partitions(subject: Subject) -> Iterator[Finding]:
    least = _least_partitions(subject)
    for alias in subject.listed("transforms"):
        type_, key = subject.effective.get(f"transforms.{alias}.type", ""), f"transforms.{alias}.partition.topic.num"
        wanted = subject.given.get(key, "").strip()
        if resolved(type_, subject.release.transforms) == _PARTITIONS and wanted.isdigit() and int(wanted) > least:
            message = f"must be at most {least}, as many partitions as the topics get (topics.partitions)"
            yield error(key, message, int(wanted))


def _least_partitions(subject: Subject) -> int:
    keys = [f"topic.creation.{group}.partitions" for group in subject.listed("topic.creation.groups")]
    counts = [int(value) for key in keys if (value := subject.effective.get(key, "").strip()).isdigit()]
    return min([subject.connector.topics.partitions, *counts])
