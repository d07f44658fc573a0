"""What is known of properties: by release, behind aliases and prefixes, and of names and words that are gone."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from modules.debezium import since
from modules.debezium.definitions import RELEASES, WORKERS, broker, release, resolved
from modules.debezium.finding import find
from modules.debezium.renamed import RENAMED, RENAMED_BEHIND
from modules.debezium.words import CLASSES, FOREIGN, WORDS

NEW = release("3.6.1.Final")
OLD = release("2.7.4.Final")
UNWRAP = "io.debezium.transforms.ExtractNewRecordState"
DOCUMENTED = Path(__file__).parent / "documented.txt"


def documented() -> Iterator[tuple[str, str, str]]:
    for line in DOCUMENTED.read_text().splitlines():
        if not line.startswith("#"):
            version, of, name = line.split()
            yield version, of, name


@pytest.mark.parametrize("version", RELEASES)
def test_every_documented_property_of_the_connector_is_known(version: str) -> None:
    names = [name for each, of, name in documented() if (each, of) == (version, "-")]
    assert len(names) > 100
    assert [name for name in names if find(release(version), name) is None] == []


@pytest.mark.parametrize("version", RELEASES)
def test_every_documented_property_behind_an_alias_is_known(version: str) -> None:
    known = release(version)
    classes = {**known.transforms, **known.converters, **known.post_processors}
    behind = [(of, name) for each, of, name in documented() if each == version and of != "-"]
    assert len(behind) > 50
    assert [(of, name) for of, name in behind if name not in classes[of]] == []


@pytest.mark.parametrize(
    ("name", "type_", "default"),
    [
        ("binary.handling.mode", "string", "bytes"),
        ("signal.kafka.topic", "string", None),
        ("topic.delimiter", "string", "."),
        ("schema.history.internal.kafka.recovery.attempts", "int", "100"),
        ("internal.custom.retriable.exception", "string", "false"),
        ("read.only", "boolean", "false"),
        ("errors.tolerance", "string", "none"),
        ("offsets.storage.topic", "string", None),
    ],
)
def test_properties_that_config_alone_does_not_show_are_known(name: str, type_: str, default: str | None) -> None:
    found = find(NEW, name)
    assert found is not None
    assert (found.property.type, found.property.default) == (type_, default)


@pytest.mark.parametrize("name", ["database.dbname", "schema.include.list", "plugin.name", "heartbeat.intervall.ms"])
def test_what_mysql_does_not_read_is_unknown(name: str) -> None:
    assert find(NEW, name) is None


def test_a_property_says_what_it_may_hold() -> None:
    assert NEW.connector["max.batch.size"].minimum == 1
    assert NEW.connector["max.batch.size"].maximum is None, "max.queue.size limits it, not a number"
    assert NEW.connector["decimal.handling.mode"].allowed == ("double", "precise", "string")
    assert "adaptive" not in NEW.connector["time.precision.mode"].allowed, "declared, and refused for MySQL"
    assert NEW.connector["skipped.operations"].allowed == ("c", "d", "none", "r", "t", "u")
    assert NEW.connector["column.exclude.list"].format == "regex list"
    assert NEW.connector["topic.prefix"].format == "name"
    assert NEW.connector["custom.metric.tags"].format == "pairs"
    assert NEW.connector["topic.prefix"].required
    assert NEW.connector["internal.custom.retriable.exception"].internal
    assert NEW.connector["snapshot.mode"].documentation
    assert NEW.connector["notification.enabled.channels"].allowed == ("jmx", "log", "sink")
    assert NEW.connect["tasks.max"].minimum == 1
    assert NEW.connect["exactly.once.support"].allowed == ("requested", "required")
    assert NEW.driver["connectTimeout"].minimum == 0


def test_what_is_to_go_is_deprecated() -> None:
    assert OLD.transforms[UNWRAP]["drop.tombstones"].deprecated
    assert NEW.connector["event.deserialization.failure.handling.mode"].deprecated
    assert NEW.driver["useSSL"].deprecated
    assert not NEW.driver["sslMode"].deprecated, "it names others that are"
    assert not NEW.connector["topic.prefix"].deprecated


def test_nothing_is_known_twice() -> None:
    for known in (NEW, OLD):
        assert not set(known.connector) & set(known.connect)


def test_releases_differ() -> None:
    assert "delete.handling.mode" in OLD.transforms[UNWRAP]
    assert "delete.handling.mode" not in NEW.transforms[UNWRAP]
    assert "isostring" not in OLD.connector["time.precision.mode"].allowed
    assert "ddl.parser.type" not in OLD.connector
    assert NEW.connector["signal.data.collection"].type == "list"


@pytest.mark.parametrize(
    ("asked", "known", "exact"),
    [
        ("3.6.1.Final", "3.6.1.Final", True),
        ("2.7.4.Final", "2.7.4.Final", True),
        ("3.0.0.Final", "3.6.1.Final", False),
        ("3.7.1.Final", "3.6.1.Final", False),
        ("4.0.0.Final", "3.6.1.Final", False),
        ("2.3.4.Final", "2.7.4.Final", False),
        ("1.9.7.Final", "2.7.4.Final", False),
    ],
)
def test_the_nearest_release_stands_for_one_that_is_not_known(asked: str, known: str, exact: bool) -> None:
    found = release(asked)
    assert (found.version, found.exact) == (known, exact)


def test_the_workers_own_properties_follow_its_version() -> None:
    assert "exactly.once.support" in NEW.connect
    older = release("2.7.4.Final", "2.7.1")
    assert "exactly.once.support" not in older.connect
    assert "org.apache.kafka.connect.transforms.DropHeaders" not in older.transforms
    assert "errors.deadletterqueue.topic.name" in NEW.sink
    assert "offset.flush.interval.ms" in NEW.worker
    assert "acks" in NEW.producer
    assert "group.id" in NEW.consumer
    assert broker()["min.insync.replicas"].minimum == 1


CONFIGURED = {
    "transforms": "unwrap,with.dots, spaced",
    "transforms.unwrap.type": UNWRAP,
    "transforms.with.dots.type": "RegexRouter",
    "transforms.spaced.type": "com.example.Own",
    "predicates": "deleted",
    "predicates.deleted.type": "org.apache.kafka.connect.transforms.predicates.RecordIsTombstone",
    "topic.creation.groups": "hot",
    "value.converter": "JsonConverter",
    "key.converter": "io.debezium.converters.CloudEventsConverter",
    "converters": "bool,zero",
    "bool.type": "io.debezium.connector.binlog.converters.TinyIntOneToBooleanConverter",
    "zero.type": "io.debezium.connector.binlog.converters.ZeroDateFallbackConverter",
    "post.processors": "reselector",
    "reselector.type": "io.debezium.processors.reselect.ReselectColumnsPostProcessor",
}


@pytest.mark.parametrize(
    ("name", "where", "alias", "property_"),
    [
        ("transforms.unwrap.type", "transform", "unwrap", "type"),
        ("transforms.unwrap.predicate", "transform", "unwrap", "predicate"),
        ("transforms.unwrap.add.fields", "transform", "unwrap", "add.fields"),
        ("transforms.with.dots.regex", "transform", "with.dots", "regex"),
        ("transforms.spaced.anything", "transform", "spaced", "anything"),
        ("transforms.unlisted.anything", "transform", "unlisted", "anything"),
        ("predicates.deleted.type", "predicate", "deleted", "type"),
        ("topic.creation.default.partitions", "topic creation", "default", "partitions"),
        ("topic.creation.hot.cleanup.policy", "topic creation", "hot", "cleanup.policy"),
        ("value.converter.schemas.enable", "converter", "value.converter", "schemas.enable"),
        ("key.converter.json.schemas.enable", "converter", "key.converter", "schemas.enable"),
        ("key.converter.avro.anything", "converter", "key.converter", "avro.anything"),
        ("header.converter.anything", "converter", "header.converter", "anything"),
        ("bool.selector", "custom converter", "bool", "selector"),
        ("zero.column.shop.orders.created.fallback", "custom converter", "zero", "column.shop.orders.created.fallback"),
        ("reselector.reselect.null.values", "post processor", "reselector", "reselect.null.values"),
        ("post.processors.reselector.reselect.null.values", "post processor", "reselector", "reselect.null.values"),
        ("driver.connectTimeout", "driver", "driver", "connectTimeout"),
        ("database.connectiontimezone", "driver", "database", "connectionTimeZone"),
        ("database.serverTimezone", "driver", "database", "connectionTimeZone"),
        ("schema.history.internal.producer.linger.ms", "client", "schema.history.internal.producer", "linger.ms"),
        ("internal.legacy.snapshot.max.threads", "connector", None, "legacy.snapshot.max.threads"),
        ("column.mask.with.12.chars", "connector", None, "column.mask.with.12.chars"),
        ("column.mask.hash.v2.SHA-256.with.salt.x", "connector", None, "column.mask.hash.v2.SHA-256.with.salt.x"),
    ],
)
def test_a_name_is_found_where_it_stands(name: str, where: str, alias: str | None, property_: str) -> None:
    found = find(NEW, name, CONFIGURED)
    assert found is not None
    assert (found.where, found.alias, found.property.name) == (where, alias, property_)


@pytest.mark.parametrize(
    "name",
    [
        "transforms.unwrap.drop.tombstones",
        "transforms.with.dots.regexp",
        "predicates.deleted.pattern",
        "topic.creation.default.cleanup.polcy",
        "topic.creation.enable",
        "value.converter.schema.enable",
        "key.converter.json.schema.enable",
        "bool.selectors",
        "reselector.null.values",
        "driver.conectTimeout",
        "column.mask.with.x.chars",
        "column.truncate.to.20.char",
        "schema.history.internal.producer.lingr.ms",
    ],
)
def test_a_name_that_nothing_has_is_unknown(name: str) -> None:
    assert find(NEW, name, CONFIGURED) is None


@pytest.mark.parametrize(
    ("name", "full"),
    [
        ("JsonConverter", "org.apache.kafka.connect.json.JsonConverter"),
        ("Json", "org.apache.kafka.connect.json.JsonConverter"),
        ("org.apache.kafka.connect.storage.StringConverter", "org.apache.kafka.connect.storage.StringConverter"),
        ("ByteArrayConverter", None),  # Debezium's and Kafka's
        ("Avro", None),
    ],
)
def test_classes_are_named_as_kafka_connect_allows(name: str, full: str | None) -> None:
    assert resolved(name, NEW.converters) == full


@pytest.mark.parametrize("version", RELEASES)
def test_a_successor_is_a_name_that_the_release_has(version: str) -> None:
    known = release(version)
    gone = [each for each in RENAMED.values() if each.successor and known.renamed(each.name)]
    assert len(gone) > 30
    for each in gone:
        successor = each.successor or ""
        # Behind a prefix, a name that is known to be there.
        name = successor + ("security.protocol" if re.search("(consumer|producer)[.]$", successor) else "kafka.topic")
        assert find(known, name.replace("internal.schema", "schema") if successor.endswith(".") else successor), each


def test_a_successor_behind_an_alias_is_a_name_that_its_class_has() -> None:
    classes = {**NEW.transforms, **NEW.converters}
    for (of, name), each in RENAMED_BEHIND.items():
        if each.successor and of in classes:
            assert each.successor in classes[of], name
            assert name not in classes[of], name


def test_what_was_renamed_is_no_longer_there() -> None:
    unread = {"event.deserialization.failure.handling.mode", "heartbeat.topics.prefix", "source.struct.version"}
    unread.add("database.serverTimezone")  # still an alias of the driver's
    assert {name for name in RENAMED if find(NEW, name)} - unread == set()
    assert len(RENAMED) + len(RENAMED_BEHIND) + len(WORDS) + len(CLASSES) >= 80


def test_a_renamed_name_is_one_only_from_its_release_on() -> None:
    assert (found := NEW.renamed("drop.tombstones", UNWRAP)) is not None
    assert found.successor == "delete.tombstone.handling.mode"
    assert OLD.renamed("drop.tombstones", UNWRAP) is None
    assert (prefixed := NEW.renamed("database.history.consumer.security.protocol")) is not None
    assert prefixed.name == "database.history.consumer."
    assert NEW.renamed("column.exclude.list") is None


def test_words_belong_to_releases() -> None:
    assert (gone := NEW.word("snapshot.mode", "schema_only")) is not None
    assert gone.successor == "no_data"
    assert OLD.word("snapshot.mode", "schema_only") is None
    assert (later := release("2.3.4.Final").word("snapshot.mode", "no_data")) is not None
    assert (later.since, later.successor) == ("2.6.0", "schema_only")
    assert NEW.word("snapshot.mode", "no_data") is None


@pytest.mark.parametrize("version", RELEASES)
def test_words_agree_with_the_jars(version: str) -> None:
    known = release(version)
    for each in WORDS:
        there = each.word in known.connector[each.property].allowed
        if each.property != "snapshot.locking.mode" or each.word != "minimal_at_least_once":
            assert there is (known.word(each.property, each.word) is None), each


def test_what_came_after_a_release_is_later() -> None:
    new = set(NEW.connector) - set(OLD.connector)
    assert len(new) > 20
    assert [name for name in new if not OLD.later(NEW.connector[name].since)] == []
    assert [name for name in OLD.connector if OLD.later(OLD.connector[name].since)] == []
    assert [name for name in NEW.connector if NEW.later(NEW.connector[name].since)] == []
    assert release("3.0.0.Final").later(NEW.connector["connection.validation.timeout.ms"].since)


def test_classes_that_came_after_a_release_are_later() -> None:
    new, old = ({*each.transforms, *each.custom_converters, *each.post_processors} for each in (NEW, OLD))
    assert {name for name in new if OLD.later(since.CLASSES.get(name))} == new - old
    assert [name for name in new if NEW.later(since.CLASSES.get(name))] == []


def test_other_databases_properties_are_not_mysqls() -> None:
    assert [name for name in FOREIGN if find(NEW, name)] == []


def test_classes_moved_to_where_they_are() -> None:
    everything = {*NEW.transforms, *NEW.converters, NEW.connector["schema.history.internal"].default}
    everything.add("io.debezium.storage.file.history.FileSchemaHistory")
    assert {each.successor for each in CLASSES.values()} <= everything
    assert not set(CLASSES) & everything


def test_reading_them_takes_milliseconds() -> None:
    code = (
        "import time; from modules.debezium.definitions import release; from modules.debezium.finding import find;"
        " start = time.process_time(); find(release('3.6.1.Final'), 'database.connectTimeout');"
        " find(release('3.6.1.Final'), 'topic.creation.default.retention.ms'); print(time.process_time() - start)"
    )
    taken = min(
        float(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout)
        for _ in range(3)
    )
    assert taken < 0.05


def test_every_worker_is_known() -> None:
    for worker in WORKERS:
        assert release("2.7.4.Final", worker).worker_version == worker
