"""Every permission of the pipeline's roles: a missing one is named within a minute; with it the pipeline runs."""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from shutil import copy
from zipfile import ZipFile

import pytest
from kafka import KafkaAdminClient, KafkaProducer
from kafka.admin import NewTopic
from kafka.errors import KafkaError

from modules.artifacts.cache import Cache
from modules.artifacts.fetch import fetch
from modules.artifacts.lock import load
from modules.environment.models.consumers import ApplicationConsumer
from modules.iam import client_policies
from modules.iam.client_policies import ClusterArns
from rehearsal.aws.backends import ServerError
from rehearsal.events.application import Application, Reader
from rehearsal.events.source_records import SourceRecordLogs
from rehearsal.iam import client as signing_in
from rehearsal.iam.client import RoleTokens
from rehearsal.iam.permissions import event_source_mappings, reasons
from rehearsal.lab import Iam
from rehearsal.processes import pinned_files
from tests.rehearsal.connect.lab import PASSWORD, REGION, SECRET, Lab, running
from tests.rehearsal.iam.lab import jars, java_client
from tests.rehearsal.iam.pipelines import ACCOUNT, NUMBERS, ROUTES, SHARED, Pipeline, sharing

SECONDS = 60
AT_ONCE = 3
# Kafka 3.9 and Debezium 3.6.1 request none of these; rehearsal/iam/permissions says why they are there.
NOT_REQUESTED = {("Cluster", "kafka-cluster:DescribeCluster")}


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with running(tmp_path_factory.mktemp("lab"), enforced=True) as servers:
        yield servers


@pytest.fixture(scope="module")
def iam(lab: Lab) -> Iam:
    assert lab.servers.iam
    return lab.servers.iam


@pytest.fixture(scope="module")
def secret(iam: Iam) -> str:
    """The ARN of a secret with a customer managed key."""
    key = iam.client("kms", REGION).create_key()["KeyMetadata"]["KeyId"]
    value = json.dumps({"username": "cdc", "password": PASSWORD})
    made = iam.client("secretsmanager", REGION).create_secret(Name=SECRET, SecretString=value, KmsKeyId=key)
    return str(made["ARN"])


def without(policy: str, sid: str, action: str) -> str:
    """The policy without one action of one statement."""
    found = json.loads(policy)
    [statement] = [one for one in found["Statement"] if one["Sid"] == sid]
    statement["Action"] = [one for one in statement["Action"] if one != action]
    found["Statement"] = [one for one in found["Statement"] if one["Action"]]
    return json.dumps(found)


def missing_permissions(pipeline: Pipeline, iam: Iam) -> str:
    """What a rehearsal would say of a connector that cannot do its work: at its start, or when it is restarted."""
    began = time.monotonic()
    connector = None
    try:
        connector = pipeline.start()
        pipeline.lab.sql("INSERT INTO shop.customers (name) VALUES ('Ada')")
        if not (
            text := wait_for_text(
                lambda: iam.enforcement.signing.missing_permissions(pipeline.spec, since=began), seconds=8
            )
        ):
            connector.restart()
            text = wait_for_text(
                lambda: iam.enforcement.signing.missing_permissions(pipeline.spec, since=began), seconds=SECONDS
            )
    except ServerError as error:
        text = str(error)
    finally:
        if connector:
            connector.stop()
    return text


def wait_for_text(ask: Callable[[], str], *, seconds: float) -> str:
    deadline = time.monotonic() + seconds
    while not (text := ask()) and time.monotonic() < deadline:
        time.sleep(0.2)
    return text


# Asked for before the worker starts, or by the converter of a registry: test_signing and test_glue have them.
POLLERS = {sid for sid, *_ in event_source_mappings.NEEDED}  # of Lambda: no application here is a function
ELSEWHERE = ("TrustStore", "TrustStoreKey", "RegisterSchemas", "ReadSchemas")
GRANTED = [
    (reason.sid, reason.action)
    for reason in reasons.REASONS
    if reason.role == "connector" and reason.sid not in ELSEWHERE and (reason.sid, reason.action) not in NOT_REQUESTED
]


@dataclass(frozen=True)
class Case:
    """The missing permissions reported without a permission, and with it."""

    role: str
    without: str
    with_it: str


def run_case(lab: Lab, iam: Iam, secret: str, sid: str, action: str) -> Case:
    pipeline = Pipeline(lab, secret)
    iam.role(pipeline.role, without(pipeline.policy, sid, action))
    reported = missing_permissions(pipeline, iam)
    iam.role(pipeline.role, pipeline.policy)
    connector = pipeline.start()
    try:
        return Case(
            pipeline.role,
            reported,
            iam.enforcement.signing.missing_permissions(pipeline.spec, since=time.monotonic() - 1),
        )
    finally:
        connector.stop()


@pytest.fixture(scope="module")
def cases(
    lab: Lab, iam: Iam, secret: str, request: pytest.FixtureRequest
) -> Iterator[Mapping[tuple[str, str], Future[Case]]]:
    """Those of this run, several connectors at once on one cluster: each waits more than it works."""
    name = test_a_connectors_permission.__name__
    items = [item for item in request.session.items if isinstance(item, pytest.Function) and item.originalname == name]
    selected = [(str(item.callspec.params["sid"]), str(item.callspec.params["action"])) for item in items]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield {one: pool.submit(run_case, lab, iam, secret, *one) for one in selected}
        pool.shutdown(cancel_futures=True)


@pytest.mark.parametrize(("sid", "action"), GRANTED)
def test_a_connectors_permission(cases: Mapping[tuple[str, str], Future[Case]], sid: str, action: str) -> None:
    case = cases[sid, action].result()
    assert f"{case.role} may not {action} on " in case.without
    assert reasons.lookup("connector", sid, action).needed_for in case.without
    assert case.with_it == ""


class Readers:
    """Applications of one consumer's role, each in its own group; the events are produced without IAM."""

    def __init__(self, lab: Lab, iam: Iam) -> None:
        self.name = f"c{next(NUMBERS)}"
        self.role = f"{self.name}-reader"
        topics, groups = (lab.cluster.arn.replace(":cluster/", f":{kind}/") for kind in ("topic", "group"))
        self.topics = (f"{self.name}.*",)
        self.policy = client_policies.consumer(
            ApplicationConsumer(topics=self.topics, groups=(f"{self.name}-*",)),
            arns=ClusterArns(lab.cluster.arn, topics, groups),
        )
        self._lab = lab
        self._iam = iam
        self._groups = count(1)
        topic = f"{self.name}.orders"
        with KafkaAdminClient(bootstrap_servers=lab.cluster.plain_bootstrap) as admin:
            admin.create_topics([NewTopic(topic, 1, 1)])
        with KafkaProducer(bootstrap_servers=lab.cluster.plain_bootstrap) as producer:
            producer.send(topic, EVENT).get(10)

    def reader(self) -> Reader:
        """In a new group."""
        tokens = RoleTokens(
            self._iam.aws, region=REGION, arn=f"arn:aws:iam::{ACCOUNT}:role/{self.role}", session=self.name
        )
        certificate = self._iam.enforcement.certificate
        settings = signing_in.consumer_settings(tokens, hosts=self._lab.cluster.hosts_file, authority=certificate)
        return Reader(self._lab.cluster.bootstrap, f"{self.name}-{next(self._groups)}", self.topics, settings=settings)

    def missing_permissions(self) -> str:
        """The denials that a rehearsal reports for the application."""
        return "\n".join(str(found) for found in self._iam.enforcement.denials if self.role in found.cause)


NO_LOGS = SourceRecordLogs(Path("/nowhere"))  # the events are not a connector's
EVENT = json.dumps({"op": "r", "after": {}, "source": {"db": "shop", "table": "orders"}}).encode()
HELD = [
    (reason.sid, reason.action)
    for reason in reasons.REASONS
    if reason.role == "consumer" and not reason.sid.startswith("Signal") and reason.sid not in (*ELSEWHERE, *POLLERS)
]


@pytest.mark.parametrize(("sid", "action"), HELD)
def test_an_applications_permission(lab: Lab, iam: Iam, sid: str, action: str) -> None:
    readers = Readers(lab, iam)
    iam.applications[readers.role] = readers.topics
    iam.role(readers.role, without(readers.policy, sid, action))
    with Application(NO_LOGS, readers.reader()):
        text = wait_for_text(readers.missing_permissions, seconds=SECONDS)
    assert f"{readers.role} may not {action} on " in text
    assert reasons.lookup("consumer", sid, action).needed_for in text
    iam.role(readers.role, readers.policy)
    reader = readers.reader()
    with Application(NO_LOGS, reader) as application:
        assert application.wait_for(lambda _: application.received(reader.group) == 1, seconds=30)


class Writer:
    """An application of a role that may write signals for ``pipeline``; ``policy`` is its complete policy."""

    def __init__(self, lab: Lab, iam: Iam, pipeline: Pipeline) -> None:
        self.topic = f"{pipeline.name}-signals"
        self.role = f"{pipeline.name}-writer"
        self._key = pipeline.name
        consumer = ApplicationConsumer(topics=(f"{pipeline.name}.notifications",), groups=(f"{pipeline.name}-writer",))
        self.policy = client_policies.consumer(consumer, arns=pipeline.arns, signals=[self.topic])
        tokens = RoleTokens(iam.aws, region=REGION, arn=f"arn:aws:iam::{ACCOUNT}:role/{self.role}", session=self.role)
        certificate = iam.enforcement.certificate
        self.settings = {
            "bootstrap_servers": lab.cluster.bootstrap.split(","),
            **signing_in.consumer_settings(tokens, hosts=lab.cluster.hosts_file, authority=certificate),
        }

    def create(self) -> None:
        with KafkaAdminClient(**self.settings) as admin:
            admin.create_topics([NewTopic(self.topic, 1, 1)])

    def write(self, message: str) -> None:
        signal = {"id": message, "type": "log", "data": {"message": message}}
        with KafkaProducer(**self.settings, enable_idempotence=True, max_block_ms=5000) as producer:
            producer.send(self.topic, json.dumps(signal).encode(), key=self._key.encode()).get(10)


def test_a_role_creates_the_signal_topic_and_writes_signals(lab: Lab, iam: Iam, secret: str) -> None:
    """And without one of its permissions, it does not."""
    pipeline = Pipeline(lab, secret, signalled=False)
    writer = Writer(lab, iam, pipeline)
    iam.role(pipeline.role, pipeline.policy)
    iam.role(writer.role, without(writer.policy, "Signals", "kafka-cluster:CreateTopic"))
    with pytest.raises(KafkaError):
        writer.create()
    iam.role(writer.role, writer.policy)
    writer.create()
    connector = pipeline.start()
    try:
        for sid, action in (("Signals", "WriteData"), ("SignalProducer", "WriteDataIdempotently")):
            iam.role(writer.role, without(writer.policy, sid, f"kafka-cluster:{action}"))
            with pytest.raises(KafkaError):
                writer.write("never sent")
        iam.role(writer.role, writer.policy)
        writer.write("Ada says hello")
        wait_for_text(lambda: "x" * ("Ada says hello" in connector.workers.log_since({})), seconds=SECONDS)
        log = connector.workers.log_since({})
        assert "Ada says hello" in log
        assert "never sent" not in log
    finally:
        connector.stop()


def test_a_connector_cannot_write_to_anothers_topics(lab: Lab, iam: Iam, secret: str) -> None:
    one, other = Pipeline(lab, secret), Pipeline(lab, secret)
    iam.role(one.role, one.policy)
    one.spec = replace(one.spec, configuration={**one.spec.configuration, "topic.prefix": other.name})
    text = missing_permissions(one, iam)
    assert f"{one.role} may not kafka-cluster:DescribeTopic on {one.arns.topics}/{other.name}" in text
    assert f"configured by: topic.prefix={other.name}" in text


def test_two_connectors_write_one_topic(lab: Lab, iam: Iam, secret: str, tmp_path: Path) -> None:
    """Rows of both arrive there, by permissions of each role's own."""
    pipelines = [Pipeline(lab, secret, config) for config in sharing(tmp_path).connectors.values()]
    for name in ROUTES:
        tables = (f"CREATE TABLE {name}.orders_{shard} (id INT PRIMARY KEY, region VARCHAR(9))" for shard in (1, 2))
        rows = (f"INSERT INTO {name}.orders_{shard} VALUES (1, '{name}')" for shard in (1, 2))
        lab.sql(f"CREATE DATABASE {name}", *tables, *rows)
    for pipeline in pipelines:
        iam.role(pipeline.role, pipeline.policy)
        iam.connectors[pipeline.role] = pipeline.spec
    expected = {(f"{name}.orders_{shard}", name, id_) for name in ROUTES for shard in (1, 2) for id_ in (1, 2)}

    def arrived() -> set[tuple[str, str, int]]:
        return {
            (f"{event['source']['db']}.{event['source']['table']}", event["after"]["region"], event["after"]["id"])
            for event in lab.messages(SHARED)
        }

    with ExitStack() as ending:
        for pipeline in pipelines:
            ending.callback(pipeline.start().stop)
        for name in ROUTES:
            lab.sql(*(f"INSERT INTO {name}.orders_{shard} VALUES (2, '{name}')" for shard in (1, 2)))
        assert wait_for_text(lambda: "x" * (arrived() >= expected), seconds=SECONDS), arrived()
    assert arrived() == expected
    keys = [json.loads(record.key) for record in lab.records(SHARED)]
    assert {key.get("shard") for key in keys} == {"north.north.orders_1", "north.north.orders_2", None}
    for pipeline in pipelines:
        [report] = [one for one in iam.enforcement.permissions if one["role"] == pipeline.role]
        used = {one["action"] for one in report["used"] if one["statement"] == "OtherTopics"}
        assert used >= {"kafka-cluster:DescribeTopic", "kafka-cluster:WriteData"}
        assert report["denied"] == []


def test_a_connector_runs_with_what_was_deployed(lab: Lab, iam: Iam, secret: str) -> None:
    """Also with a second aws-msk-iam-auth in its plugin, which this worker's version tolerates, and others do not."""
    pipeline = Pipeline(lab, secret)
    iam.role(pipeline.role, pipeline.policy)
    pipeline.spec = replace(pipeline.spec, archive=with_second_iam_auth(pipeline.spec.archive, lab.folder))
    connector = pipeline.start()
    try:
        deployed = {**pipeline.spec.configuration, "name": pipeline.name}
        assert connector.rest.configuration(pipeline.name) == deployed
    finally:
        connector.stop()


def with_second_iam_auth(archive: Path, folder: Path) -> Path:
    paths = fetch(pinned_files.files(load(), pinned_files.CONNECT), sources=[], cache=Cache(), offline=True)
    [library] = [path for file, path in paths.items() if file.maven.artifact == "aws-msk-iam-auth"]
    other = Path(copy(archive, folder / "second.zip"))
    with ZipFile(other, "a") as content:
        content.write(library, "debezium-mysql/aws-msk-iam-auth.jar")
    return other


def test_an_application_in_java(lab: Lab, iam: Iam, tmp_path: Path) -> None:
    readers = Readers(lab, iam)
    role = iam.role(readers.role, readers.policy)
    key = iam.client("sts", REGION).assume_role(RoleArn=role, RoleSessionName="java")["Credentials"]
    credentials = {
        "AWS_ACCESS_KEY_ID": key["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"],
        "AWS_SESSION_TOKEN": key["SessionToken"],
        "AWS_REGION": REGION,
    }
    servers = lab.cluster.bootstrap, lab.cluster.hosts_file, iam.enforcement.trust_store
    with java_client(tmp_path, jars(), *servers, credentials) as java:
        assert java("consume", f"{readers.name}.orders", f"{readers.name}-java") == "done"
        assert java("consume", f"{readers.name}.orders", "anothers-group").startswith("GroupAuthorizationException")
        iam.role(readers.role, without(readers.policy, "Topics", "kafka-cluster:ReadData"))
        text = java("consume", f"{readers.name}.orders", f"{readers.name}-other")
    assert text.startswith("TopicAuthorizationException")
