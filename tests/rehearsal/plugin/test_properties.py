"""The properties that we set, compared with the connector's own definition."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import pytest

from modules.debezium.configuration import CONNECTOR_CLASS, RELEASE, connection_properties, connector_properties
from modules.debezium.definitions import release
from modules.environment.environment import Environment
from tests.rehearsal.plugin.constants import names, spelt_out
from tests.rehearsal.plugin.worker import Worker
from tests.synthesized import with_connector

UNREACHABLE = "Error during connection validation: io.debezium.DebeziumException: Failed to establish connection"
DEFAULTS = {
    "config.action.reload": "restart",
    "database.ssl.mode": "preferred",
    "decimal.handling.mode": "precise",
    "errors.max.retries": "-1",
    "event.processing.failure.handling.mode": "fail",
    "heartbeat.interval.ms": "0",
    "max.batch.size": "2048",
    "max.queue.size": "8192",
    "max.queue.size.in.bytes": "0",
    "poll.interval.ms": "500",
    "schema.history.internal.store.only.captured.databases.ddl": "false",
    "signal.enabled.channels": "source",
    "snapshot.locking.mode": "minimal",
    "snapshot.mode": "initial",
    "tombstones.on.delete": "true",
}

OF_LAG = {f"transforms.lag.{name}" for name in ("type", "connector", "server")}


@pytest.fixture(scope="module")
def spelt(plugins: Path, connect_libraries: Path) -> frozenset[str]:
    """String constants in the classes of Debezium and of the worker."""
    workers = [jar for name in ("connect-runtime", "kafka-clients") for jar in connect_libraries.glob(f"{name}-*.jar")]
    return names([*plugins.rglob("debezium-*.jar"), *workers])


Unread = Callable[[Iterable[str]], set[str]]


@pytest.fixture
def unread(worker: Worker, spelt: frozenset[str]) -> Unread:
    """The properties that nothing reads.

    The connector's definition does not have those of the schema history, the signal channel and topic creation, some
    of its own (``read.only``), the driver's, and those of the transform that measures the lag.
    """

    def known(keys: Iterable[str]) -> set[str]:
        driver = {f"driver.{name}" for name in release(RELEASE).driver}
        undeclared = set(keys) - worker.definitions(CONNECTOR_CLASS).keys() - driver - OF_LAG
        return undeclared - spelt_out(undeclared, spelt)

    return known


def properties(**changes: object) -> dict[str, str]:
    """The production example's connector, with changes."""
    environment = Environment.model_validate({"name": "prod", **with_connector(**changes)})
    connector = environment.connectors["orders"]
    here = connection_properties(connector, hostname="127.0.0.1", port="3306", bootstrap="127.0.0.1:9092")
    return {**connector_properties(connector), **here}


def test_every_property_that_we_set_is_read(unread: Unread, configuration: Mapping[str, str]) -> None:
    by_topic = properties(signals={"topic": "orders-signals"})
    by_both = properties(signals={"table": "orders.debezium_signal", "topic": "orders-signals"})
    assert unread({**configuration, **by_topic, **by_both}) == set()


def test_a_misspelt_property_is_found(unread: Unread, configuration: Mapping[str, str]) -> None:
    """Kafka Connect ignores it."""
    wrong = {
        "heartbeat.intervall.ms",
        "schema.history.internal.kafka.topics",
        "schema.history.internal.producers.security.protocol",
        "schema.history.internal.producer.security.protocoll",
    }
    assert unread([*configuration, *wrong]) == wrong


def test_defaults_are_as_documented(worker: Worker) -> None:
    definitions = worker.definitions(CONNECTOR_CLASS)
    assert {key: definitions[key].default_value for key in DEFAULTS} == DEFAULTS


def test_only_the_database_is_missing(worker: Worker, configuration: Mapping[str, str]) -> None:
    """The connector connects to it only when every property is valid by itself."""
    errors = worker.errors(CONNECTOR_CLASS, configuration)
    assert list(errors) == ["database.hostname"]
    assert errors["database.hostname"][0].startswith(UNREACHABLE)


@pytest.mark.parametrize(
    ("key", "value", "reason"),
    [
        ("config.action.reload", "never", "String must be one of"),
        ("database.server.id", "first", "A long value is expected"),
        ("database.ssl.mode", "on", "Value must be one of"),
        ("decimal.handling.mode", "text", "Value must be one of"),
        ("heartbeat.interval.ms", "often", "An integer is expected"),
        ("schema.history.internal.store.only.captured.databases.ddl", "yes", "Either 'true' or 'false' is expected"),
        ("snapshot.locking.mode", "nothing", "Value must be one of"),
        ("snapshot.mode", "once", "Value must be one of"),
        ("table.include.list", "orders.(", "valid regular expressions is expected"),
        ("tasks.max", "one", "Not a number of type INT"),
    ],
)
def test_a_wrong_value_is_reported(
    worker: Worker, configuration: Mapping[str, str], key: str, value: str, reason: str
) -> None:
    errors = worker.errors(CONNECTOR_CLASS, {**configuration, key: value})
    assert reason in " ".join(errors[key])
    assert errors.keys() <= {key, "database.hostname"}


@pytest.mark.parametrize("key", ["database.hostname", "database.user", "database.server.id", "topic.prefix"])
def test_a_missing_property_is_reported(worker: Worker, configuration: Mapping[str, str], key: str) -> None:
    without = {name: value for name, value in configuration.items() if name != key}
    assert "A value is required" in " ".join(worker.errors(CONNECTOR_CLASS, without)[key])
