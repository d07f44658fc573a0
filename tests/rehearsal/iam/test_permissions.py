"""Every permission of the pipeline's roles: taken away it is named within a minute, given back the pipeline goes on."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from itertools import count
from typing import Any

import pytest
from kafka import KafkaAdminClient
from kafka.admin import NewTopic

from modules import debezium, policies
from modules.config import Connector, Consumer
from modules.deployment import Deployment
from modules.policies import ClusterArns
from rehearsal.application import Application, ApplicationError, Reader
from rehearsal.connector import RunningConnector
from rehearsal.iam import client as signing_in, reasons
from rehearsal.iam.client import RoleTokens
from rehearsal.servers import ConnectorSpec, ServerError
from tests.rehearsal.connect_lab import HOST, PASSWORD, REGION, SECRET, Lab, running
from tests.rehearsal.iam.enforcing import Iam
from tests.synthesized import document

ACCOUNT = "123456789012"
DEPLOYMENT = Deployment("dev", REGION, "aws", ACCOUNT)
SECONDS = 60
NUMBERS = count(1)
# Kafka 3.9 and Debezium 3.6.1 ask for none of these: they stay for a reason (see rehearsal/iam/reasons.py).
UNASKED = {("Cluster", "kafka-cluster:DescribeCluster")}


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with running(tmp_path_factory.mktemp("lab"), enforced=True) as servers:
        yield servers


@pytest.fixture(scope="module")
def iam(lab: Lab) -> Iam:
    assert lab.iam
    return lab.iam


@pytest.fixture(scope="module")
def secret(iam: Iam) -> str:
    """The ARN of a secret under a customer key."""
    key = iam.client("kms", REGION).create_key()["KeyMetadata"]["KeyId"]
    value = json.dumps({"username": "cdc", "password": PASSWORD})
    made = iam.client("secretsmanager", REGION).create_secret(Name=SECRET, SecretString=value, KmsKeyId=key)
    return str(made["ARN"])


class Pipeline:
    """A connector with names, a role and topics of its own; ``policy`` is its role's, whole."""

    def __init__(self, lab: Lab, secret: str) -> None:
        name = f"p{next(NUMBERS)}"
        content = document("dev")["connectors"]["shop"]
        config = Connector.model_validate(
            {**content, "topics": {"prefix": name}, "signals": {"topic": f"{name}-signals"}, "heartbeat_seconds": 1}
        )
        self.lab = lab
        self.name = name
        self.role = f"{name}-worker"
        arn = lab.spec.arn.replace(lab.spec.name, name)
        self.cluster_arn = lab.cluster.arn
        topics, groups = (self.cluster_arn.replace(":cluster/", f":{kind}/") for kind in ("topic", "group"))
        self.arns = ClusterArns(self.cluster_arn, topics, groups)
        self.policy = policies.connector_execution(
            DEPLOYMENT, config, arns=self.arns, offsets=debezium.offset_topic(name), secret_arn=secret
        )
        bootstrap = lab.cluster.bootstrap
        connection = debezium.connection_properties(config, hostname=HOST, port="3306", bootstrap=bootstrap)
        self.spec: ConnectorSpec = replace(
            lab.spec,
            name=name,
            arn=arn,
            role_arn=f"arn:aws:iam::{ACCOUNT}:role/{self.role}",
            configuration=debezium.connector_properties(config) | connection,
            worker_configuration={
                **debezium.worker_properties(region=REGION, offset_topic=debezium.offset_topic(name)),
                "offset.flush.interval.ms": "2000",
            },
        )
        with KafkaAdminClient(bootstrap_servers=lab.cluster.inspection) as admin:
            admin.create_topics([NewTopic(f"{name}-signals", 1, 1)])

    def start(self) -> RunningConnector:
        return self.lab.connectors(self.spec)


def without(policy: str, sid: str, action: str) -> str:
    """The policy but for one action of one statement."""
    found = json.loads(policy)
    [statement] = [one for one in found["Statement"] if one["Sid"] == sid]
    statement["Action"] = [one for one in statement["Action"] if one != action]
    found["Statement"] = [one for one in found["Statement"] if one["Action"]]
    return json.dumps(found)


def lacking(pipeline: Pipeline, iam: Iam) -> str:
    """What a rehearsal would say of a connector that cannot do its work: at its start, or when it is restarted."""
    began = time.monotonic()
    connector = None
    try:
        connector = pipeline.start()
        pipeline.lab.sql("INSERT INTO shop.customers (name) VALUES ('Ada')")
        if not (told := until_told(lambda: iam.signing.lacking(pipeline.spec, since=began), seconds=8)):
            connector.restart()
            told = until_told(lambda: iam.signing.lacking(pipeline.spec, since=began), seconds=8)
    except ServerError as error:
        told = str(error)
    finally:
        if connector:
            connector.stop()
    assert time.monotonic() - began < SECONDS
    return told


def until_told(ask: Callable[[], str], *, seconds: float) -> str:
    deadline = time.monotonic() + seconds
    while not (told := ask()) and time.monotonic() < deadline:
        time.sleep(0.2)
    return told


GRANTED = [
    (reason.sid, reason.action)
    for reason in reasons.REASONS
    if reason.role == "connector" and (reason.sid, reason.action) not in UNASKED
]


@pytest.mark.parametrize(("sid", "action"), GRANTED)
def test_a_connectors_permission(lab: Lab, iam: Iam, secret: str, sid: str, action: str) -> None:
    pipeline = Pipeline(lab, secret)
    iam.role(pipeline.role, without(pipeline.policy, sid, action))
    told = lacking(pipeline, iam)
    assert f"{pipeline.role} may not {action} on " in told
    assert reasons.lookup("connector", sid, action).needed_for in told
    iam.role(pipeline.role, pipeline.policy)
    connector = pipeline.start()
    try:
        assert iam.signing.lacking(pipeline.spec, since=time.monotonic() - 1) == ""
    finally:
        connector.stop()
