"""Debezium's and Kafka Connect's own validation, of invalid and of valid configurations."""

import re
import zipfile
from pathlib import Path
from random import Random

import pytest

from cdc.deep.validation import Case, DeepError, validate
from modules.archive.zips import BadArchiveError
from modules.artifacts.lock import load
from modules.debezium.definitions import release
from tests.cdc.deep import lab, valid_configurations

DEBEZIUM = "io.debezium.transforms"
KAFKA = "org.apache.kafka.connect.transforms"
# Properties, the refused one of them, what refuses it, and a pattern of the message.
WRONG = [
    ({"max.batch.size": "20000"}, "max.queue.size", "Debezium", "larger than the maximum batch size"),
    ({"decimal.handling.mode": "strng"}, "decimal.handling.mode", "Debezium", "one of .*precise"),
    ({"time.precision.mode": "adaptive"}, "time.precision.mode", "Debezium", "no longer supported"),
    ({"poll.interval.ms": "soon"}, "poll.interval.ms", "Debezium", "long value is expected"),
    ({"skipped.operations": "delete"}, "skipped.operations", "Debezium", "Invalid operation"),
    ({"column.exclude.list": "*.ssn"}, "column.exclude.list", "Debezium", "regular expressions"),
    ({"message.key.columns": "o.customers:id,o.items:id"}, "message.key.columns", "Debezium", "invalid format"),
    ({"notification.enabled.channels": "sink"}, "notification.sink.topic.name", "Debezium", "topic name must be"),
    ({"snapshot.mode": "custom"}, "snapshot.mode.custom.name", "Debezium", "cannot be empty"),
    ({"topic.prefix": "a/b"}, "topic.prefix", "Debezium", "invalid format"),
    ({"schema.history.internal.kafka.topic": ""}, "schema.history.internal.kafka.topic", "Debezium", "required"),
    ({"converters": "own"}, "own.type", "Debezium", "needs its class"),
    ({"errors.tolerance": "some"}, "errors.tolerance", "Kafka Connect", "none, all"),
    ({"tasks.max": "0"}, "tasks.max", "Kafka Connect", "at least 1"),
    ({"transforms": "one"}, "transforms.one.type", "Kafka Connect", "Missing required"),
    ({"transforms": "one,one"}, "transforms", "Kafka Connect", "Duplicate alias"),
    (
        {"transforms": "r", "transforms.r.type": f"{KAFKA}.TimestampRouter", "transforms.r.predicate": "p"},
        "predicates.p.type",
        "Kafka Connect",
        "Unknown configuration",
    ),
    (
        {"transforms": "r", "transforms.r.type": f"{DEBEZIUM}.ContentBasedRouter"},
        "transforms.r.type",
        "Kafka Connect",
        "could not be found",
    ),
    (
        {"transforms": "r", "transforms.r.type": f"{DEBEZIUM}.ByLogicalTableRouter"},
        "transforms.r.topic.regex",
        f"{DEBEZIUM}.ByLogicalTableRouter",
        "required",
    ),
    (
        {"transforms": "r", "transforms.r.type": f"{KAFKA}.RegexRouter", "transforms.r.regex": "(.*)"},
        "transforms.r.replacement",
        "Kafka Connect",
        "Missing required",
    ),
    (
        {"transforms": "p", "transforms.p.type": f"{DEBEZIUM}.partitions.PartitionRouting"},
        "transforms.p.partition.topic.num",
        f"{DEBEZIUM}.partitions.PartitionRouting",
        "required",
    ),
    (
        {
            "transforms": "t",
            "transforms.t.type": f"{KAFKA}.TimestampConverter$Value",
            "transforms.t.target.type": "string",
        },
        "transforms.t.type",
        f"{KAFKA}.TimestampConverter$Value",
        "format",
    ),
    (
        {"predicates": "p", "predicates.p.type": f"{KAFKA}.predicates.TopicNameMatches", "predicates.p.pattern": "("},
        "predicates.p.pattern",
        "Kafka Connect",
        "regex",
    ),
    ({"value.converter": "com.example.Unknown"}, "value.converter", "Kafka Connect", "could not be found"),
    (
        {"value.converter": "io.debezium.converters.CloudEventsConverter", "value.converter.serializer.type": "xml"},
        "value.converter",
        "io.debezium.converters.CloudEventsConverter",
        "Avro events",
    ),
    (
        {"converters": "b", "b.type": "io.debezium.connector.binlog.converters.TinyIntOneToBooleanConverter"}
        | {"b.selector": "("},
        "b.type",
        "io.debezium.connector.binlog.converters.TinyIntOneToBooleanConverter",
        "Unclosed group",
    ),
    (
        {"post.processors": "p", "post.processors.p.type": f"{DEBEZIUM}.HeaderToValue"},
        "post.processors.p.type",
        "the plugin",
        "must be a PostProcessor",
    ),
]


def test_a_finding_names_the_property() -> None:
    answers = lab.findings([properties for properties, *_ in WRONG])
    for (properties, property_, by, words), found in zip(WRONG, answers, strict=True):
        messages = [each for each in found if (each.property, each.by) == (property_, by)]
        assert any(re.search(words, each.message) for each in messages), (properties, found)


@pytest.mark.parametrize(
    ("version", "worker", "count"),
    [("3.6.1.Final", "3.7.x", 240), ("2.7.4.Final", "3.7.x", 60), ("2.7.4.Final", "2.7.1", 60)],
)
def test_the_connector_accepts_what_the_definitions_allow(version: str, worker: str, count: int) -> None:
    known = release(version, worker)
    cases = [valid_configurations.drawn(known, Random(seed)) for seed in range(count)]
    assert len({tuple(sorted(case)) for case in cases}) > count * 0.9
    found = lab.findings(cases, version, worker)
    assert [(case, each) for case, each in zip(cases, found, strict=True) if each] == []


def test_every_transform_has_a_valid_configuration() -> None:
    known = release("3.6.1.Final")
    assert set(valid_configurations.NEEDED) == set(known.transforms)
    found = lab.findings(
        [
            {"transforms": "t", "transforms.t.type": name}
            | {f"transforms.t.{key}": value for key, value in needed.items()}
            for name, needed in valid_configurations.NEEDED.items()
        ]
    )
    assert [name for name, each in zip(valid_configurations.NEEDED, found, strict=True) if each] == []


def test_placeholders_are_not_validated() -> None:
    [placeholder, literal] = lab.findings(
        [{"poll.interval.ms": "${ssm:/cdc/poll}"}, {"poll.interval.ms": "${ssm}"}],
    )
    assert placeholder == ()
    assert {each.property for each in literal} == {"poll.interval.ms"}


def test_each_release_has_its_own_values() -> None:
    case = {"snapshot.mode": "schema_only"}
    [new] = lab.findings([case])
    [old] = lab.findings([case], "2.7.4.Final", "2.7.1")
    assert ([each.property for each in new], old) == (["snapshot.mode"], ())


def test_several_plugins_share_a_jvm() -> None:
    case = {**lab.WHOLE, "snapshot.mode": "schema_only"}
    cases = [Case(lab.archive(version), case) for version in ("3.6.1.Final", "2.7.4.Final", "3.6.1.Final")]
    answers = validate(cases, load(), lab.paths("3.7.x", "2.7.1"), worker="3.7.x")
    assert [bool(each) for each in answers] == [True, False, True]


def test_a_plugin_must_be_an_archive(tmp_path: Path) -> None:
    broken = tmp_path / "broken.zip"
    broken.write_bytes(b"no ZIP")
    with pytest.raises(BadArchiveError, match="must be a ZIP"):
        validate([Case(broken, {})], load(), lab.paths("3.7.x", "2.7.1"), worker="3.7.x")


def test_a_jvm_that_fails_is_reported(tmp_path: Path) -> None:
    without_debezium = tmp_path / "other.zip"
    with zipfile.ZipFile(without_debezium, "w") as content:
        content.writestr("plugin/README", "no jar")
    with pytest.raises(DeepError, match=r"own validation failed(.|\n)*NoClassDefFoundError"):
        validate([Case(without_debezium, lab.WHOLE)], load(), lab.paths("3.7.x", "2.7.1"), worker="3.7.x")
