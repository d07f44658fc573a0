"""The attributes of each type that rules read."""

from collections.abc import Mapping
from typing import Final

from cdc.plans.reading.shapes import Shape, blocks, flag, mapping, number, policy, properties, text, texts

_DAYS: Final = {"days": number, "date": text, "expired_object_delete_marker": flag}
_OLD: Final = {"noncurrent_days": number, "days": number, "newer_noncurrent_versions": number}
_TAG: Final = {"key": text, "value": text}
_AND: Final = {
    "prefix": text, "tags": mapping, "object_size_greater_than": number, "object_size_less_than": number
}  # fmt: skip
_FILTER: Final = {**_AND, "tag": blocks(**_TAG), "and": blocks(**_AND)}
_EXPIRY: Final[Mapping[str, Shape]] = {
    "prefix": text,
    "expiration": blocks(**_DAYS),
    "noncurrent_version_expiration": blocks(**_OLD),
}
_PEERS: Final[Mapping[str, Shape]] = {
    "from_port": number, "to_port": number, "protocol": text, "cidr_blocks": texts, "ipv6_cidr_blocks": texts,
    "prefix_list_ids": texts,
}  # fmt: skip
_INLINE: Final = blocks(**_PEERS, security_groups=texts, self=flag)
_RULE: Final[Mapping[str, Shape]] = {
    "security_group_id": text, "referenced_security_group_id": text, "cidr_ipv4": text, "cidr_ipv6": text,
    "prefix_list_id": text, "ip_protocol": text, "from_port": number, "to_port": number,
}  # fmt: skip
_TARGETS: Final[Mapping[str, Shape]] = dict.fromkeys(
    (
        "carrier_gateway_id", "core_network_arn", "egress_only_gateway_id", "gateway_id", "instance_id",
        "local_gateway_id", "nat_gateway_id", "network_interface_id", "transit_gateway_id", "vpc_endpoint_id",
        "vpc_peering_connection_id",
    ),
    text,
)  # fmt: skip

ATTRIBUTES: Final[Mapping[str, Mapping[str, Shape]]] = {
    "aws_msk_cluster": {
        "cluster_name": text, "arn": text, "configuration_info": blocks(arn=text, revision=number),
    },
    "aws_msk_configuration": {
        "name": text, "arn": text, "latest_revision": number, "server_properties": properties,
    },
    "aws_mskconnect_connector": {
        "name": text, "arn": text, "connector_configuration": mapping, "service_execution_role_arn": text,
        "worker_configuration": blocks(arn=text, revision=number),
        "kafka_cluster": blocks(apache_kafka_cluster=blocks(
            bootstrap_servers=text, vpc=blocks(security_groups=texts, subnets=texts)
        )),
        "plugin": blocks(custom_plugin=blocks(arn=text, revision=number)),
    },
    "aws_mskconnect_worker_configuration": {"name": text, "arn": text, "properties_file_content": properties},
    "aws_kms_key": {"arn": text, "key_id": text, "is_enabled": flag, "policy": policy},
    "aws_kms_key_policy": {"key_id": text, "policy": policy},
    "aws_kms_grant": {"key_id": text, "grantee_principal": text, "operations": texts},
    "aws_kms_alias": {"name": text},
    "aws_dynamodb_table": {"name": text},
    "aws_s3_bucket": {
        "bucket": text, "versioning": blocks(enabled=flag),
        "lifecycle_rule": blocks(enabled=flag, tags=mapping, **_EXPIRY),
    },
    "aws_s3_bucket_versioning": {"bucket": text, "versioning_configuration": blocks(status=text)},
    "aws_s3_bucket_lifecycle_configuration": {
        "bucket": text, "rule": blocks(status=text, filter=blocks(**_FILTER), **_EXPIRY),
    },
    "aws_security_group": {"id": text, "ingress": _INLINE, "egress": _INLINE},
    "aws_security_group_rule": {
        **_PEERS, "type": text, "security_group_id": text, "source_security_group_id": text, "self": flag,
    },
    "aws_vpc_security_group_ingress_rule": _RULE,
    "aws_vpc_security_group_egress_rule": _RULE,
    "aws_vpc_peering_connection": {"id": text, "vpc_id": text, "peer_vpc_id": text},
    "aws_ec2_transit_gateway_vpc_attachment": {"id": text, "vpc_id": text, "transit_gateway_id": text},
    "aws_nat_gateway": {"id": text},
    "aws_internet_gateway": {"id": text},
    "aws_route": {
        "route_table_id": text, "destination_cidr_block": text, "destination_ipv6_cidr_block": text,
        "destination_prefix_list_id": text, **_TARGETS,
    },
    "aws_route_table": {"id": text, "route": blocks(
        cidr_block=text, ipv6_cidr_block=text, destination_prefix_list_id=text, **_TARGETS
    )},
    "aws_route_table_association": {"subnet_id": text, "route_table_id": text},
    "aws_subnet": {"id": text},
    "aws_vpc_endpoint": {
        "service_name": text, "vpc_endpoint_type": text, "private_dns_enabled": flag, "route_table_ids": texts,
        "subnet_ids": texts, "security_group_ids": texts,
    },
    "aws_iam_role": {"name": text, "arn": text, "assume_role_policy": policy},
    "aws_iam_role_policy": {"name": text, "role": text, "policy": policy},
    "aws_iam_policy": {"name": text, "arn": text, "policy": policy},
    "aws_iam_role_policy_attachment": {"role": text, "policy_arn": text},
}  # fmt: skip
