"""Describes a missing permission: role, action, ARN, and the property that needs it."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from modules.debezium.configuration import PLACEHOLDER, TRUST_STORE
from modules.debezium.internal import covers
from modules.debezium.topics import HEARTBEAT_PREFIX
from rehearsal.aws.backends import ConnectorSpec
from rehearsal.iam.permissions import reasons, routed_topics
from rehearsal.iam.permissions.decision_log import DecisionLog, Denial
from rehearsal.iam.permissions.reason import Role
from rehearsal.processes.findings import Finding

_INTERNAL = "__amazon_msk_connect_"
_OFFSETS = "offset.storage.topic"
_IDEMPOTENCE = "kafka-cluster:WriteDataIdempotently"


@dataclass(frozen=True)
class Origin:
    """Why a resource is used: the statement of our policies that has it, and the property that names it.

    ``next_step`` says what to do where that property is at fault.
    """

    sid: str
    configuration_line: str
    next_step: str = ""


_CONSUMER = {"cluster": "Cluster", "topic": "Topics", "group": "Groups"}


def describe(denials: list[Denial], spec: ConnectorSpec | None, *, signals: Collection[str] = ()) -> str:
    """The missing permissions of the connector ``spec``, or of an application, each with its reason."""
    return "\n".join(str(finding(denial, spec, signals=signals)) for denial in denials)


def finding(denial: Denial, spec: ConnectorSpec | None, *, signals: Collection[str] = ()) -> Finding:
    """The missing permission of the connector ``spec``, or of an application; ``signals`` are signal topics."""
    at = origin(denial, spec) if spec else _consumer_origin(denial, signals)
    cause = f"{denial.role} may not {denial.action} on {denial.resource}: {denial.reason}"
    evidence = "\n".join(_reason("connector" if spec else "consumer", denial, at))
    found = Finding(cause, at.next_step, evidence).at(role=denial.role)
    kind, _, name = _resource(denial)
    topic = name.split("/", 2)[2] if kind == "topic" else ""
    place = at.configuration_line.partition("=")[0]
    return found.at(connector=spec.name if spec else "", topic=topic, property=place if spec else "")


def hidden_topics(log: DecisionLog, role: str, topics: Sequence[str]) -> list[Denial]:
    """Topics that the application of ``role`` would read and may not describe: Kafka leaves them out of its lists."""
    return [
        Denial(role, action, resource, "the topic is hidden from the role, and so never read", 0)
        for action, resource in log.harmless(role)
        if action == "kafka-cluster:DescribeTopic" and matches_topic(topics, resource.rpartition("/")[2])
    ]


def matches_topic(topics: Sequence[str], topic: str) -> bool:
    """Whether one of ``topics``, which may have * wildcards, matches ``topic``."""
    return any(covers(pattern, topic) for pattern in topics)


def _consumer_origin(denial: Denial, signals: Collection[str]) -> Origin:
    kind, _, name = _resource(denial)
    if denial.action.startswith("glue:"):
        return Origin("ReadSchemas", "the application's own client, of a schema registry")
    if denial.action == _IDEMPOTENCE:
        return Origin("SignalProducer", "the application's own producer, which is idempotent")
    if kind == "topic" and name.split("/", 2)[2] in signals:
        return Origin("Signals", "the application's own producer, of a signal topic")
    return Origin(_CONSUMER.get(kind, ""), f"the application's own client, of a {kind}")


def _resource(denial: Denial) -> tuple[str, str, str]:
    """``topic``, ``/`` and ``CLUSTER/UUID/NAME`` of an ARN; of * nothing."""
    return denial.resource.partition(":")[2].split(":", 4)[-1].partition("/")


def _reason(role: Role, denial: Denial, origin_: Origin) -> Iterator[str]:
    yield f"  configured by: {origin_.configuration_line}"
    try:
        reason = reasons.lookup(role, origin_.sid, denial.action)
    except LookupError:
        return
    yield f"  needed for: {reason.needed_for}"
    yield f"  without it: {reason.without}"


def origin(denial: Denial, spec: ConnectorSpec) -> Origin:
    """The statement and the property of ``spec`` for a denied resource."""
    kind, _, name = _resource(denial)
    configuration, worker = spec.configuration, spec.worker_configuration
    if denial.action.startswith("glue:"):
        sid = "ReadSchemas" if denial.action == "glue:GetSchemaVersion" else "RegisterSchemas"
        return Origin(sid, _property(configuration, "value.converter"))
    if kind == "topic":
        return _topic(name.split("/", 2)[2], configuration, worker)
    if kind == "group":
        group = name.split("/", 2)[2]
        internal = group.startswith(_INTERNAL)
        return Origin("InternalGroups" if internal else "Groups", f"group.id={group}")
    if kind == "cluster":
        return Origin("Cluster", f"kafkaCluster.bootstrapServers={spec.bootstrap}")
    if kind == "transactional-id":
        return Origin("", f"transactional.id={name.split('/', 2)[2]}")
    if denial.action.startswith("s3:") or denial.via.startswith("s3."):
        return Origin(f"TrustStore{'Key' if denial.via else ''}", _property(configuration, TRUST_STORE))
    sid = "Secret" if denial.action.startswith("secretsmanager:") else "SecretKey"
    return Origin(sid, _property(configuration, _reader(name, configuration)))


def _topic(name: str, configuration: Mapping[str, str], worker: Mapping[str, str]) -> Origin:
    if name.startswith(_INTERNAL):
        return Origin("InternalTopics", f"MSK Connect's own topic {name}")
    if name == worker.get(_OFFSETS):
        return Origin("InternalTopics", _property(worker, _OFFSETS))
    for key, sid in (("schema.history.internal.kafka.topic", "SchemaHistory"), ("signal.kafka.topic", "Signals")):
        if name == configuration.get(key):
            return Origin(sid, _property(configuration, key))
    prefix = configuration.get("topic.prefix", "")
    own = name == prefix or name.startswith((f"{prefix}.", f"{HEARTBEAT_PREFIX}."))
    if own or "transforms" not in configuration:
        return Origin("Events", _property(configuration, "topic.prefix"))
    if key := routed_topics.decided_by(name, configuration):
        return Origin("OtherTopics", _property(configuration, key), "add the topic to topics.others")
    return Origin("OtherTopics", f"{_property(configuration, 'transforms')}, one of which routes there; topics.others")


def _reader(secret: str, configuration: Mapping[str, str]) -> str:
    """The property that refers to a secret, by what its ARN ends in: the name and six characters of AWS's."""
    for key, value in configuration.items():
        if any(found["secret"] == secret[: -len("-AbCdEf")] for found in PLACEHOLDER.finditer(value)):
            return "database.password" if key == "database.user" else key
    return "database.password"


def _property(properties: Mapping[str, str], key: str) -> str:
    return f"{key}={properties.get(key, '')}"
