"""Two connectors in an embedded AWS: real brokers that enforce IAM, real workers, a real database."""

import base64
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from kafka import KafkaAdminClient
from kafka.admin import NewTopic
from tenacity import retry, retry_if_exception_type, stop_after_delay, wait_fixed
from typer.testing import CliRunner, Result

from cdc.cli import app
from modules.debezium import configuration, topics
from modules.deployment import Deployment
from modules.environment.environment import Environment
from modules.environment.loading import load
from modules.iam import client_policies
from modules.iam.client_policies import ClusterArns
from modules.properties_file import as_lines
from rehearsal.lab import Iam
from tests.rehearsal.aws.account import network, wait_until_settled
from tests.rehearsal.connect.lab import CLUSTER, FLUSH_SECONDS, HOST, PASSWORD, REGION, SECRET, Lab, running
from tests.synthesized import document

ACCOUNT: Final = "123456789012"
DEPLOYMENT: Final = Deployment("dev", REGION, "aws", ACCOUNT)
BUCKET: Final = "operated-plugins"
SIGNALS: Final = "shop-signals"
ROUTED: Final = "contacts"
# Of a person who operates connectors.
OPERATOR: Final = {"Effect": "Allow", "Action": "kafka-cluster:*", "Resource": "*"}


def content(archive: Path, group: str) -> dict[str, Any]:
    """``shop`` takes signals by a topic and has notifications; ``crm`` takes them by a table, and routes its events."""
    found = document("dev")
    found["kafka"] = {"kind": "existing", "cluster_arn": CLUSTER.arn, "security_group_id": group}
    found["plugins"]["debezium-mysql"] = {"archive": str(archive)}
    shop = found["connectors"]["shop"]
    shop["source"] |= {"tables": ["shop.customers", "shop.orders"]}
    shop |= {"signals": {"topic": SIGNALS}, "notifications": True}
    found["connectors"]["crm"] = {
        "plugin": "debezium-mysql",
        "source": {**shop["source"], "server_id": 5502, "tables": ["crm.*", "!crm.debezium_signal"]},
        "topics": {"prefix": "crm", "others": [ROUTED]},
        "signals": {"table": "crm.debezium_signal"},
        "properties": {
            "transforms": "route",
            "transforms.route.type": "org.apache.kafka.connect.transforms.RegexRouter",
            "transforms.route.regex": r"crm\.crm\.(contacts|friends.*)",
            "transforms.route.replacement": ROUTED,
        },
    }
    return found


@dataclass(frozen=True)
class Pipeline:
    """The environment file ``file`` as it is deployed; ``arns`` are those of the connectors by their keys."""

    lab: Lab
    iam: Iam
    file: Path
    arns: dict[str, str]

    @property
    def environment(self) -> Environment:
        return load(self.file)

    def client(self, service: str) -> Any:
        return self.iam.client(service, REGION)

    def describe(self, key: str) -> dict[str, Any]:
        found: dict[str, Any] = self.client("kafkaconnect").describe_connector(connectorArn=self.arns[key])
        return found

    def sign_in(self, patch: pytest.MonkeyPatch, *statements: Mapping[str, Any], role: str = "operator") -> None:
        """This process calls AWS and the brokers as a role of that name, with these permissions on the brokers."""
        policy = json.dumps({"Version": "2012-10-17", "Statement": [*statements]})
        arn = self.iam.role(f"{role}-{sha256(policy.encode()).hexdigest()[:8]}", policy)
        key = self.client("sts").assume_role(RoleArn=arn, RoleSessionName="somebody")["Credentials"]
        variables = {
            "AWS_ENDPOINT_URL": self.iam.aws.url,
            "AWS_ACCESS_KEY_ID": key["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"],
            "AWS_SESSION_TOKEN": key["SessionToken"],
            "CDC_BROKER_HOSTS": str(self.lab.cluster.hosts_file),
            "CDC_BROKER_CA": str(self.iam.enforcement.certificate),
        }
        for name, value in variables.items():
            patch.setenv(name, value)

    def cdc(self, command: str, *arguments: str, given: str = "") -> Result:
        return self.another(self.file, command, *arguments, given=given)

    def another(self, file: Path, command: str, *arguments: str, given: str = "") -> Result:
        """Of another environment file."""
        done = CliRunner().invoke(app, [command, str(file), *arguments], input=given)
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done

    @retry(retry=retry_if_exception_type(AssertionError), stop=stop_after_delay(60), wait=wait_fixed(0.2), reraise=True)
    def wait_for(self, condition: Callable[[], bool]) -> None:
        assert condition()

    def deploy(self, key: str) -> None:
        """Creates the connector ``key`` of the environment file, as Terraform does, and waits until it runs."""
        connector, name = self.environment.connectors[key], f"cdc-dev-{key}"
        offsets = topics.offsets_of(connector, name=name)
        stems = (CLUSTER.arn.replace(":cluster/", f":{kind}/") for kind in ("topic", "group"))
        policy = client_policies.connector_execution(
            DEPLOYMENT,
            connector,
            name=name,
            arns=ClusterArns(CLUSTER.arn, *stems),
            offsets=offsets,
            secret_arns=[DEPLOYMENT.arn("secretsmanager", f"secret:{SECRET}-*")],
        )
        bootstrap = self.lab.cluster.bootstrap
        connection = configuration.connection_properties(connector, hostname=HOST, port="3306", bootstrap=bootstrap)
        worker = configuration.worker_properties(connector, region=REGION, offset_topic=offsets)
        worker["offset.flush.interval.ms"] = f"{FLUSH_SECONDS * 1000:.0f}"
        kafkaconnect = self.client("kafkaconnect")
        made = kafkaconnect.create_connector(
            connectorName=name,
            kafkaConnectVersion="3.7.x",
            capacity={"provisionedCapacity": {"mcuCount": 1, "workerCount": 1}},
            connectorConfiguration=configuration.connector_properties(connector) | connection,
            kafkaCluster={
                "apacheKafkaCluster": {
                    "bootstrapServers": bootstrap,
                    "vpc": {"subnets": ["subnet-1"], "securityGroups": ["sg-1"]},
                }
            },
            kafkaClusterClientAuthentication={"authenticationType": "IAM"},
            kafkaClusterEncryptionInTransit={"encryptionType": "TLS"},
            plugins=[{"customPlugin": {"customPluginArn": self.plugin(f"cdc-dev-{key}"), "revision": 1}}],
            serviceExecutionRoleArn=self.iam.role(f"{name}-worker", policy),
            workerConfiguration={
                "workerConfigurationArn": self.worker_configuration(f"cdc-dev-{key}", as_lines(worker)),
                "revision": 1,
            },
        )
        self.arns[key] = made["connectorArn"]
        settled = wait_until_settled(lambda: self.describe(key), "connectorState")
        assert settled["connectorState"] == "RUNNING", settled.get("stateDescription")

    def plugin(self, name: str) -> str:
        """A custom plugin that is ACTIVE."""
        s3, kafkaconnect = self.client("s3"), self.client("kafkaconnect")
        if BUCKET not in [one["Name"] for one in s3.list_buckets()["Buckets"]]:
            s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
            s3.put_object(Bucket=BUCKET, Key="plugin.zip", Body=self.lab.spec.archive.read_bytes())
        location = {"s3Location": {"bucketArn": f"arn:aws:s3:::{BUCKET}", "fileKey": "plugin.zip"}}
        made = kafkaconnect.create_custom_plugin(name=name, contentType="ZIP", location=location)
        arn: str = made["customPluginArn"]
        wait_until_settled(lambda: kafkaconnect.describe_custom_plugin(customPluginArn=arn), "customPluginState")
        return arn

    def worker_configuration(self, name: str, content: str) -> str:
        text = base64.b64encode(content.encode()).decode()
        made = self.client("kafkaconnect").create_worker_configuration(name=name, propertiesFileContent=text)
        return str(made["workerConfigurationArn"])


@contextmanager
def deployed(folder: Path) -> Iterator[Pipeline]:
    """The pipeline, which is stopped at the end of the block."""
    with running(folder, enforced=True) as lab:
        iam = lab.servers.iam
        assert iam
        iam.backends.start_connector = lab.connectors
        try:
            yield _deployed(lab, iam, folder)
        finally:
            iam.embedded.msk_connect.stop()


def _deployed(lab: Lab, iam: Iam, folder: Path) -> Pipeline:
    lab.sql(
        "CREATE TABLE shop.orders (id INT PRIMARY KEY AUTO_INCREMENT, customer INT, total DECIMAL(9, 2))",
        "CREATE DATABASE crm",
        "CREATE TABLE crm.contacts (id INT PRIMARY KEY AUTO_INCREMENT, name VARCHAR(50))",
        "INSERT INTO crm.contacts (name) VALUES ('Grace'), ('Linus')",
        "CREATE TABLE crm.debezium_signal (id VARCHAR(42) PRIMARY KEY, type VARCHAR(32) NOT NULL, data VARCHAR(2048))",
        "GRANT INSERT, DELETE ON crm.debezium_signal TO 'cdc'@'%'",
    )
    with_plain = KafkaAdminClient(bootstrap_servers=lab.cluster.plain_bootstrap.split(","))
    with_plain.create_topics([NewTopic(SIGNALS, num_partitions=1, replication_factor=1)])
    with_plain.close()
    found = network(iam.embedded)
    (file := folder / "dev.yaml").write_text(yaml.safe_dump(content(lab.spec.archive, found.group)))
    iam.embedded.msk.add_existing_cluster(
        CLUSTER.arn,
        kafka_version=CLUSTER.kafka_version,
        brokers=1,
        instance_type="kafka.m7g.large",
        subnets=found.subnets[:1],
        group=found.group,
    )
    secret = json.dumps({"username": "cdc", "password": PASSWORD})
    iam.client("secretsmanager", REGION).create_secret(Name=SECRET, SecretString=secret)
    made = Pipeline(lab, iam, file, {})
    for key in made.environment.connectors:
        made.deploy(key)
    return made
