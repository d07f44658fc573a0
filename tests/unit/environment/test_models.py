"""What an environment may be: each rule has a file that keeps it and files that do not, and so has each type."""

import copy
import pickle
from pathlib import Path

import pytest
import yaml
from pydantic import ValidationError

from modules.environment.checks import rulebook
from modules.environment.environment import Environment
from modules.environment.loading import load, warnings
from modules.messages.problems import EnvironmentErrors, Problem, shown
from tests.unit.environment import (
    adoption_cases,
    broker_cases,
    connect_cases,
    consumer_cases,
    database_cases,
    document_cases,
    kafka_cases,
    platform_cases,
    reach_cases,
    registry_cases,
    source_cases,
    tls_cases,
    topic_cases,
)
from tests.unit.environment.environment_files import PROD, Edits, Refused, edited, marked, marked_line, write

_TABLES = (
    platform_cases,
    kafka_cases,
    broker_cases,
    connect_cases,
    consumer_cases,
    source_cases,
    database_cases,
    tls_cases,
    adoption_cases,
    document_cases,
    reach_cases,
    registry_cases,
)
CASES = {name: cases for table in _TABLES for name, cases in table.CASES.items()}

# The path, what stands there in prod.yaml -> what does not do, and what is told.
TYPES = r"""
region | us-east-1 -> virginia | must be an AWS region, such as eu-west-1, got 'virginia'
account_id | "123456789012" -> "1234" | must be an AWS account's 12 digits, in quotes, got '1234'
account_id | "123456789012" -> 123456789012 | must be an AWS account's 12 digits, in quotes, got 123456789012
tags.owner | data-platform -> 5 | = + - @, 0 to 256 characters (put it in quotes), got 5
tags.owner | data-platform -> "a*b" | must be letters, digits, spaces and _ . : / = + - @, 0 to 256 characters
tags.a,b | owner: -> "a,b": | the name must be letters, digits, spaces and _ . : / = + - @, 1 to 128 characters
tags | {owner: data-platform} -> | must be a mapping, got nothing
state.bucket | acme-cdc-state -> Acme | must be a bucket's name: lower-case letters, digits, . and -, 3 to 63 characters
state.bucket | acme-cdc-state -> xn--acme | must not start with xn--, which S3 keeps for itself, got 'xn--acme'
state.bucket | acme-cdc-state -> sthree-acme | must not start with sthree-, which S3 keeps for itself
state.bucket | acme-cdc-state -> acme-s3alias | must not end with -s3alias, which S3 keeps for itself
state.bucket | acme-cdc-state -> acme--ol-s3 | must not end with --ol-s3, which S3 keeps for itself
state.bucket | acme-cdc-state -> acme.mrap | must not end with .mrap, which S3 keeps for itself
state.bucket | acme-cdc-state -> acme--x-s3 | must not end with --x-s3, which S3 keeps for itself
state.bucket | acme-cdc-state -> acme..state | must have a letter or a digit on both sides of each dot
state.bucket | acme-cdc-state -> acme-.state | must have a letter or a digit on both sides of each dot
state.bucket | acme-cdc-state -> 10.1.2.3 | must not look like an IP address, got '10.1.2.3'
plugins.debezium-mysql.bucket | acme-artifacts -> acme--x-s3 | must not end with --x-s3, which S3 keeps for itself
kafka.log_retention_days | volume_gib: 100 -> log_retention_days: true | must be 1, 3, 5
connectors.orders.capacity.mcu | {mcu: 2, workers: 1} -> {mcu: true} | must be 1, 2, 4 or 8, got true
connectors.orders.capacity.mcu | {mcu: 2, workers: 1} -> {mcu: 2.0} | must be 1, 2, 4 or 8, got 2.0
connectors.orders.capacity.workers | {mcu: 2, workers: 1} -> {workers: true} | must be a whole number, got true
connectors.orders.topics.partitions | partitions: 6 -> partitions: true | must be a whole number, got true
connectors.orders.source.server_id | 5401 -> true | must be a whole number, got true
connectors.orders.source.instance | cluster: orders-prod -> instance: Orders | must be an RDS instance's identifier
connectors.orders.source.host | cluster: orders-prod -> host: db.internal | must be a mapping with address, got
connectors.orders.source.host.cidr_block | cluster: orders-prod -> host: {cidr_block: 52.8.0.0/16, address: d} | must be
connectors.orders.source.host.cidr_block | cluster: orders-prod -> host: {address: db, cidr_block: 10.0.0.0/7} | must be
connectors.orders.heartbeat_seconds | seconds: 10 -> seconds: true | must be a whole number, got true
kafka.brokers | brokers: 3 -> brokers: true | must be a whole number, got true
state.lock_table | acme-cdc-locks -> a/b | must be a DynamoDB table's name
state.lockfile | true -> 1 | must be true or false, got 1
state.kind | s3 -> gcs | must be s3, cloud or local, got 'gcs'
network.cidr_block | 10.40.0.0/16 -> 10.40.0.0/23 | must be from /16 to /22, got '10.40.0.0/23'
network.cidr_block | 10.40.0.0/16 -> 10.0.0.0/8 | must be from /16 to /22, got '10.0.0.0/8'
network.cidr_block | 10.40.0.0/16 -> 52.40.0.0/16 | must be private: in 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16
network.cidr_block | 10.40.0.0/16 -> 10.40.7.0/16 | must be written 10.40.0.0/16, without host bits
network.cidr_block | 10.40.0.0/16 -> 10.40.0.0/255.255.0.0 | must be written 10.40.0.0/16
network.cidr_block | 10.40.0.0/16 -> 10.40/16 | must be an IPv4 address block, such as 10.40.0.0/16
network.peerings.orders.cidr_block | 10.8.0.0/16 -> 8.8.0.0/16 | must be private
network.peerings.orders.cidr_block | 10.8.0.0/16 -> 10.8.0.0/29 | must be from /16 to /28
network.peerings.orders.vpc_id | vpc-0abc1234def567890 -> orders | must be a VPC's id, such as vpc-0abc1234def567890
network.availability_zones | us-east-1c -> us-east-1b | must not repeat us-east-1b
network.availability_zones | [us-east-1a, us-east-1b, us-east-1c] -> [us-east-1a] | must have 2 or more entries, got 1
network.availability_zones | [us-east-1a, us-east-1b, us-east-1c] -> us-east-1a | must be a list, got 'us-east-1a'
network.availability_zones[1] | us-east-1b -> use1-az2 | must be an availability zone, such as eu-west-1a
network.nat | per_zone -> always | must be per_zone, single or none, got 'always'
network.nat | per_zone -> no | must be per_zone, single or none, got 'no'
kafka.version | 3.9.x -> 3.9 | must be a Kafka version as MSK spells it, such as 3.9.x, got 3.9
kafka.coordination | zookeeper -> Kraft | must be zookeeper or kraft, got 'Kraft'
kafka.instance_type | m7g.large -> m7g.lage | (did you mean kafka.m7g.large?), got 'kafka.m7g.lage'
kafka.brokers | brokers: 3 -> brokers: three | must be a whole number, got 'three'
kafka.brokers | brokers: 3 -> brokers: 3.0 | must be a whole number, got 3.0
kafka.brokers | brokers: 3 -> brokers: "3" | must be a whole number, got '3'
kafka.volume_gib | volume_gib: 100 -> volume_gib: 0 | must be at least 1, got 0
kafka.volume_gib | volume_gib: 100 -> volume_gib: 16385 | must be at most 16384, got 16385
kafka.log_retention_days | volume_gib: 100 -> log_retention_days: 31 | 3288 or 3653, got 31
kafka.scram_secrets[0] | volume_gib: 100 -> scram_secrets: [billing] | must be the secret's name, not its ARN, and
kafka.server_properties.a | volume_gib: 100 -> server_properties: {a: [1]} | must be text, a number, true or false
plugins.debezium-mysql.key | 3.6.1.Final.zip -> 3.6.1.Final.tar.gz | must be the path of a .zip file
connectors.orders.source.cluster | orders-prod -> orders.x.us-east-1.rds.amazonaws.com | identifier, not its endpoint
connectors.orders.source.secret | cdc/orders -> arn:aws:secretsmanager:x:1:secret:a-b | the secret's name, not its ARN
connectors.orders.source.server_id | 5401 -> 0 | must be at least 1, got 0
connectors.orders.source.server_id | 5401 -> 4294967296 | must be at most 4294967295, got 4294967296
connectors.orders.source.tables[1] | orders.order_items -> order_items | must be database.table, with * for any
connectors.orders.topics.prefix | prefix: orders -> prefix: a b | must be letters, digits, . _ and -
connectors.orders.capacity.mcu | mcu: 2 -> mcu: 3 | must be 1, 2, 4 or 8, got 3
connectors.orders.snapshot.mode | mode: initial -> mode: never | must be initial, initial_only, no_data, when_needed
connectors.orders.snapshot | {mode: initial, locking: none} -> off | must be a mapping with mode or locking, got 'off'
connectors.orders.properties.decimal.handling.mode | mode: string -> mode: | must be text, a number,
consumers.billing.topics[0] | [orders.orders.*] -> ["*"] | a lone * would be everything in the cluster
consumers.billing.topics | [orders.orders.*] -> [] | must have 1 or more entries, got 0
consumers.billing.groups[0] | [billing-*] -> ["*-billing"] | with * for anything but not first
consumers.billing.security_group_ids[0] | sg-0abc1234def567890 -> default | must be a security group's id
consumers.billing.role_names[0] | [billing-app] -> [arn:aws:iam::1:role/x] | must be an IAM role's name, not its ARN
alarms.sns_topic_arn | arn:aws:sns:us-east-1:123456789012:oncall -> oncall | must be an SNS topic's ARN, such as
"""

# What no line of prod.yaml holds: sections in another form.
SECTIONS = [
    Refused(
        {f"    source:\n      {database_cases.CLUSTER}": "    source:  # <-"},
        "connectors.orders.source.cluster",
        "is missing; must be an Aurora cluster's identifier, not its endpoint: lower-case letters, digits and hyphens"
        " (or set instance or host)",
    ),
    Refused(
        {database_cases.CLUSTER: "cluster: orders-prod\n      instance: orders  # <-"},
        "connectors.orders.source.instance",
        "unknown key with cluster; it is one or the other",
    ),
    Refused(
        tls_cases.tls("verify: all, ca_bundle: a.pem"),
        "connectors.orders.source.tls.verify",
        "must be ca or identity, got 'all'",
    ),
    Refused(
        tls_cases.tls("ca_bundle: certs/"),
        "connectors.orders.source.tls.ca_bundle",
        "must be the path of a file with certificates in PEM",
    ),
    Refused(
        database_cases.host("address: 'db:3306', cidr_block: 10.8.0.0/16"),
        "connectors.orders.source.host.address",
        "must be a host name or an IPv4 address, without a port",
    ),
    Refused(
        database_cases.host("address: db, port: 0, cidr_block: 10.8.0.0/16"),
        "connectors.orders.source.host.port",
        "must be at least 1",
    ),
    Refused(
        {"connectors:": "connectors: {orders: {plugin: debezium-mysql, source: db, topics: {prefix: orders}}}  # <-"},
        "connectors.orders.source",
        "must be a mapping with secret, server_id, tables and cluster, got 'db'",
    ),
    Refused({"state:": "state: {bucket: acme}  # <-"}, "state.kind", "is missing; must be s3, cloud or local"),
    Refused({"state:": "state: local  # <-"}, "state", "must be a mapping with kind: s3, cloud or local, got 'local'"),
    Refused(
        {"state:": "state: {kind: cloud, organization: ''}  # <-"}, "state.organization", "must be an organization"
    ),
    Refused(
        {"state:": "state: {kind: cloud}  # <-"}, "state.organization", "is missing; must be an organization's name"
    ),
    Refused(
        {"alarms:": "alarms: 5  # <-"},
        "alarms",
        "must be a mapping with sns_topic_arn, email, self_healing, dashboard, lag or lag_seconds, got 5",
    ),
    Refused({"plugins:": "plugins: {}  # <-"}, "plugins", "must have 1 or more entries, got 0"),
    Refused(
        {"plugins:": "plugins: {debezium-mysql: {}}  # <-"},
        "plugins.debezium-mysql",
        "must have archive, or bucket, key and version",
    ),
    Refused(
        {"plugins:": "plugins: {debezium-mysql: {bucket: abc, key: a.zip}}  # <-"},
        "plugins.debezium-mysql.version",
        "is missing; must be the object's version id",
    ),
    Refused({"  billing:": "  Billing:  # <-"}, "consumers.Billing", "the name must be lower-case letters, digits and"),
]

UNKNOWN = r"""
regions | region: -> regions: | unknown key; did you mean region?
state.buckets | bucket: -> buckets: | unknown key; did you mean bucket?
state.organization | lockfile: -> organization: | unknown key with kind: s3; it goes with kind: cloud
network.private_subnet_ids | nat: -> private_subnet_ids: | unknown key with kind: new; it goes with kind: existing
network.peering | peerings: -> peering: | unknown key; did you mean peerings?
plugins.debezium-mysql.bukcet | bucket: acme-artifacts -> bukcet: a | unknown key; did you mean bucket?
connectors.orders.mcu | heartbeat_seconds: -> mcu: | unknown key here; it stands under capacity
connectors.orders.max.tasks | heartbeat_seconds: -> max.tasks: | unknown key; allowed: plugin, source, topics, snapshot
connectors.orders.topics.prefx | {prefix: -> {prefx: | unknown key; did you mean prefix?
consumers.billing.group | groups: -> group: | unknown key; did you mean groups?
"""


def rows(table: str) -> list[tuple[str, str, str]]:
    return [(path, edit, told) for path, edit, told in (line.split(" | ") for line in table.strip().splitlines())]


def problems_of(folder: Path, text: str) -> tuple[Problem, ...]:
    with pytest.raises(EnvironmentErrors) as error:
        load(write(folder, text))
    return error.value.problems


def assert_told(folder: Path, text: str, path: str, message: str) -> None:
    """The file has one problem: there, in the marked line, and told so."""
    (problem,) = problems_of(folder, text)
    assert shown(problem.path) == path
    assert message in str(problem)
    assert problem.line == marked_line(text)
    assert str(problem).startswith(f"{folder}/prod.yaml:{problem.line}: {path}: ")


@pytest.mark.parametrize(("path", "edit", "message"), rows(TYPES) + rows(UNKNOWN))
def test_a_value_that_does_not_do_is_told(path: str, edit: str, message: str, tmp_path: Path) -> None:
    old, new = edit.split(" ->")
    assert_told(tmp_path, marked(old, new.strip()), path, message)


SECTIONS += registry_cases.SECTIONS + consumer_cases.REFUSED


@pytest.mark.parametrize("refused", SECTIONS, ids=[refused.path for refused in SECTIONS])
def test_a_section_that_does_not_do_is_told(refused: Refused, tmp_path: Path) -> None:
    assert_told(tmp_path, edited(refused.edits), refused.path, refused.message)


@pytest.mark.parametrize(
    ("rule", "refused"), [(rule, refused) for rule, (_, cases) in CASES.items() for refused in cases]
)
def test_a_broken_rule_is_told(rule: str, refused: Refused, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = edited(refused.edits)
    assert_told(tmp_path, text, refused.path, refused.message)

    with pytest.raises(ValidationError, match=r"1 validation error"):  # with no file at all
        Environment.model_validate({**yaml.safe_load(text), "name": "prod"})

    monkeypatch.setattr(rulebook, "RULES", [function for function in rulebook.RULES if function.__name__ != rule])
    load(write(tmp_path, text))  # and by this rule alone


@pytest.mark.parametrize("edits", [edits for edits, _ in CASES.values()], ids=CASES)
def test_a_rule_that_is_kept_says_nothing(edits: Edits, tmp_path: Path) -> None:
    load(write(tmp_path, edited(edits)))


def test_every_rule_has_its_cases() -> None:
    assert {function.__name__ for function in rulebook.RULES} == set(CASES)
    assert all(refused for _, refused in CASES.values())


# Advice: allowed, and told on the way.
ADVICE = {
    "the_provider_takes_the_region": Refused(
        {
            "region: us-east-1": "region: eusc-de-east-1  # <-",
            "[us-east-1a, us-east-1b, us-east-1c]": "[eusc-de-east-1a, eusc-de-east-1b, eusc-de-east-1c]",
            "arn:aws:sns:us-east-1": "arn:aws-eusc:sns:eusc-de-east-1",
        },
        "region",
        "AWS provider 5.100.0, which the stacks pin, refuses the ARNs of this region, so that no plan succeeds",
    ),
    "registered_plugins_are_not_inspected": Refused(
        kafka_cases.registered(),
        "plugins.debezium-mysql.arn",
        "what is in the plugin cannot be read here: it must have Debezium 3.6.1.Final",
    ),
    "existing_topics_keep_their_limit": Refused(
        {
            "kafka:": kafka_cases.EXISTING_KAFKA,
            "{prefix: orders, partitions: 6}": "{prefix: orders, max_message_bytes: 8388608}  # <-",
        },
        "connectors.orders.topics.max_message_bytes",
        "topics that exist keep their max.message.bytes",
    ),
    "support_goes_on": Refused(
        {"version: 3.9.x": "version: 3.7.x  # <-"},
        "kafka.version",
        "AWS ended its support on 2026-09-01, kafka.m7g.large runs up to 3.9.x, got '3.7.x'",
    ),
    "acknowledged_events_are_kept": Refused(
        {"volume_gib: 100": "server_properties: {unclean.leader.election.enable: true}  # <-"},
        "kafka.server_properties.unclean.leader.election.enable",
        "a replica that lags behind may become leader, and events that were acknowledged are lost, got true",
    ),
    "compacted_topics_need_keys": Refused(
        {"volume_gib: 100": "server_properties: {log.cleanup.policy: compact}  # <-"},
        "kafka.server_properties.log.cleanup.policy",
        "a table without a primary key has events without a key, and a compacted topic refuses them",
    ),
    "snapshots_leave_tables_writable": Refused(
        {"locking: none}": "locking: minimal}  # <-"},
        "connectors.orders.snapshot.locking",
        "every captured table is locked against writes for the whole snapshot, got 'minimal'",
    ),
    "other_logins_have_rules_of_their_own": Refused(
        {"volume_gib: 100": "scram_secrets: [AmazonMSK_billing]  # <-"},
        "kafka.scram_secrets",
        "whoever comes this way may do everything until Kafka ACLs are set",
    ),
    "tables_cannot_come_to_share_a_topic": Refused(
        {"[orders.customers, orders.order_items]": '["shop.a$*", "shop.a@*"]  # <-'},
        "connectors.orders.source.tables",
        "tables of shop.a$* and of shop.a@* can become the same topic",
    ),
    "properties_lose_nothing": Refused(
        {"decimal.handling.mode: string": "errors.tolerance: all  # <-"},
        "connectors.orders.properties.errors.tolerance",
        "an event that a transform or converter cannot take is dropped: lost, with a line in the log at best",
    ),
}
ADVICE |= (
    adoption_cases.ADVICE
    | consumer_cases.ADVICE
    | database_cases.ADVICE
    | registry_cases.ADVICE
    | tls_cases.ADVICE
    | topic_cases.ADVICE
)


def test_an_instance_is_named_too(tmp_path: Path) -> None:
    file = write(
        tmp_path, edited(database_cases.host("address: a.c1a2.us-east-1.rds.amazonaws.com, cidr_block: 10.0.0.0/8"))
    )
    assert "source.instance: a finds the endpoint" in str(warnings(load(file), file)[0])


@pytest.mark.parametrize(
    ("locking", "host", "warned"),
    [("minimal", True, ""), ("extended", True, "every table is locked"), ("minimal", False, "RDS denies the global")],
)
def test_a_server_of_ones_own_has_a_global_read_lock(locking: str, host: bool, warned: str, tmp_path: Path) -> None:
    source = database_cases.host(f"address: db.internal, {database_cases.GROUP}") if host else {}
    file = write(tmp_path, edited({**source, "locking: none": f"locking: {locking}"}))
    found = [str(one) for one in warnings(load(file), file)]
    assert [warned in one for one in found] == ([True] if warned else [])


@pytest.mark.parametrize("advised", ADVICE.values(), ids=ADVICE)
def test_advice_is_given_and_the_file_taken(advised: Refused, tmp_path: Path) -> None:
    file = write(tmp_path, edited(advised.edits))
    (warning,) = warnings(load(file), file)
    assert shown(warning.path) == advised.path
    assert advised.message in str(warning)
    assert warning.line == marked_line(file.read_text())


def test_every_advice_has_its_case() -> None:
    assert {function.__name__ for function in rulebook.ADVICE} == set(ADVICE)


@pytest.mark.parametrize("topics", ["[orders]", "[orders.*]", "[ord*]", "[orders.orders.customers]"])
def test_a_consumer_of_what_is_written_is_not_warned_of(topics: str, tmp_path: Path) -> None:
    file = write(tmp_path, edited({"[orders.orders.*]": topics}))
    assert warnings(load(file), file) == ()


OUTBOX = {
    "decimal.handling.mode: string": (
        "transforms: outbox\n      transforms.outbox.type: io.debezium.transforms.outbox.EventRouter"
    )
}


@pytest.mark.parametrize("tables", ['["shop.*", "crm.*"]', '["shop.*", "shop.a$b"]', '["shop.a*", "shop.b*"]'])
def test_patterns_that_stay_apart_are_not_warned_of(tables: str, tmp_path: Path) -> None:
    file = write(tmp_path, edited({"[orders.customers, orders.order_items]": tables}))
    assert warnings(load(file), file) == ()


def test_a_function_takes_events_up_to_the_limit(tmp_path: Path) -> None:
    file = write(tmp_path, edited(consumer_cases.FITS))
    assert not warnings(load(file), file)


@pytest.mark.parametrize("edits", consumer_cases.APART, ids=["names", "a function", "topics"])
def test_groups_that_stay_apart_are_not_warned_of(edits: Edits, tmp_path: Path) -> None:
    file = write(tmp_path, edited(edits))
    assert warnings(load(file), file) == ()


@pytest.mark.parametrize("edits", topic_cases.WRITTEN.values(), ids=topic_cases.WRITTEN)
def test_topics_that_are_written_are_not_warned_of(edits: Edits, tmp_path: Path) -> None:
    file = write(tmp_path, edited(edits))
    assert warnings(load(file), file) == ()


@pytest.mark.parametrize(("edits", "message"), topic_cases.NEVER.values(), ids=topic_cases.NEVER)
def test_topics_that_nothing_writes_are_warned_of(edits: Edits, message: str, tmp_path: Path) -> None:
    file = write(tmp_path, edited(edits))
    (warning,) = warnings(load(file), file)
    assert message in str(warning)


# An environment is immutable, all the way down.


@pytest.fixture
def prod(tmp_path: Path) -> Environment:
    return load(write(tmp_path, PROD))


def test_an_attribute_cannot_be_set(prod: Environment) -> None:
    for model, attribute in ((prod, "region"), (prod.connectors["orders"].source, "server_id")):
        with pytest.raises(ValidationError, match="frozen"):
            setattr(model, attribute, None)


@pytest.mark.parametrize(
    "change", ["__setitem__", "__delitem__", "update", "pop", "popitem", "clear", "setdefault", "__ior__"]
)
def test_a_mapping_cannot_be_changed(prod: Environment, change: str) -> None:
    for mapping in (prod.tags, prod.connectors, prod.connectors["orders"].properties):
        with pytest.raises(TypeError, match="immutable"):
            getattr(mapping, change)()


def test_an_environment_is_a_value(prod: Environment) -> None:
    assert copy.deepcopy(prod) == prod
    assert pickle.loads(pickle.dumps(prod)) == prod
    assert hash(prod) == hash(copy.deepcopy(prod))
    assert Environment.model_validate(prod.model_dump()) == prod


def test_an_error_of_the_models_shows_no_input() -> None:
    document = {**yaml.safe_load(PROD), "name": "prod", "tags": {"password": 12345678}}
    with pytest.raises(ValidationError) as error:
        Environment.model_validate(document)
    assert "12345678" not in str(error.value)
