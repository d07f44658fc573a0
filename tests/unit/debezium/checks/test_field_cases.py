"""What people who run such connectors really wrote, in whole files: the answer stands at the mistake."""

from pathlib import Path
from typing import Any, Final, NamedTuple

import pytest
import yaml

from modules.environment.loading import load, warnings
from modules.messages.problems import EnvironmentErrors, Problem, shown
from tests.synthesized import Document, document
from tests.unit.debezium.checks.connectors import DEBEZIUM, JSON, UNWRAP, router
from tests.unit.debezium.checks.wrong_values import OVERRIDES, PARTITIONED, transform

ORDERS: Final = "connectors.orders"
PROPERTIES: Final = f"{ORDERS}.properties"
PLUGIN: Final = "plugins.debezium-mysql.debezium_version"


class Case(NamedTuple):
    """``change`` is merged into the file; ``text`` stands in the message at ``path``."""

    change: Document
    path: str
    text: str


def property_(key: str, text: str, value: Any, **beside: Any) -> Case:
    return properties({key: value, **beside}, key, text)


def properties(given: Document, key: str, text: str) -> Case:
    return Case(connector(properties=given), f"{PROPERTIES}.{key}", text)


def connector(**keys: Any) -> Document:
    return {"connectors": {"orders": keys}}


def brokers(key: str, value: Any, text: str) -> Case:
    return Case({"kafka": {"server_properties": {key: value}}}, f"kafka.server_properties.{key}", text)


def released(version: str) -> Document:
    return {"plugins": {"debezium-mysql": {"debezium_version": version}}}


REGISTRY: Final = {
    "value.converter": "io.confluent.connect.avro.AvroConverter",
    "value.converter.schema.registry.url": "https://registry.example.com",
    "value.converter.basic.auth.user.info": "${ssm:/cdc/registry}",
}
REFUSED: Final[dict[str, Case]] = {
    "a list of 1.x": property_("column.blacklist", "write column.exclude.list", r"orders\.customers\.ssn"),
    "a letter too few": property_("tombstone.on.delete", "did you mean tombstones.on.delete?", False),
    "the server's name of 1.x": property_("database.server.name", "set topics.prefix", "shop"),
    "the history of 1.x": property_("database.history.kafka.topic", "the schema history is kept for you", "h"),
    "a transform's old modes": properties(
        UNWRAP | {"transforms.u.delete.handling.mode": "rewrite"},
        "transforms.u.delete.handling.mode",
        "delete.tombstone.handling.mode",
    ),
    "a column without its database": property_("column.exclude.list", "database.table.column", "customers.ssn"),
    "a list that hides the signals": property_(
        "column.include.list", "signal table orders.debezium_signal", r"orders\.customers\.(id|email)"
    ),
    "a dead letter queue": property_("errors.deadletterqueue.topic.name", "sink connectors", "orders.dlq"),
    "an offset topic of its own": property_("offsets.storage.topic", "the worker's offset topic", "mine"),
    "a producer's setting": property_("producer.max.request.size", "of the worker", 10485760),
    "a client's setting": property_("acks", "clients, which the worker makes", "1"),
    "a converter's setting alone": property_("value.converter.schemas.enable", "without value.converter", True),
    "a transform that no list has": properties(
        {"transforms.u.type": UNWRAP["transforms.u.type"]}, "transforms.u.type", "write transforms: u"
    ),
    "a transform without a class": property_("transforms", "transforms.unwrap.type", "unwrap"),
    "a batch larger than its queue": property_("max.batch.size", "max.queue.size", 20000),
    "a word misspelt": property_("decimal.handling.mode", "must be double, precise or string", "strng"),
    "a word of other databases": property_("time.precision.mode", "adaptive_time_microseconds", "adaptive"),
    "a shell's pattern": property_("column.exclude.list", "regular expressions", "*.ssn"),
    "tables with a comma between them": property_(
        "message.key.columns", "with ; between tables", "orders.customers:id,orders.order_items:id"
    ),
    "an operation written out": property_("skipped.operations", "d (delete)", "delete"),
    "notifications without a topic": property_(
        "notification.enabled.channels", "notification.sink.topic.name, a topic under the prefix", "sink"
    ),
    "exactly once": property_("exactly.once.support", "deliver at least once", "required"),
    "a space that nobody sees": property_("heartbeat.interval\u200b.ms", "U+200B): heartbeat.interval.ms", 5000),
    "capitals": property_("Decimal.Handling.Mode", "must be written decimal.handling.mode", "string"),
    "a provider that no worker has": properties(REGISTRY, "value.converter.basic.auth.user.info", "no provider ssm"),
    "topics out of events": properties(
        transform(f"{DEBEZIUM}ContentBasedRouter", language="jsr223.groovy", topic__expression="null"),
        "transforms.t.type",
        "orders and orders.* only",
    ),
    "a group of topics without topics": property_("topic.creation.groups", "topic.creation.hot.include", "hot"),
    "partitions that are not there": properties(
        PARTITIONED | {"transforms.t.partition.topic.num": 12}, "transforms.t.partition.topic.num", "at most 6"
    ),
    "a statement that is missing": property_(OVERRIDES, f"{OVERRIDES}.orders.customers", "orders.customers"),
    "a regular expression of tables": Case(
        connector(source={"tables": ["(shop|crm).orders"]}), f"{ORDERS}.source.tables", "with * for any characters"
    ),
    "an escaped table": Case(
        connector(source={"tables": [r"shop\.orders"]}), f"{ORDERS}.source.tables", "names need no backslash"
    ),
    "two tables with one topic": Case(
        connector(source={"tables": ["shop.foo$bar", "shop.foo@bar"]}), f"{ORDERS}.source.tables", "orders.shop.foo_bar"
    ),
    "a snapshot's old word": Case(
        connector(snapshot={"mode": "schema_only"}), f"{ORDERS}.snapshot.mode", "it is called no_data"
    ),
    "capacity for one task that grows": Case(
        connector(capacity={"autoscaling": {"min_workers": 1}}), f"{ORDERS}.capacity.autoscaling", "runs one task"
    ),
    "Debezium 1": Case(released("1.9.7.Final"), PLUGIN, "must be 2.0 or later"),
    "a word that the release does not have": Case(
        released("2.3.4.Final") | connector(kafkaconnect_version="2.7.1", snapshot={"mode": "no_data"}),
        f"{ORDERS}.snapshot.mode",
        "no_data came with 2.6.0 (schema_only before)",
    ),
    "a broker's setting misspelt": brokers("auto.create.topic.enable", True, "did you mean auto.create.topics.enable?"),
    "a broker's number in words": brokers("num.partitions", "many", "must be a whole number"),
    "as many in sync as there are": brokers("min.insync.replicas", 3, "must be less than 3, the number of replicas"),
    "a region misspelt": Case({"region": "eu-wset-1"}, "region", "did you mean eu-west-1?"),
}
WARNED: Final[dict[str, Case]] = {
    "compaction without keys": property_(
        "topic.creation.default.cleanup.policy", "no key", "compact", **{"tombstones.on.delete": False}
    ),
    "values that become null": property_("event.converting.failure.handling.mode", "becomes null: lost", "skip"),
}
TAKEN: Final[dict[str, Document]] = {
    "topics that stay below": connector(properties=router(r"orders\.orders\.(.*)", "orders.$1")),
    "properties that ConfigDef does not show": connector(
        properties={
            "binary.handling.mode": "base64",
            "snapshot.isolation.mode": "repeatable_read",
            "driver.connectTimeout": 30000,
            "database.connectionTimeZone": "UTC",
            OVERRIDES: "orders.customers",
            f"{OVERRIDES}.orders.customers": "SELECT * FROM orders.customers WHERE id > 10",
            "value.converter": JSON,
            "value.converter.schemas.enable": True,
        }
    ),
}


def merged(base: Document, change: Document) -> Document:
    both = {
        key: merged(base[key], value) if isinstance(value, dict) and isinstance(base.get(key), dict) else value
        for key, value in change.items()
    }
    return base | both


def written(folder: Path, change: Document) -> Path:
    file = folder / "prod.yaml"
    file.write_text(yaml.safe_dump(merged(document("prod"), change), sort_keys=False, allow_unicode=True))
    return file


def at(problems: tuple[Problem, ...], path: str) -> Problem:
    [problem] = [problem for problem in problems if shown(problem.path) == path]
    return problem


@pytest.mark.parametrize("case", REFUSED.values(), ids=REFUSED)
def test_it_is_refused_where_it_stands(case: Case, tmp_path: Path) -> None:
    file = written(tmp_path, case.change)
    with pytest.raises(EnvironmentErrors) as refused:
        load(file)
    problem = at(refused.value.problems, case.path)
    assert case.text in problem.message
    assert len(refused.value.problems) == 1
    assert problem.line
    last = str(problem.path[-1]).encode("ascii", "ignore").decode()
    assert last[:9] in file.read_text().splitlines()[problem.line - 1]


@pytest.mark.parametrize("case", WARNED.values(), ids=WARNED)
def test_it_is_warned_of(case: Case, tmp_path: Path) -> None:
    file = written(tmp_path, case.change)
    problem = at(warnings(load(file), file), case.path)
    assert case.text in problem.message


@pytest.mark.parametrize("change", TAKEN.values(), ids=TAKEN)
def test_it_is_taken_without_a_word(change: Document, tmp_path: Path) -> None:
    file = written(tmp_path, change)
    assert warnings(load(file), file) == ()


def test_mistakes_of_properties_are_said_beside_those_of_the_rest(tmp_path: Path) -> None:
    """A connector of which other keys are wrong still has its properties looked at."""
    change = connector(
        source={"server_id": "x"},
        topics={"prefix": "a b"},
        properties={"max.batch.sise": 1, "decimal.handling.mode": "x"},
    )
    with pytest.raises(EnvironmentErrors) as refused:
        load(written(tmp_path, change))
    assert [shown(problem.path) for problem in refused.value.problems] == [
        f"{ORDERS}.source.server_id",
        f"{ORDERS}.topics.prefix",
        f"{PROPERTIES}.decimal.handling.mode",
        f"{PROPERTIES}.max.batch.sise",
    ]
