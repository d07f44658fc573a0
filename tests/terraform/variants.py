"""Environments with features and existing resources that the shipped examples do not have."""

from collections.abc import Mapping
from typing import Any, Final

from tests.places import ROOT
from tests.synthesized import Document, changed, document, with_another

PROD: Final = document("prod")
ACCOUNT: Final = "123456789012"
EXISTING_NETWORK: Final = {
    "kind": "existing",
    "vpc_id": "vpc-0123456789abcdef0",
    "private_subnet_ids": [f"subnet-0123456789abcdef{n}" for n in range(3)],
}
EXISTING_KAFKA: Final = {
    "kind": "existing",
    "cluster_arn": f"arn:aws:kafka:us-east-1:{ACCOUNT}:cluster/events/3aa4bd1a-1b2c-4d5e-8f90-0123456789ab-3",
    "security_group_id": "sg-0123456789abcdef0",
}
AUTHORITY: Final = f"arn:aws:acm-pca:us-east-1:{ACCOUNT}:certificate-authority/11111111-2222-3333-4444-555555555555"


def _in_region(region: str, partition: str) -> Document:
    return changed(
        PROD,
        region=region,
        network__availability_zones=[f"{region}{zone}" for zone in "abc"],
        alarms__sns_topic_arn=f"arn:{partition}:sns:{region}:{ACCOUNT}:oncall",
    )


# Synthesized, but refused by the pinned provider.
SOVEREIGN: Final = _in_region("eusc-de-east-1", "aws-eusc")


def with_stock(base: Document, **changes: Any) -> Document:
    """``base`` with a connector of another database, whose signals are read from a topic."""
    source = {"cluster": "stock-prod", "secret": "cdc/stock", "server_id": 5402, "tables": ["stock.*"]}
    return with_another(base, "stock", source=source, signals={"topic": "stock-signals"}, **changes)


# A consumer that is a Lambda function.
FUNCTION: Final = {
    "kind": "lambda",
    "topics": {"orders.orders.customers": "receipts-customers", "orders.orders.order_items": "receipts-items"},
    "function": f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:receipts:live",
}
BUNDLE: Final = ROOT / "tests/terraform/authority.pem"
CUSTOM_PLUGIN: Final = (
    "arn:aws:kafkaconnect:us-east-1:123456789012:custom-plugin/debezium/0a1b2c3d-4e5f-4000-8000-0123456789ab-2"
)

VARIANTS: Final[Mapping[str, Document]] = {
    "existing-network": changed(PROD, network=EXISTING_NETWORK),
    "existing-kafka": changed(PROD, kafka=EXISTING_KAFKA),
    "existing-both": changed(PROD, network=EXISTING_NETWORK, kafka=EXISTING_KAFKA),
    "nat-none": changed(PROD, network__nat="none"),
    "nat-single": changed(PROD, network__nat="single"),
    "externally-routed": changed(PROD, network__peerings=None, network__externally_routed=True),
    "kraft": changed(PROD, kafka__coordination="kraft"),
    "express": changed(
        PROD,
        kafka__coordination="kraft",
        kafka__instance_type="express.m7g.large",
        kafka__volume_gib=None,
        kafka__autoscale_to_gib=None,
    ),
    "scram-and-mtls": changed(
        PROD, kafka__scram_secrets=["AmazonMSK_billing"], kafka__certificate_authority_arns=[AUTHORITY]
    ),
    "prometheus": changed(
        PROD,
        kafka__prometheus={"security_group_ids": ["sg-0123456789abcdef1"]},
        kafka__monitoring="PER_TOPIC_PER_PARTITION",
    ),
    "local-state": changed(PROD, state={"kind": "local"}),
    "existing-state-bucket": changed(PROD, state__create=False),
    "china": _in_region("cn-north-1", "aws-cn"),
    "us-gov": _in_region("us-gov-west-1", "aws-us-gov"),
    "two-connectors": with_stock(PROD),
    "instance": changed(
        PROD, connectors__orders__source__cluster=None, connectors__orders__source__instance="orders-prod"
    ),
    "tls": changed(PROD, network__nat="none", connectors__orders__source__tls={"ca_bundle": str(BUNDLE)}),
    "host": changed(
        PROD,
        connectors__orders__source__cluster=None,
        connectors__orders__source__host={"address": "db.internal", "cidr_block": "10.8.4.0/24"},
    ),
    "email": changed(PROD, alarms={"email": "oncall@example.com"}),
    "boundary": changed(
        PROD, permissions_boundary="arn:aws:iam::123456789012:policy/teams/boundary", iam_path="/data/cdc/"
    ),
    "registered-plugin": changed(PROD, plugins={"debezium-mysql": {"arn": CUSTOM_PLUGIN, "revision": 2}}),
    "lambda": changed(PROD, network__nat="none", consumers__receipts=FUNCTION),
    "lambda-without-a-function": changed(PROD, kafka=EXISTING_KAFKA, consumers__receipts=FUNCTION | {"function": None}),
    "consumer-without-groups": changed(PROD, consumers__billing__security_group_ids=None, alarms={}),
}
