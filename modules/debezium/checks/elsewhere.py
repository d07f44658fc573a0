"""Names that belong somewhere else: to the worker, clients, sinks, topics, other connectors, or behind an alias."""

import re
from typing import Final

from modules.debezium import reserved
from modules.debezium.checks.aliases import CUSTOM_CONVERTERS, KINDS, Behind, behind, looks_like_a_class
from modules.debezium.checks.subject import Subject
from modules.debezium.definitions import broker
from modules.debezium.renamed import RENAMED_BEHIND
from modules.debezium.words import FOREIGN
from modules.messages.problems import either, nearest

_WORKER: Final = "of the worker, whose configuration is made here: on a connector it has no effect"
_OF_WORKERS: Final = ("plugin.", "rest.", "listeners", "offset.", "status.storage.", "config.storage.")
_CLIENTS: Final = {"producer.": "producer", "consumer.": "consumer", "admin.": "admin"}
# Of Connect's sinks that people run beside Debezium: JDBC, S3, Iceberg, OpenSearch.
_SINKS: Final = re.compile(
    r"(?:insert|pk|delete|update)\.(?:mode|enabled|fields)|pk\.fields|auto\.(?:create|evolve)|table\.name\.format"
    r"|connection\.(?:url|user|password|username)|flush\.size|rotate\..*|s3\..*|hikari\..*|primary\.key\.mode"
    r"|primary\.key\.fields|schema\.evolution|collection\.name\.format|consumer\.max\.poll\.records"
)


def answer(subject: Subject, key: str) -> str | None:
    """Where ``key`` belongs; None where nothing says so."""
    return next((message for question in _QUESTIONS if (message := question(subject, key))), None)


def _behind_alias(subject: Subject, key: str) -> str | None:
    """Of a name without its prefix, or with one that its kind does not have, or that its class does not know."""
    for kind in KINDS:
        for alias in subject.listed(kind.list):
            if alias and kind.prefix and key.startswith(f"{alias}."):
                return f"must be written {kind.prefix}{key}: {alias} is {kind.one}"
            if kind is CUSTOM_CONVERTERS and key.startswith(f"converters.{alias}."):
                return f"must be written {key.removeprefix('converters.')}: {kind.one} has no prefix"
    found = behind(subject, key)
    if found is None or found.of is None:
        return None
    return f"{found.of.rpartition('.')[2]} has no property {found.name}{_of_its_own(subject, found)}"


def _of_its_own(subject: Subject, found: Behind) -> str:
    names = sorted(name.removeprefix(found.start) for name in found.names(subject))
    if meant := nearest(found.name, names):
        return f" (did you mean {found.start}{meant}?)"
    return f"; it has {either(names, last='and')}"


def unlisted_converter(subject: Subject, key: str) -> str | None:
    """The name that ``key`` would belong to, were it in ``converters``."""
    alias = key.partition(".")[0]
    value = subject.given.get(f"{alias}.type", "")
    listed = (*subject.listed("converters"), *subject.listed("post.processors"))
    return alias if looks_like_a_class(value) and alias not in listed else None


def _unlisted_converter(subject: Subject, key: str) -> str | None:
    alias = unlisted_converter(subject, key)
    if alias is None:
        return None
    if alias in subject.listed("transforms"):
        return f"must be written transforms.{key}: {alias} is a transform"
    listed = ",".join([*subject.listed("converters"), alias])
    return f"has no effect: {alias} is not in converters; write converters: {listed}"


# Of Kafka Connect's worker and of clients.


def _prefixed_client(subject: Subject, key: str) -> str | None:
    for prefix, kind in _CLIENTS.items():
        rest = key.removeprefix(prefix)
        if key.startswith(prefix) and rest in getattr(subject.release, kind):
            return f"is a setting {_WORKER}"
    return None


def _bare_client(subject: Subject, key: str) -> str | None:
    release = subject.release
    if key in release.worker or key.startswith(
        ("plugin.", "rest.", "listeners", "offset.", "status.", "config.storage.")
    ):
        return f"is a setting {_WORKER}"
    if key in release.producer or key in release.consumer or key in release.admin:
        return "is a setting of Kafka's clients, which the worker makes: on a connector it has no effect"
    return None


def _sink(subject: Subject, key: str) -> str | None:
    if key in subject.release.sink:
        dead = (
            " A source has no dead letter queue: what fails stops the task, or is dropped."
            if "deadletter" in key
            else ""
        )
        return f"is a setting of sink connectors, and Debezium is a source: leave it out.{dead}".rstrip(".")
    if _SINKS.fullmatch(key):
        return "is a setting of sink connectors, and Debezium is a source: leave it out"
    return None


def _topic(subject: Subject, key: str) -> str | None:
    """Of settings of topics, which go behind topic.creation."""
    if key.startswith("topic.creation."):
        return _topic_setting(subject, key)
    if key in subject.release.topic_creation and key not in ("include", "exclude"):
        full = f"topic.creation.default.{key}"
        reason = reserved.refusal(full)
        return f"is a setting of topics: {reason}" if reason else f"must be {full}, which new topics get"
    return None


def _topic_setting(subject: Subject, key: str) -> str | None:
    group, _, name = key.removeprefix("topic.creation.").partition(".")
    settings = subject.release.topic_creation
    if not name and group in settings:
        return f"must be topic.creation.default.{group}, which new topics get"
    if not name:
        return None
    if group in settings or f"{group}.{name}" in settings:
        return f"must be topic.creation.default.{group}.{name}, which new topics get"
    meant = nearest(name, list(settings))
    hint = f" (did you mean topic.creation.{group}.{meant}?)" if meant else ""
    return f"names no setting of topics{hint}"


# Of the database's driver, of columns, and of other connectors.


def _driver(subject: Subject, key: str) -> str | None:
    name = subject.release.driver_names.get(key.casefold())
    return f"must be written driver.{name}, as a property of Connector/J" if name else None


def _column(_: Subject, key: str) -> str | None:
    if not key.startswith(("column.mask", "column.truncate")):
        return None
    forms = (
        "column.mask.with.LENGTH.chars, column.mask.hash.v2.ALGORITHM.with.salt.SALT or column.truncate.to.LENGTH.chars"
    )
    return f"must be written {forms}"


def _other_connector(_: Subject, key: str) -> str | None:
    database = FOREIGN.get(key)
    return f"is a property of Debezium's connector for {database}: leave it out" if database else None


def _broker(_: Subject, key: str) -> str | None:
    return "is a setting of brokers: set it in kafka.server_properties" if key in broker() else None


def of_a_transform(subject: Subject, name: str) -> str | None:
    """Of a property that a transform of Debezium's has, or had, without its transform."""
    for of, known in subject.release.transforms.items():
        if of.startswith("io.debezium.") and "." in name and (name in known or (of, name) in RENAMED_BEHIND):
            gone = subject.release.renamed(name, of) if name not in known else None
            meant = gone.successor if gone and gone.successor else name
            return f"belongs to the transform {of.rpartition('.')[2]}: write transforms.NAME.{meant}"
    return None


_QUESTIONS: Final = (
    *(_column, _unlisted_converter, _behind_alias, _prefixed_client, _topic, _sink, _bare_client, _driver),
    *(_other_connector, _broker, of_a_transform),
)
