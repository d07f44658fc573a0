"""Rules about the brokers' own properties; ``checks.rulebook`` says how one is written."""

from collections.abc import Iterator, Mapping
from typing import Final

from modules.environment.checks.rulebook import advice, known, rule
from modules.environment.models.connectors import Connector
from modules.environment.models.kafka import Kafka, ProvisionedKafka
from modules.environment.msk_properties import EXPRESS, OWNED, STANDARD, TOPIC_SETTINGS, Kind
from modules.messages.problems import Path, Problem, either, nearest

_AT: Final[Path] = ("kafka", "server_properties")
_REPLICATION: Final = "default.replication.factor"
_IN_SYNC: Final = "min.insync.replicas"
# Each number of replicas, and the least of them that must be in sync.
_FACTORS: Final = {
    _REPLICATION: _IN_SYNC,
    "transaction.state.log.replication.factor": "transaction.state.log.min.isr",
    "offsets.topic.replication.factor": None,
}
_RESTARTS: Final = "or no write succeeds while MSK restarts a broker, as it does for every patch"
_NEW_TOPICS: Final = "topic.creation."
_NUMBERS: Final = {"int": int, "short": int, "long": int, "double": float}


@rule
def msk_takes_the_property(kafka: Kafka) -> Iterator[Problem]:
    if kafka.kind == "provisioned":
        for name, value in kafka.server_properties.items():
            if refused := _refused(name, kafka):
                yield Problem((*_AT, name), refused, value)


def _refused(name: str, kafka: ProvisionedKafka) -> str | None:
    known = EXPRESS if kafka.express else STANDARD
    if name.startswith("zookeeper.") and kafka.coordination == "kraft":
        return "must be left out with coordination: kraft, which has no ZooKeeper"
    if name in known:
        return None
    if name in STANDARD:
        return f"must be left out for {kafka.instance_type}: MSK sets it for Express brokers itself"
    if name in EXPRESS:
        return f"must be left out for {kafka.instance_type}: MSK takes it for Express brokers only"
    return _unknown(name, known)


def _unknown(name: str, known: Mapping[str, Kind]) -> str:
    plain = "".join(char for char in name if char.isprintable()).strip().lower()
    if plain in known:
        return f"must be written {plain}"
    if (setting := TOPIC_SETTINGS.get(plain)) in known:
        return f"must be {setting}: that is what brokers call this setting of topics"
    if owned := next((why for start, why in OWNED.items() if plain.startswith(start)), None):
        return f"must be left out: {owned}"
    near = nearest(plain, known)
    return f"is not among the properties that MSK takes{f' (did you mean {near}?)' if near else ''}"


@rule
def broker_values_fit(kafka: Kafka) -> Iterator[Problem]:
    if kafka.kind == "provisioned":
        known = EXPRESS if kafka.express else STANDARD
        for name, value in kafka.server_properties.items():
            if name in known and (wanted := _misfit(known[name], value)):
                yield Problem((*_AT, name), f"must be {wanted}", value)


def _misfit(kind: Kind, value: object) -> str | None:
    """What the value must be, where it is something else; Kafka takes spaces around it off."""
    text = str(value).strip()
    if kind.type == "boolean":
        return None if text.lower() in ("true", "false") else "true or false"
    if kind.type == "word":
        return None if text in kind.words else either(kind.words)
    if kind.type == "words":
        listed = {word.strip() for word in text.split(",")}
        return None if listed <= set(kind.words) else f"{either(kind.words)}, or both with a comma"
    number = _number(kind, text)
    if number is None:
        return "a number" if kind.type == "double" else "a whole number"
    if (kind.least is not None and number < kind.least) or (kind.most is not None and number > kind.most):
        return _range(kind)
    return None


def _number(kind: Kind, text: str) -> int | float | None:
    try:
        return _NUMBERS[kind.type](text) if "_" not in text else None
    except ValueError:
        return None


def _range(kind: Kind) -> str:
    huge = kind.most is not None and kind.most >= 2**31 - 1
    return f"at least {kind.least}, and at most {kind.most}" if not huge else f"{kind.least} or more, up to {kind.most}"


def _effective(kafka: ProvisionedKafka, name: str) -> int | None:
    """The value in force, ours where the file has none; None where nobody can tell."""
    ours = {_REPLICATION: kafka.replication_factor, _IN_SYNC: max(1, kafka.replication_factor - 1)}
    return _as_number(kafka.server_properties.get(name, ours.get(name)))


def _as_number(value: object) -> int | None:
    number = _number(Kind("int"), str(value).strip())
    return int(number) if number is not None else None


@rule
def replicas_fit_the_cluster(kafka: Kafka) -> Iterator[Problem]:
    if kafka.kind == "provisioned" and not kafka.express:
        for name in _FACTORS:
            value = _as_number(kafka.server_properties.get(name))
            if value is not None and value > kafka.brokers:
                wanted = f"must be at most {kafka.brokers}, as many as there are brokers"
                yield Problem((*_AT, name), wanted, value)


@rule
def writes_go_on_while_a_broker_restarts(kafka: Kafka) -> Iterator[Problem]:
    """MSK restarts one broker after the other for every patch, so one replica may be away at any time."""
    if kafka.kind == "provisioned" and not kafka.express:
        for factor, in_sync in _FACTORS.items():
            if in_sync:
                yield from _too_many(kafka, factor, in_sync)


def _too_many(kafka: ProvisionedKafka, factor: str, in_sync: str) -> Iterator[Problem]:
    replicas, least = _effective(kafka, factor), _effective(kafka, in_sync)
    if replicas is None or least is None or least < replicas or replicas > kafka.brokers or replicas == 1 == least:
        return
    if in_sync in kafka.server_properties:
        of = f"{replicas}, {factor}" if factor in kafka.server_properties else f"{replicas}, the number of replicas"
        yield Problem((*_AT, in_sync), f"must be less than {of}, {_RESTARTS}", least)
    elif factor in kafka.server_properties:
        yield Problem((*_AT, factor), f"must be more than {least}, {in_sync} (set that too), {_RESTARTS}", replicas)


@rule
def new_topics_fit_the_cluster(connector: Connector, kafka: Kafka) -> Iterator[Problem]:
    """As the brokers' own replicas do: a group's settings count before them."""
    if kafka.kind == "provisioned":
        for name, value in connector.properties.items():
            group, _, setting = name.removeprefix(_NEW_TOPICS).partition(".")
            number = _as_number(value) if name.startswith(_NEW_TOPICS) else None
            if number is None:
                continue
            replicas = _replicas_of(connector, group, kafka)
            if setting == "replication.factor" and number > kafka.brokers:
                wanted = f"must be at most {kafka.brokers}, as many as there are brokers"
                yield Problem(("properties", name), wanted, value)
            elif setting == _IN_SYNC and replicas is not None and number >= max(replicas, 2) <= kafka.brokers:
                yield Problem(
                    ("properties", name), f"must be less than {replicas}, the number of replicas, {_RESTARTS}", value
                )


def _replicas_of(connector: Connector, group: str, kafka: ProvisionedKafka) -> int | None:
    """Of the topics of ``group``; -1 there stands for what the brokers say."""
    number = _as_number(connector.properties.get(f"{_NEW_TOPICS}{group}.replication.factor", -1))
    return _effective(kafka, _REPLICATION) if number == -1 else number


@rule
def sessions_have_a_range(kafka: Kafka) -> Iterator[Problem]:
    if kafka.kind == "provisioned":
        names = ("group.min.session.timeout.ms", "group.max.session.timeout.ms")
        least, most = (_as_number(kafka.server_properties.get(name)) for name in names)
        if (least if least is not None else 6000) > (most if most is not None else 1800000):
            name = names[0] if least is not None else names[1]
            other = f"{names[1]}, {most or 1800000}" if least is not None else f"{names[0]}, 6000"
            word = "at most" if least is not None else "at least"
            yield Problem((*_AT, name), f"must be {word} {other}", kafka.server_properties[name])


@advice
def acknowledged_events_are_kept(kafka: Kafka) -> Iterator[Problem]:
    """What a broker's own settings can lose without a word."""
    if kafka.kind != "provisioned" or kafka.express:
        return
    given = kafka.server_properties
    if str(given.get("unclean.leader.election.enable", "")).strip().lower() == "true":
        message = "a replica that lags behind may become leader, and events that were acknowledged are lost"
        yield Problem((*_AT, "unclean.leader.election.enable"), message, given["unclean.leader.election.enable"])
    if _as_number(given.get(_REPLICATION)) == 1:
        message = "topics have one replica: nothing can be read or written while its broker restarts"
        yield Problem((*_AT, _REPLICATION), message, 1)


@advice
def compacted_topics_need_keys(kafka: Kafka) -> Iterator[Problem]:
    if kafka.kind == "provisioned":
        policy = str(kafka.server_properties.get("log.cleanup.policy", ""))
        if "compact" in policy:
            message = "a table without a primary key has events without a key, and a compacted topic refuses them"
            yield Problem((*_AT, "log.cleanup.policy"), message, policy)


@rule
def brokers_take_the_largest_messages(kafka: Kafka, connectors: dict[str, Connector]) -> Iterator[Problem]:
    if kafka.kind != "provisioned":
        return
    for name, most in known(connectors, lambda connector: connector.topics.max_message_bytes):
        for key in ("message.max.bytes", "replica.fetch.max.bytes"):
            given = kafka.server_properties.get(key)
            if most and given is not None and (size := _integer(given)) is not None and size < most:
                wanted = f"must be at least {most}, topics.max_message_bytes of connector {name}, or left out"
                yield Problem((*_AT, key), wanted, given)


@advice
def existing_topics_keep_their_limit(kafka: Kafka, connector: Connector) -> Iterator[Problem]:
    most = connector.topics.max_message_bytes
    if kafka.kind == "existing" and most:
        message = (
            "topics that exist keep their max.message.bytes, and the schema history has the cluster's"
            " message.max.bytes: neither can be read here"
        )
        yield Problem(("topics", "max_message_bytes"), message, most)


def _integer(value: object) -> int | None:
    text = str(value).strip()
    return int(text) if text.isdecimal() else None
