"""The IAM policies of prod's connector and consumer, in the mocked account."""

from typing import Final

from modules.debezium import topics
from modules.deployment import Deployment
from modules.environment.models.connectors import Connector, Topics
from modules.environment.models.consumers import ApplicationConsumer
from modules.environment.models.sources import ClusterSource
from modules.iam import client_policies
from tests.mocked_account import ACCOUNT, CLUSTER_ARN, REGION, SECRET_ARN

DEPLOYMENT: Final = Deployment("prod", REGION, "aws", ACCOUNT)
NAME: Final = DEPLOYMENT.name("orders")
ARNS: Final = client_policies.ClusterArns(
    CLUSTER_ARN, CLUSTER_ARN.replace(":cluster/", ":topic/"), CLUSTER_ARN.replace(":cluster/", ":group/")
)
CONNECTOR: Final = Connector(
    plugin="debezium-mysql",
    source=ClusterSource(cluster="orders-prod", secret="cdc/orders", server_id=5401, tables=("orders.customers",)),
    topics=Topics(prefix="orders"),
)
EXECUTION: Final = client_policies.connector_execution(
    DEPLOYMENT, CONNECTOR, name=NAME, arns=ARNS, offsets=topics.offset_topic(NAME), secret_arns=[SECRET_ARN]
)
TRUST: Final = client_policies.connector_trust(DEPLOYMENT, NAME)
SIGNALS: Final = "orders-signals"
OPERATIONS: Final = client_policies.consumer(
    ApplicationConsumer(topics=("orders.notifications",), groups=("operations",)), arns=ARNS, signals=[SIGNALS]
)
BILLING: Final = client_policies.consumer(
    ApplicationConsumer(topics=("orders.orders.*",), groups=("billing-*",)), arns=ARNS
)
KNOWN: Final = ("kms:ViaService", "kms:EncryptionContext:*")
DECRYPT: Final = {
    "kms:ViaService": f"secretsmanager.{REGION}.amazonaws.com",
    "kms:EncryptionContext:SecretARN": SECRET_ARN,
}
BUCKET: Final = "arn:aws:s3:::cdc-prod-plugins"
TRUSTED: Final = client_policies.EncryptedObjects(
    f"{BUCKET}/trust-stores/orders/*", BUCKET, f"arn:aws:kms:{REGION}:{ACCOUNT}:key/2"
)
KEY: Final = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1"


def topic(name: str) -> str:
    return f"{ARNS.topics}/{name}"


def group(name: str) -> str:
    return f"{ARNS.groups}/{name}"
