"""A permission that is missing, in words that lead to it: the role, the action, the ARN, and what asks for it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rehearsal.aws.backends import ConnectorSpec
from rehearsal.iam import reasons
from rehearsal.iam.decisions import Denial, Log
from rehearsal.iam.reasons import Role
from rehearsal.iam.subscription import subscription

_INTERNAL = "__amazon_msk_connect_"
_OFFSETS = "offset.storage.topic"


@dataclass(frozen=True)
class Place:
    """The statement of our policies that a resource belongs to, and the line of configuration that leads there."""

    sid: str
    line: str


_CONSUMER = {"cluster": "Cluster", "topic": "Topics", "group": "Groups"}


def told(denials: list[Denial], spec: ConnectorSpec | None) -> str:
    """What the role of the connector ``spec`` lacks, or that of an application, with the reason of each."""
    kind: Role = "connector" if spec else "consumer"
    return "\n".join(
        line
        for denial in denials
        for line in _lines(denial, kind, place(denial, spec) if spec else _application(denial))
    )


def passed_over(log: Log, role: str, topics: Sequence[str]) -> list[Denial]:
    """What the application of ``role`` would read and is not shown: Kafka leaves it out of a list, and says nothing."""
    return [
        Denial(role, action, resource, "it is not shown, and so never read", 0)
        for action, resource in log.speculative(role)
        if action == "kafka-cluster:DescribeTopic" and reads(topics, resource.rpartition("/")[2])
    ]


def reads(topics: Sequence[str], topic: str) -> bool:
    """Whether one of ``topics``, in which * stands for any characters, is or covers ``topic``."""
    return subscription(topics).fullmatch(topic) is not None


def _application(denial: Denial) -> Place:
    kind = denial.resource.split(":", 5)[5].partition("/")[0]
    return Place(_CONSUMER.get(kind, ""), f"the application's own client, of a {kind}")


def _lines(denial: Denial, role: Role, at: Place) -> Iterator[str]:
    yield f"{denial.role} may not {denial.action} on {denial.resource}: {denial.why}"
    yield f"  asked for by: {at.line}"
    try:
        reason = reasons.lookup(role, at.sid, denial.action)
    except LookupError:
        return
    yield f"  needed for: {reason.needed_for}"
    yield f"  without it: {reason.without}"


def place(denial: Denial, spec: ConnectorSpec) -> Place:
    """Where the configuration of ``spec`` asks for what was refused."""
    kind, _, name = denial.resource.split(":", 5)[5].partition("/")
    configuration, worker = spec.configuration, spec.worker_configuration
    if kind == "topic":
        return _topic(name.split("/", 2)[2], configuration, worker)
    if kind == "group":
        group = name.split("/", 2)[2]
        internal = group.startswith(_INTERNAL)
        return Place("InternalGroups" if internal else "Groups", f"group.id={group}")
    if kind == "cluster":
        return Place("Cluster", f"kafkaCluster.bootstrapServers={spec.bootstrap}")
    if kind == "transactional-id":
        return Place("", f"transactional.id={name.split('/', 2)[2]}")
    sid = "Secret" if denial.action.startswith("secretsmanager:") else "SecretKey"
    return Place(sid, _line(configuration, "database.password"))


def _topic(name: str, configuration: Mapping[str, str], worker: Mapping[str, str]) -> Place:
    if name.startswith(_INTERNAL):
        return Place("InternalTopics", f"MSK Connect's own topic {name}")
    if name == worker.get(_OFFSETS):
        return Place("InternalTopics", _line(worker, _OFFSETS))
    for key, sid in (("schema.history.internal.kafka.topic", "SchemaHistory"), ("signal.kafka.topic", "Signals")):
        if name == configuration.get(key):
            return Place(sid, _line(configuration, key))
    return Place("Events", _line(configuration, "topic.prefix"))


def _line(properties: Mapping[str, str], key: str) -> str:
    return f"{key}={properties.get(key, '')}"
