"""Rules about state, network, cluster and alarms: for each a file that keeps it, and files that do not."""

from tests.unit.environment_files import Cases, Edits, Refused

EXISTING_NETWORK = """network:
  kind: existing
  vpc_id: vpc-0123456789abcdef0
  private_subnet_ids: [subnet-0123456789abcdef0, subnet-0123456789abcdef1, subnet-0123456789abcdef2]"""
TWO_SUBNETS = EXISTING_NETWORK.replace(", subnet-0123456789abcdef2", "")
EXISTING_KAFKA = """kafka:
  kind: existing
  cluster_arn: arn:aws:kafka:us-east-1:123456789012:cluster/events/3aa4bd1a-1b2c-4d5e-8f90-0123456789ab-3
  security_group_id: sg-0123456789abcdef0"""
STATE = "state: {kind: s3, bucket: acme-state, lock_table: acme-locks"
KEY = "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555"
AUTHORITY = "arn:aws:acm-pca:us-east-1:123456789012:certificate-authority/11111111-2222-3333-4444-555555555555"
ALARMS = "alarms: {sns_topic_arn: arn:aws:sns:us-east-1:123456789012:oncall}"
ZONES = "[us-east-1a, us-east-1b, us-east-1c]"
NETWORK = f"network: {{kind: new, cidr_block: 10.0.0.0/16, availability_zones: {ZONES}"
KEY_ELSEWHERE = KEY.replace("us-east-1", "eu-west-1")
AUTHORITY_ELSEWHERE = AUTHORITY.replace("us-east-1", "eu-west-1")
EXPRESS = {
    "version: 3.9.x": "version: 3.8.x",
    "kafka.m7g.large": "express.m7g.large",
    "volume_gib: 100": "log_retention_days: 30",
    "autoscale_to_gib: 1000": "monitoring: PER_BROKER",
}
UPLOADED = "plugins: {debezium-mysql: {archive: build/plugins/debezium-mysql.zip}}"


def tags(count: int) -> str:
    return f"tags: {{{', '.join(f'tag-{number}: x' for number in range(count))}}}"


def beside_orders(peering: str) -> Edits:
    """A second peering, ``stock``."""
    anchor = "      route_table_ids: [rtb-0abc1234def567890]\n"
    return {anchor: f"{anchor}    stock:\n      route_table_ids: [rtb-0abc1234def567891]\n{peering}\n"}


CASES: Cases = {
    "zones_lie_in_region": (
        {ZONES: "[us-east-1d, us-east-1e, us-east-1f]"},
        [
            Refused(
                {ZONES: "[us-east-1a, us-east-1b, eu-west-1c]  # <-"},
                "network.availability_zones[2]",
                "must lie in us-east-1, got 'eu-west-1c'",
            ),
            Refused(
                {ZONES: "[us-east-1a, us-east-1b, us-east-2c]  # <-"},
                "network.availability_zones[2]",
                "must lie in us-east-1, got 'us-east-2c'",
            ),
        ],
    ),
    "a_database_is_in_reach": (
        {"network:": f"{NETWORK}, externally_routed: true}}"},
        [
            Refused(
                {"network:": f"{NETWORK}}}  # <-"},
                "network.peerings",
                "must name the VPC that holds the database",
            )
        ],
    ),
    "peers_lie_outside_our_range": (
        {"10.8.0.0/16": "10.41.0.0/16"},
        [
            Refused(
                {"10.8.0.0/16": "10.40.128.0/20  # <-"},
                "network.peerings.orders.cidr_block",
                "must not overlap our own 10.40.0.0/16",
            )
        ],
    ),
    "peers_do_not_overlap": (
        beside_orders("      vpc_id: vpc-0abc1234def567891\n      cidr_block: 10.9.0.0/16"),
        [
            Refused(
                beside_orders("      vpc_id: vpc-0abc1234def567891\n      cidr_block: 10.8.32.0/20  # <-"),
                "network.peerings.stock.cidr_block",
                "must not overlap peering orders, 10.8.0.0/16, got '10.8.32.0/20'",
            )
        ],
    ),
    "one_peering_a_vpc": (
        beside_orders("      vpc_id: vpc-0abc1234def567891\n      cidr_block: 10.9.0.0/16"),
        [
            Refused(
                beside_orders("      cidr_block: 10.9.0.0/16\n      vpc_id: vpc-0abc1234def567890  # <-"),
                "network.peerings.stock.vpc_id",
                "must differ from peering orders",
            )
        ],
    ),
    "msk_offers_the_version": (
        {"version: 3.9.x": "version: 4.1.x", "coordination: zookeeper": "coordination: kraft"},
        [
            Refused(
                {"version: 3.9.x": "version: 4.1.x  # <-"},
                "kafka.version",
                "must be 3.6.0, 3.7.x, 3.8.x or 3.9.x with coordination: zookeeper, got '4.1.x'",
            ),
            Refused(
                {"version: 3.9.x": "version: 3.9.1  # <-"},
                "kafka.version",
                "or 3.9.x with coordination: zookeeper, got '3.9.1'",
            ),
            Refused(
                {"version: 3.9.x": "version: 3.6.0  # <-", "coordination: zookeeper": "coordination: kraft"},
                "kafka.version",
                "must be 3.7.x, 3.8.x, 3.9.x, 4.0.x",
            ),
            Refused(
                {"version: 3.9.x": "version: 3.9.x.kraft  # <-"},
                "kafka.version",
                "without .kraft: set coordination: kraft",
            ),
        ],
    ),
    "the_broker_size_runs_the_version": (
        {"version: 3.9.x": "version: 3.6.0", "kafka.m7g.large": "kafka.t3.small"},
        [
            Refused(
                {"kafka.m7g.large": "kafka.t3.small  # <-"},
                "kafka.instance_type",
                "must run 3.9.x with coordination: zookeeper, as kafka.m7g.large does; this one runs 3.6.0 or 3.7.x",
            ),
            Refused(
                {"kafka.m7g.large": "kafka.t3.small  # <-", "coordination: zookeeper": "coordination: kraft"},
                "kafka.instance_type",
                "must run 3.9.x with coordination: kraft",
            ),
            Refused(
                {
                    "kafka.m7g.large": "kafka.m7g.large  # <-",
                    "version: 3.9.x": "version: 4.2.x",
                    "coordination: zookeeper": "coordination: kraft",
                },
                "kafka.instance_type",
                "as express.m7g.large does",
            ),
            Refused(
                {**EXPRESS, "version: 3.9.x": "version: 3.9.x", "kafka.m7g.large": "express.m7g.large  # <-"},
                "kafka.instance_type",
                "this one runs 3.6.0 or 3.8.x",
            ),
        ],
    ),
    "brokers_fill_the_zones": (
        {"brokers: 3": "brokers: 6"},
        [
            Refused(
                {"brokers: 3": "brokers: 4  # <-"},
                "kafka.brokers",
                "must be a multiple of 3 (as many in each availability zone), got 4",
            ),
            Refused(
                {"brokers: 3": "brokers: 3  # <-", "network:": TWO_SUBNETS}, "kafka.brokers", "must be a multiple of 2"
            ),
        ],
    ),
    "brokers_keep_to_the_quota": (
        {"brokers: 3": "brokers: 60", "coordination: zookeeper": "coordination: kraft"},
        [
            Refused(
                {"brokers: 3": "brokers: 33  # <-"},
                "kafka.brokers",
                "must be at most 30 with coordination: zookeeper, got 33",
            ),
            Refused(
                {"brokers: 3": "brokers: 63  # <-", "coordination: zookeeper": "coordination: kraft"},
                "kafka.brokers",
                "must be at most 60",
            ),
        ],
    ),
    "express_spans_three_zones": (
        EXPRESS,
        [
            Refused(
                {**EXPRESS, ZONES: "[us-east-1a, us-east-1b]  # <-", "brokers: 3": "brokers: 4"},
                "network.availability_zones",
                "must be 3 for express.m7g.large, got 2",
            ),
            Refused(
                {**EXPRESS, "network:": f"{TWO_SUBNETS}  # <-", "brokers: 3": "brokers: 4"},
                "network.private_subnet_ids",
                "must be 3 for express.m7g.large, got 2",
            ),
        ],
    ),
    "express_has_no_volumes": (
        EXPRESS,
        [
            Refused(
                {**EXPRESS, "volume_gib: 100": "volume_gib: 100  # <-"},
                "kafka.volume_gib",
                "must be left out for express.m7g.large",
            ),
            Refused(
                {**EXPRESS, "autoscale_to_gib: 1000": "autoscale_to_gib: 1000  # <-\n  #"},
                "kafka.autoscale_to_gib",
                "must be left out for express.m7g.large",
            ),
        ],
    ),
    "storage_has_room_to_grow": (
        {"volume_gib: 100": "volume_gib: 999"},
        [
            Refused(
                {"volume_gib: 100": "volume_gib: 1000", "autoscale_to_gib: 1000": "autoscale_to_gib: 1000  # <-\n  #"},
                "kafka.autoscale_to_gib",
                "must be more than volume_gib, 1000, got 1000",
            ),
            Refused(
                {
                    "volume_gib: 100": "log_retention_days: 60",
                    "autoscale_to_gib: 1000": "autoscale_to_gib: 100  # <-\n  #",
                },
                "kafka.autoscale_to_gib",
                "must be more than volume_gib, 100, got 100",
            ),
        ],
    ),
    "the_existing_cluster_lies_here": (
        {"kafka:": EXISTING_KAFKA},
        [
            Refused(
                {"kafka:": EXISTING_KAFKA.replace("us-east-1", "us-east-2").replace("-3\n", "-3  # <-\n")},
                "kafka.cluster_arn",
                "must lie in us-east-1, got 'arn:aws:kafka:us-east-2:",
            ),
            Refused(
                {"kafka:": EXISTING_KAFKA.replace("arn:aws:", "arn:aws-cn:").replace("-3\n", "-3  # <-\n")},
                "kafka.cluster_arn",
                "must start with arn:aws: in us-east-1",
            ),
        ],
    ),
    "the_existing_cluster_is_ours": (
        {"kafka:": EXISTING_KAFKA.replace("123456789012", "210987654321"), 'account_id: "123456789012"': ""},
        [
            Refused(
                {"kafka:": EXISTING_KAFKA.replace("123456789012", "210987654321").replace("-3\n", "-3  # <-\n")},
                "kafka.cluster_arn",
                "must lie in account 123456789012",
            )
        ],
    ),
    "certificate_authorities_lie_here": (
        {"volume_gib: 100": f"certificate_authority_arns: [{AUTHORITY}]"},
        [
            Refused(
                {"volume_gib: 100": f"certificate_authority_arns:\n  - {AUTHORITY}\n  - {AUTHORITY_ELSEWHERE}  # <-"},
                "kafka.certificate_authority_arns[1]",
                "must lie in us-east-1",
            )
        ],
    ),
    "alarms_stay_in_the_region": (
        {"alarms:": ALARMS.replace("123456789012", "210987654321")},
        [
            Refused(
                {"alarms:": f"{ALARMS.replace('us-east-1', 'eu-west-1')}  # <-"},
                "alarms.sns_topic_arn",
                "must lie in us-east-1",
            ),
            Refused(
                {"alarms:": f"{ALARMS.replace('arn:aws:', 'arn:aws-us-gov:')}  # <-"},
                "alarms.sns_topic_arn",
                "must start with arn:aws: in us-east-1",
            ),
        ],
    ),
    "the_state_key_lies_with_the_bucket": (
        {"state:": f"{STATE}, create: false, region: eu-west-1, kms_key_arn: {KEY_ELSEWHERE}}}"},
        [
            Refused(
                {"state:": f"{STATE}, create: false, region: eu-west-1, kms_key_arn: {KEY}}}  # <-"},
                "state.kms_key_arn",
                "must lie in eu-west-1",
            ),
            Refused(
                {"state:": f"{STATE}, create: false, kms_key_arn: {KEY_ELSEWHERE}}}  # <-"},
                "state.kms_key_arn",
                "must lie in us-east-1",
            ),
        ],
    ),
    "our_own_bucket_is_made_here_with_its_own_key": (
        {"state:": f"{STATE}, create: false, region: us-east-2}}"},
        [
            Refused({"state:": f"{STATE}, region: us-east-2}}  # <-"}, "state.region", "must be left out"),
            Refused({"state:": f"{STATE}, kms_key_arn: {KEY}}}  # <-"}, "state.kms_key_arn", "(or set create: false)"),
        ],
    ),
    "tags_are_not_reserved": (
        {"tags:": "tags: {awsome: x}"},
        [Refused({"tags:": "tags: {AWS:owner: x}  # <-"}, "tags.AWS:owner", "must not start with aws:")],
    ),
    "tags_differ_in_more_than_case": (
        {"tags:": "tags: {environment: production, owner: data-platform}"},
        [
            Refused(
                {"tags:": "tags: {Environment: prod}  # <-"},
                "tags.Environment",
                "must differ from environment in more than case",
            ),
            Refused(
                {"tags:": "tags: {owner: x, Owner: y}  # <-"}, "tags.Owner", "must differ from owner in more than case"
            ),
        ],
    ),
    "an_uploaded_object_has_room_for_tags": (
        {"tags:": tags(8), "plugins:": UPLOADED},
        [
            Refused(
                {"tags:": f"{tags(9)}  # <-", "plugins:": UPLOADED},
                "tags",
                "must be at most 8 where a plugin is uploaded: S3 takes ten on an object, two are ours, got 9",
            )
        ],
    ),
}
