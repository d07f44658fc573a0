"""Rules about the Kafka cluster: for each a file that keeps it, and files that do not."""

from tests.unit.environment.environment_files import Cases, Edits, Refused

EXISTING_NETWORK = """network:
  kind: existing
  vpc_id: vpc-0123456789abcdef0
  private_subnet_ids: [subnet-0123456789abcdef0, subnet-0123456789abcdef1, subnet-0123456789abcdef2]"""
TWO_SUBNETS = EXISTING_NETWORK.replace(", subnet-0123456789abcdef2", "")
EXISTING_KAFKA = """kafka:
  kind: existing
  cluster_arn: arn:aws:kafka:us-east-1:123456789012:cluster/events/3aa4bd1a-1b2c-4d5e-8f90-0123456789ab-3
  security_group_id: sg-0123456789abcdef0"""
AUTHORITY = "arn:aws:acm-pca:us-east-1:123456789012:certificate-authority/11111111-2222-3333-4444-555555555555"
AUTHORITY_ELSEWHERE = AUTHORITY.replace("us-east-1", "eu-west-1")
BOUNDARY = "arn:aws:iam::123456789012:policy/teams/boundary"
OTHERS = BOUNDARY.replace("123456789012", "210987654321")
CHINESE = BOUNDARY.replace("arn:aws:", "arn:aws-cn:")
ZONES = "[us-east-1a, us-east-1b, us-east-1c]"
EXPRESS = {
    "version: 3.9.x": "version: 3.8.x",
    "kafka.m7g.large": "express.m7g.large",
    "volume_gib: 100": "log_retention_days: 30",
    "autoscale_to_gib: 1000": "monitoring: PER_BROKER",
}


def registered(*, region: str = "us-east-1", account: str = "123456789012") -> Edits:
    arn = f"arn:aws:kafkaconnect:{region}:{account}:custom-plugin/debezium/0a1b2c3d-0000-0000-0000-00000000abcd-2"
    return {
        "bucket: acme-artifacts": f"arn: {arn}  # <-",
        "    key: msk-connect/debezium-mysql-3.6.1.Final.zip\n": "",
        "    version: 3HL4kqtJlcpXroDTDmJ.rmSpXd3dIbrHY\n": "",
    }


CASES: Cases = {
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
                "must be in us-east-1, got 'arn:aws:kafka:us-east-2:",
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
                "must be in account 123456789012",
            )
        ],
    ),
    "the_boundary_is_ours": (
        {"region: us-east-1": f"permissions_boundary: {BOUNDARY}\niam_path: /data/cdc/\nregion: us-east-1"},
        [
            Refused(
                {"region: us-east-1": f"permissions_boundary: {OTHERS}  # <-\nregion: us-east-1"},
                "permissions_boundary",
                "must be in account 123456789012",
            ),
            Refused(
                {"region: us-east-1": f"permissions_boundary: {CHINESE}  # <-\nregion: us-east-1"},
                "permissions_boundary",
                "must start with arn:aws: in us-east-1",
            ),
        ],
    ),
    "registered_plugins_are_here": (
        registered(),
        [
            Refused(registered(region="eu-west-1"), "plugins.debezium-mysql.arn", "must be in us-east-1"),
            Refused(registered(account="210987654321"), "plugins.debezium-mysql.arn", "in account 123456789012"),
        ],
    ),
    "certificate_authorities_lie_here": (
        {"volume_gib: 100": f"certificate_authority_arns: [{AUTHORITY}]"},
        [
            Refused(
                {"volume_gib: 100": f"certificate_authority_arns:\n  - {AUTHORITY}\n  - {AUTHORITY_ELSEWHERE}  # <-"},
                "kafka.certificate_authority_arns[1]",
                "must be in us-east-1",
            )
        ],
    ),
}
