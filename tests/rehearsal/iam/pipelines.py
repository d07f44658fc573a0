"""Connectors with roles of their own, on brokers that enforce IAM."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Final

import yaml
from kafka import KafkaAdminClient
from kafka.admin import NewTopic

from modules.debezium import configuration, topics
from modules.deployment import Deployment
from modules.environment.environment import Environment
from modules.environment.loading import load, warnings
from modules.environment.models.connectors import Connector
from modules.iam import client_policies
from modules.iam.client_policies import ClusterArns
from rehearsal.aws.backends import ConnectorSpec
from rehearsal.connect.connector import RunningConnector
from tests.rehearsal.connect.lab import HOST, REGION, Lab
from tests.synthesized import Document, document

ACCOUNT = "123456789012"
DEPLOYMENT = Deployment("dev", REGION, "aws", ACCOUNT)
# By default the consumer of signals polls 0.1 s in every 5 s, and takes half a minute to reach its topic.
PROMPT = {"signal.poll.interval.ms": "500", "signal.kafka.poll.timeout.ms": "5000"}
NUMBERS = count(1)
SHARED: Final = "orders-of-all"
# Two ways to route: shards become one table, and a topic gets another name.
ROUTES: Final[Mapping[str, Document]] = {
    "north": {
        "type": "io.debezium.transforms.ByLogicalTableRouter",
        "topic.regex": r"north\.north\.orders_[0-9]+",
        "topic.replacement": SHARED,
        "key.field.name": "shard",
    },
    "south": {
        "type": "org.apache.kafka.connect.transforms.RegexRouter",
        "regex": r"south\.south\.orders_.*",
        "replacement": SHARED,
    },
}


class Pipeline:
    """A connector with its own names, role and topics; ``policy`` is the complete policy of its role."""

    def __init__(self, lab: Lab, secret: str, config: Connector | None = None, *, signalled: bool = True) -> None:
        config = config or routing(f"p{next(NUMBERS)}")
        name = config.topics.prefix
        self.lab = lab
        self.name = name
        self.role = f"{name}-worker"
        arn = lab.spec.arn.replace(lab.spec.name, name)
        self.cluster_arn = lab.cluster.arn
        stems = (self.cluster_arn.replace(":cluster/", f":{kind}/") for kind in ("topic", "group"))
        self.arns = ClusterArns(self.cluster_arn, *stems)
        self.policy = client_policies.connector_execution(
            DEPLOYMENT, config, name=name, arns=self.arns, offsets=topics.offset_topic(name), secret_arns=[secret]
        )
        bootstrap = lab.cluster.bootstrap
        connection = configuration.connection_properties(config, hostname=HOST, port="3306", bootstrap=bootstrap)
        self.spec: ConnectorSpec = replace(
            lab.spec,
            name=name,
            arn=arn,
            role_arn=f"arn:aws:iam::{ACCOUNT}:role/{self.role}",
            configuration=configuration.connector_properties(config) | connection | PROMPT,
            worker_configuration={
                **configuration.worker_properties(region=REGION, offset_topic=topics.offset_topic(name)),
                "offset.flush.interval.ms": "2000",
                "plugin.discovery": "service_load",  # a start in three quarters of the time
            },
        )
        if config.signals and signalled:
            with KafkaAdminClient(bootstrap_servers=lab.cluster.plain_bootstrap) as admin:
                admin.create_topics([NewTopic(f"{name}-signals", 1, 1)])

    def start(self) -> RunningConnector:
        return self.lab.connectors(self.spec)


def routing(name: str) -> Connector:
    """A connector with another name for each, whose events are routed to a topic of its own."""
    content = document("dev")["connectors"]["shop"]
    properties = {
        "transforms": "route",
        "transforms.route.type": "org.apache.kafka.connect.transforms.RegexRouter",
        "transforms.route.regex": rf"{name}\.shop\.(.*)",
        "transforms.route.replacement": f"{name}-routed",
    }
    return Connector.model_validate(
        {
            **content,
            "source": {**content["source"], "server_id": 6000 + next(NUMBERS)},
            "topics": {"prefix": name, "others": [f"{name}-routed"]},
            "properties": properties,
            "signals": {"topic": f"{name}-signals"},
            "heartbeat_seconds": 1,
        }
    )


def sharing(folder: Path) -> Environment:
    """Two connectors of databases with the same tables, which share a topic; the file is valid, without a warning."""
    content = document("dev")
    shop = content["connectors"]["shop"]
    content["connectors"] = {
        name: {
            **shop,
            "source": {**shop["source"], "tables": [f"{name}.orders_*"], "server_id": 6000 + next(NUMBERS)},
            "topics": {"prefix": name, "others": [SHARED]},
            "properties": {"transforms": "all", **{f"transforms.all.{key}": value for key, value in route.items()}},
        }
        for name, route in ROUTES.items()
    }
    content["consumers"] = {"billing": {"topics": [SHARED], "groups": ["billing"]}}
    (file := folder / "shared.yaml").write_text(yaml.safe_dump(content))
    environment = load(file)
    assert not warnings(environment, file)
    return environment
