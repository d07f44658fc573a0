"""Rules about state, network, tags and alarms: for each a file that keeps it, and files that do not."""

from tests.unit.environment.environment_files import Cases, Edits, Refused

EXISTING_NETWORK = """network:
  kind: existing
  vpc_id: vpc-0123456789abcdef0
  private_subnet_ids: [subnet-0123456789abcdef0, subnet-0123456789abcdef1, subnet-0123456789abcdef2]"""
STATE = "state: {kind: s3, bucket: acme-state, lock_table: acme-locks"
KEY = "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555"
ALARMS = "alarms: {sns_topic_arn: arn:aws:sns:us-east-1:123456789012:oncall}"
ZONES = "[us-east-1a, us-east-1b, us-east-1c]"
NETWORK = f"network: {{kind: new, cidr_block: 10.0.0.0/16, availability_zones: {ZONES}"
KEY_ELSEWHERE = KEY.replace("us-east-1", "eu-west-1")
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
                "must be in us-east-1, got 'eu-west-1c'",
            ),
            Refused(
                {ZONES: "[us-east-1a, us-east-1b, us-east-2c]  # <-"},
                "network.availability_zones[2]",
                "must be in us-east-1, got 'us-east-2c'",
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
    "alarms_stay_in_the_region": (
        {"alarms:": ALARMS.replace("123456789012", "210987654321")},
        [
            Refused(
                {"alarms:": f"{ALARMS.replace('us-east-1', 'eu-west-1')}  # <-"},
                "alarms.sns_topic_arn",
                "must be in us-east-1",
            ),
            Refused(
                {"alarms:": f"{ALARMS.replace('arn:aws:', 'arn:aws-us-gov:')}  # <-"},
                "alarms.sns_topic_arn",
                "must start with arn:aws: in us-east-1",
            ),
        ],
    ),
    "alarms_have_one_place": (
        {"alarms:": "alarms: {email: oncall@example.com}"},
        [
            Refused(
                {"alarms:": f"{ALARMS.removesuffix('}')}, email: oncall@example.com}}  # <-"},
                "alarms.email",
                "must be left out with sns_topic_arn",
            )
        ],
    ),
    "the_state_key_lies_with_the_bucket": (
        {"state:": f"{STATE}, create: false, region: eu-west-1, kms_key_arn: {KEY_ELSEWHERE}}}"},
        [
            Refused(
                {"state:": f"{STATE}, create: false, region: eu-west-1, kms_key_arn: {KEY}}}  # <-"},
                "state.kms_key_arn",
                "must be in eu-west-1",
            ),
            Refused(
                {"state:": f"{STATE}, create: false, kms_key_arn: {KEY_ELSEWHERE}}}  # <-"},
                "state.kms_key_arn",
                "must be in us-east-1",
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
        [
            Refused({"tags:": "tags: {AWS:owner: x}  # <-"}, "tags.AWS:owner", "must not start with aws:"),
            Refused(
                {"tags:": "tags: {owner: aws:x}  # <-"}, "tags.owner", "must have a value that does not start with aws:"
            ),
        ],
    ),
    "tags_fit_on_a_resource": (
        {"tags:": tags(47)},
        [
            Refused(
                {"tags:": f"{tags(48)}  # <-"},
                "tags",
                "must be at most 47: AWS takes 50 on a resource, three are ours, got 48",
            )
        ],
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
