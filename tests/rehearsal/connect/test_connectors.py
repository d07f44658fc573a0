"""Real workers of the embedded MSK Connect: configured as deployed, updated in place, and rolled back."""

import re
import stat
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from kafka import KafkaConsumer, TopicPartition
from tenacity import retry, retry_if_result, stop_after_delay, wait_fixed

from modules.debezium.configuration import IAM_CLIENT
from rehearsal.aws.backends import ConnectorSpec, ServerError
from rehearsal.connect import substitutions
from rehearsal.connect.connector import RunningConnector
from rehearsal.connect.workers import WORKER_FOLDER
from tests.rehearsal.connect.lab import HOST, PASSWORD, SECRET, Lab, running

VALUE_TO_KEY = "org.apache.kafka.connect.transforms.ValueToKey"
FILTER = "org.apache.kafka.connect.transforms.Filter"
NOBODY = "nobody.cluster-abc.eu-west-1.rds.amazonaws.com"


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with running(tmp_path_factory.mktemp("lab")) as servers:
        yield servers


@pytest.fixture(scope="module")
def shared() -> Iterator[list[RunningConnector]]:
    """The connector that tests share, while it runs."""
    started: list[RunningConnector] = []
    yield started
    for connector in started:
        connector.stop()


@pytest.fixture
def connector(lab: Lab, shared: list[RunningConnector]) -> RunningConnector:
    if not shared:
        shared.append(lab.connectors(lab.spec))
        lab.settle()
    return shared[0]


def states(connector: RunningConnector) -> list[str]:
    status = connector.rest.status(connector.name)
    return [part.state for part in (status.connector, *status.tasks)] if status else []


RUNNING = ["RUNNING", "RUNNING"]


@pytest.mark.usefixtures("connector")
def test_a_connector_captures_snapshot_and_changes(lab: Lab) -> None:
    lab.sql("INSERT INTO shop.customers (name) VALUES ('Grace')")
    lab.wait_for("r", "Ada")
    lab.wait_for("c", "Grace")


def test_it_is_configured_as_deployed_but_for_iam(lab: Lab, connector: RunningConnector) -> None:
    clients = ("schema.history.internal.producer.", "schema.history.internal.consumer.", "signal.consumer.")
    left_out = {prefix + key for prefix in clients for key in IAM_CLIENT}
    deployed = lab.spec.configuration
    assert connector.rest.configuration(connector.name) == {
        "name": lab.spec.name,
        **{key: value for key, value in deployed.items() if key not in left_out},
    }
    assert left_out < deployed.keys()


@pytest.mark.usefixtures("connector")
def test_its_worker_is_configured_as_deployed_but_for_the_provider(lab: Lab) -> None:
    (file,) = lab.folder.glob(f"*/{WORKER_FOLDER}/worker-1.properties")
    properties = dict(line.split("=", 1) for line in file.read_text().splitlines())
    provider = {"config.providers.secretsmanager.class": substitutions.FILE_PROVIDER_CLASS}
    expected = {**lab.spec.worker_configuration, **provider}
    assert {key: properties[key] for key in lab.spec.worker_configuration} == expected


@pytest.mark.usefixtures("connector")
def test_a_secret_is_in_a_file_of_its_user_and_nowhere_else(lab: Lab) -> None:
    (folder,) = lab.folder.iterdir()
    assert stat.S_IMODE((folder / SECRET).stat().st_mode) == 0o600
    others = [path for path in folder.rglob("*") if path.is_file() and path != folder / SECRET]
    assert not [
        path for path in others if path.suffix != ".jar" and PASSWORD.strip() in path.read_text(errors="replace")
    ]


def test_a_change_of_configuration_is_made_in_place(lab: Lab, connector: RunningConnector) -> None:
    before = connector.workers.programs[0].pid
    connector.change(lab.configured(heartbeat__interval__ms="20000"))
    configuration = connector.rest.configuration(connector.name)
    assert configuration
    assert configuration["heartbeat.interval.ms"] == "20000"
    assert connector.workers.programs[0].pid == before
    connector.change(lab.spec)


@pytest.mark.parametrize(
    ("properties", "line"),
    [
        ({"snapshot__mode": "sometimes"}, "the connector refuses snapshot.mode, got 'sometimes': .*must be one of"),
        ({"table__include__list": "("}, "the connector refuses table.include.list, got '\\(': .*regular expression"),
        ({"table__include__list": "shop.none"}, "RUNNING but captures nothing: .* table.include.list 'shop.none'"),
        ({"database__hostname": NOBODY}, f"the host name '{NOBODY}' of the database cannot be resolved"),
        ({"database__port": "3307"}, f"no database answers at {HOST}:3307"),
        ({"connector__class": "org.example.Nothing"}, "the connector.class org.example.Nothing is not in the plugin"),
        (
            {"database__password": "${secretsmanager:cdc/none:password}"},
            "the secret 'cdc/none' is not in Secrets Manager",
        ),
        ({"database__password": f"${{secretsmanager:{SECRET}:pin}}"}, "must have pin, got password and username"),
        ({"database__password": "${secretsmanager:../../x:password}"}, "is not in Secrets Manager"),
        ({"value__converter": "org.example.Nothing"}, "the class org.example.Nothing is neither in the plugin nor"),
        (
            {"transforms": "d", "transforms__d__type": FILTER, "transforms__d__predicate": "nope"},
            "a transform names the predicate 'nope', which is not in the list",
        ),
        ({"converters": "b", "b__type": "org.example.B"}, "the class org.example.B is neither in the plugin nor"),
        (
            {"database__connectionTimeZone": "Mars"},
            f"the connection to {HOST}:3306 cannot be made: .*Unknown time-zone",
        ),
    ],
)
def test_a_change_that_fails_is_diagnosed_and_rolled_back(
    lab: Lab, connector: RunningConnector, properties: Mapping[str, str], line: str
) -> None:
    before = connector.rest.configuration(connector.name)
    with pytest.raises(ServerError, match=rf"\A[^\n]*{line}[^\0]*\nthe previous configuration runs again\Z"):
        connector.change(lab.configured(**properties))
    assert connector.rest.configuration(connector.name) == before
    assert states(connector) == RUNNING


@pytest.mark.parametrize(
    ("statement", "undo", "line"),
    [
        (
            "ALTER USER cdc IDENTIFIED BY 'another'",
            None,
            r"the database denies access to the user 'cdc' \(using password: YES\)",
        ),
        ("SET GLOBAL binlog_format = STATEMENT", "SET GLOBAL binlog_format = ROW", "must have binlog_format=ROW"),
        (
            "SET GLOBAL binlog_row_image = MINIMAL",
            "SET GLOBAL binlog_row_image = FULL",
            "must have binlog_row_image=FULL",
        ),
        (
            "REVOKE REPLICATION SLAVE ON *.* FROM cdc",
            "GRANT REPLICATION SLAVE ON *.* TO cdc",
            "does not have the privilege REPLICATION SLAVE",
        ),
        (
            "REVOKE REPLICATION CLIENT ON *.* FROM cdc",
            "GRANT REPLICATION CLIENT ON *.* TO cdc",
            "does not have the privilege SUPER, REPLICATION CLIENT",
        ),
    ],
)
def test_a_restart_that_fails_is_diagnosed_and_the_next_succeeds(
    lab: Lab, connector: RunningConnector, statement: str, undo: str | None, line: str
) -> None:
    lab.sql(statement)
    with pytest.raises(ServerError, match=rf"\A[^\n]*{line}"):
        connector.restart()
    if undo:
        lab.sql(undo)
    else:  # a restart reads the secret again
        lab.secrets[SECRET]["password"] = "another"
    connector.restart()
    assert states(connector) == RUNNING


@pytest.mark.parametrize(
    ("properties", "place", "line"),
    [
        (
            {"transforms": "key", "transforms__key__type": VALUE_TO_KEY, "transforms__key__fields": "nope"},
            ("transform", "key"),
            r"the transform key \(ValueToKey\) fails on an event: DataException: Field does not exist: nope",
        ),
        (
            {"value__converter": "org.apache.kafka.connect.converters.ByteArrayConverter"},
            ("property", "value.converter"),
            r"value\.converter \(ByteArrayConverter\) cannot write an event",
        ),
    ],
    ids=["transform", "converter"],
)
def test_a_task_that_fails_on_an_event_is_found(
    lab: Lab, connector: RunningConnector, properties: Mapping[str, str], place: tuple[str, str], line: str
) -> None:
    connector.change(lab.spec)
    assert connector.failure() is None
    connector.change(lab.configured(**properties))
    lab.sql("INSERT INTO shop.customers (name) VALUES ('Mary')")
    failure = wait_for_failure(connector)
    assert re.match(line, str(failure))
    [found] = failure.findings
    assert place in found.where.items()
    assert found.where["connector"] == "dev-shop"
    connector.change(lab.spec)
    assert connector.failure() is None


@retry(retry=retry_if_result(lambda failure: failure is None), stop=stop_after_delay(30), wait=wait_fixed(0.2))
def wait_for_failure(connector: RunningConnector) -> ServerError:
    return connector.failure()  # type: ignore[return-value]  # retried until there is one


def test_another_capacity_changes_the_heap_without_a_new_snapshot(lab: Lab, connector: RunningConnector) -> None:
    connector.change(replace(lab.spec, mcu=2))
    assert f"-Xmx{2 * substitutions.HEAP_PER_MCU}m" in connector.workers.programs[0].arguments
    lab.sql("INSERT INTO shop.customers (name) VALUES ('Edsger')")
    lab.wait_for("c", "Edsger")
    assert lab.events().count(("r", "Ada")) == 1
    connector.change(lab.spec)


def test_a_worker_that_dies_is_replaced(lab: Lab, connector: RunningConnector) -> None:
    before = connector.workers.programs[0].pid
    connector.kill()
    lab.sql("INSERT INTO shop.customers (name) VALUES ('Barbara')")
    lab.wait_for("c", "Barbara")
    assert connector.workers.programs[0].pid != before


@pytest.mark.usefixtures("connector")
def test_what_msk_connect_measures_is_published(lab: Lab) -> None:
    @retry(retry=retry_if_result(lambda running: not running), stop=stop_after_delay(30), wait=wait_fixed(0.2))
    def running_task() -> bool:
        return lab.published[-5:] != [] and lab.published[-5]["Value"] == 1

    lab.published.clear()
    assert running_task()
    last = {datum["MetricName"]: datum["Value"] for datum in lab.published[-5:]}
    assert last.keys() == {
        "RunningTaskCount",
        "ErroredTaskCount",
        "WorkerCount",
        "CpuUtilization",
        "MemoryUtilization",
    }
    assert last["WorkerCount"] == 1
    assert last["MemoryUtilization"] > 0
    assert {dimension["Value"] for datum in lab.published for dimension in datum["Dimensions"]} == {"dev-shop"}


def test_a_replaced_connector_resumes_from_the_committed_offset(
    lab: Lab, connector: RunningConnector, shared: list[RunningConnector]
) -> None:
    worker = connector.workers.programs[0].pid
    shared.clear()
    connector.stop()
    assert worker
    assert not psutil.pid_exists(worker)
    assert list(lab.folder.iterdir()) == []
    lab.sql("INSERT INTO shop.customers (name) VALUES ('Frances')")
    tuned = {**lab.spec.worker_configuration, "producer.linger.ms": "10"}
    successor = lab.connectors(replace(lab.spec, arn=f"{lab.spec.arn}2", worker_configuration=tuned))
    try:
        lab.wait_for("c", "Frances")
        assert lab.events().count(("r", "Ada")) == 1
    finally:
        successor.stop()


def without(archive: Path, jar: str, folder: Path) -> Path:
    """The plugin without its jars of this name."""
    changed = folder / archive.name
    with zipfile.ZipFile(archive) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            if jar not in name:
                new.writestr(name, old.read(name))
    return changed


def test_a_plugin_without_a_required_jar_does_not_start(lab: Lab, tmp_path: Path) -> None:
    archive = without(lab.spec.archive, "mysql-connector-j", tmp_path)
    with pytest.raises(ServerError, match=r"\Athe class com/mysql/cj/jdbc/Driver is neither in the plugin"):
        lab.connectors(replace(lab.spec, name="incomplete", archive=archive))
    assert not list(lab.folder.glob("incomplete*"))


def test_a_plugin_that_is_not_an_archive_does_not_start(lab: Lab, tmp_path: Path) -> None:
    (archive := tmp_path / "plugin.zip").write_bytes(b"not a ZIP")
    with pytest.raises(ServerError, match=r"the plugin must be a ZIP .*plugin\.zip"):
        lab.connectors(replace(lab.spec, name="damaged", archive=archive))
    assert not list(lab.folder.glob("damaged*"))


def test_the_diagnosis_names_an_invalid_worker_property(lab: Lab) -> None:
    wrong = {**lab.spec.worker_configuration, "key.converter": "org.example.Nothing"}
    with pytest.raises(ServerError, match=r"the worker refuses key\.converter, got 'org\.example\.Nothing'"):
        lab.connectors(replace(lab.spec, name="misconfigured", worker_configuration=wrong))


def test_unreachable_brokers_are_diagnosed_at_once(lab: Lab) -> None:
    lab.servers.addresses.add_name("b-9.lab.example", lab.database.address.host)
    with pytest.raises(ServerError, match=r"no broker of b-9\.lab\.example:9098 accepts connections"):
        lab.connectors(replace(lab.spec, name="lost", bootstrap="b-9.lab.example:9098"))


ROW = 6 * 2**20


def archive_spec(lab: Lab, name: str, **topics: int) -> ConnectorSpec:
    """A connector of its own, which reads a table with one row of 6 MiB."""
    lab.sql(
        "CREATE DATABASE IF NOT EXISTS archive",
        "CREATE TABLE IF NOT EXISTS archive.documents (id INT PRIMARY KEY, body LONGTEXT)",
        f"INSERT IGNORE INTO archive.documents VALUES (1, REPEAT('x', {ROW}))",
    )
    changes = {f"connectors__shop__topics__{key}": value for key, value in topics.items()}
    return lab.another(name, connectors__shop__source__tables=["archive.*"], **changes)


def test_a_row_of_6_mib_passes_with_its_limit(lab: Lab) -> None:
    connector = lab.connectors(archive_spec(lab, "large", max_message_bytes=8 * 2**20))
    topic = TopicPartition("large.archive.documents", 0)
    try:
        with KafkaConsumer(
            bootstrap_servers=lab.cluster.plain_bootstrap.split(","), auto_offset_reset="earliest"
        ) as reader:
            reader.assign([topic])
            records = reader.poll(timeout_ms=30_000)[topic]
    finally:
        connector.stop()
    assert [len(record.value) > ROW for record in records] == [True]


def test_without_the_limit_the_diagnosis_names_it(lab: Lab) -> None:
    connector = lab.connectors(archive_spec(lab, "small"))
    try:
        failure = str(wait_for_failure(connector))
    finally:
        connector.stop()
    assert re.search(r"an event has 6\d{6} bytes, and the worker's producer sends at most 1048576", failure)
    assert "set topics.max_message_bytes" in failure
