"""Rules about state, network, cluster and alarms; ``checks.rulebook`` says how one is written."""

from collections.abc import Iterator
from ipaddress import IPv4Network
from itertools import combinations
from typing import Final

from modules.environment import msk, names
from modules.environment.checks.rulebook import advice, known, repeated, rule
from modules.environment.models.alarms import Alarms
from modules.environment.models.consumers import Consumer, LambdaConsumer
from modules.environment.models.kafka import Kafka
from modules.environment.models.network import Network
from modules.environment.models.plugins import Plugin, RegisteredPlugin
from modules.environment.models.state import State
from modules.messages.problems import Path, Problem, either

MOST_TAGS: Final = 47
MOST_OBJECT_TAGS: Final = 8


@advice
def the_provider_takes_the_region(region: str) -> Iterator[Problem]:
    """terraform-provider-aws 44573 corrects this in 6.x."""
    if region.startswith("eusc-"):
        message = (
            "AWS provider 5.100.0, which the stacks pin, refuses the ARNs of this region, so that no plan succeeds"
        )
        yield Problem(("region",), message, region)


# The network.


@rule
def zones_lie_in_region(region: str, network: Network) -> Iterator[Problem]:
    if network.kind == "new":
        for index, zone in enumerate(network.availability_zones):
            if zone[:-1] != region:
                yield Problem(("network", "availability_zones", index), f"must be in {region}", zone)


@rule
def a_database_is_in_reach(network: Network) -> Iterator[Problem]:
    if network.kind == "new" and not network.peerings and not network.externally_routed:
        wanted = "must name the VPC that holds the database, for a new one holds none (or set externally_routed: true)"
        yield Problem(("network", "peerings"), wanted)


@rule
def peers_lie_outside_our_range(network: Network) -> Iterator[Problem]:
    if network.kind == "new":
        ours = IPv4Network(network.cidr_block)
        for name, block in known(network.peerings, lambda peering: peering.cidr_block):
            if ours.overlaps(IPv4Network(block)):
                path = ("network", "peerings", name, "cidr_block")
                yield Problem(path, f"must not overlap our own {ours}", block)


@rule
def peers_do_not_overlap(network: Network) -> Iterator[Problem]:
    if network.kind == "new":
        blocks = known(network.peerings, lambda peering: peering.cidr_block)
        for (first, one), (second, other) in combinations(blocks, 2):
            if IPv4Network(one).overlaps(IPv4Network(other)):
                path = ("network", "peerings", second, "cidr_block")
                yield Problem(path, f"must not overlap peering {first}, {one}", other)


@rule
def one_peering_a_vpc(network: Network) -> Iterator[Problem]:
    if network.kind == "new":
        for name, first in repeated(network.peerings, lambda peering: peering.vpc_id):
            wanted = f"must differ from peering {first}: AWS allows one active peering between two VPCs"
            yield Problem(("network", "peerings", name, "vpc_id"), wanted, network.peerings[name].vpc_id)


# The cluster.


@rule
def msk_offers_the_version(kafka: Kafka) -> Iterator[Problem]:
    if kafka.kind == "existing" or kafka.version in msk.VERSIONS[kafka.coordination]:
        return
    wanted = f"must be {either(msk.VERSIONS[kafka.coordination])} with coordination: {kafka.coordination}"
    if kafka.version.endswith(".kraft"):
        wanted = "must be written without .kraft: set coordination: kraft"
    yield Problem(("kafka", "version"), wanted, kafka.version)


@rule
def the_broker_size_runs_the_version(kafka: Kafka) -> Iterator[Problem]:
    if kafka.kind == "existing":
        return
    runs = msk.versions(kafka.coordination, kafka.instance_type)
    if kafka.version in runs or kafka.version not in msk.VERSIONS[kafka.coordination]:
        return
    large = ("kafka.m7g.large", "express.m7g.large")
    fit = next(size for size in large if kafka.version in msk.versions(kafka.coordination, size))
    wanted = f"must run {kafka.version} with coordination: {kafka.coordination}, as {fit} does"
    if runs:
        wanted += f"; this one runs {either(runs)}"
    yield Problem(("kafka", "instance_type"), wanted, kafka.instance_type)


@rule
def brokers_fill_the_zones(kafka: Kafka, network: Network) -> Iterator[Problem]:
    if kafka.kind == "provisioned" and kafka.brokers % network.zones:
        wanted = f"must be a multiple of {network.zones} (as many in each availability zone)"
        yield Problem(("kafka", "brokers"), wanted, kafka.brokers)


@rule
def brokers_keep_to_the_quota(kafka: Kafka) -> Iterator[Problem]:
    if kafka.kind == "provisioned" and kafka.brokers > (most := msk.MAX_BROKERS[kafka.coordination]):
        wanted = f"must be at most {most} with coordination: {kafka.coordination}"
        yield Problem(("kafka", "brokers"), wanted, kafka.brokers)


@rule
def express_spans_three_zones(kafka: Kafka, network: Network) -> Iterator[Problem]:
    if kafka.kind == "provisioned" and kafka.express and network.zones != 3:
        part = "availability_zones" if network.kind == "new" else "private_subnet_ids"
        yield Problem(("network", part), f"must be 3 for {kafka.instance_type}, got {network.zones}")


@rule
def express_has_no_volumes(kafka: Kafka) -> Iterator[Problem]:
    if kafka.kind == "provisioned" and kafka.express:
        for part in ("volume_gib", "autoscale_to_gib"):
            if (size := getattr(kafka, part)) is not None:
                wanted = f"must be left out for {kafka.instance_type}: Express manages its storage itself"
                yield Problem(("kafka", part), wanted, size)


@rule
def storage_has_room_to_grow(kafka: Kafka) -> Iterator[Problem]:
    if kafka.kind == "existing" or kafka.express or kafka.autoscale_to_gib is None:
        return
    if kafka.autoscale_to_gib <= kafka.volume_size:
        wanted = f"must be more than volume_gib, {kafka.volume_size}"
        yield Problem(("kafka", "autoscale_to_gib"), wanted, kafka.autoscale_to_gib)


@advice
def other_logins_have_rules_of_their_own(kafka: Kafka) -> Iterator[Problem]:
    """allow.everyone.if.no.acl.found is true on MSK, and IAM policies bind only those who come by IAM."""
    if kafka.kind == "provisioned":
        for part in ("scram_secrets", "certificate_authority_arns"):
            if getattr(kafka, part):
                yield Problem(("kafka", part), "whoever comes this way may do everything until Kafka ACLs are set")


@advice
def support_goes_on(kafka: Kafka) -> Iterator[Problem]:
    if kafka.kind == "provisioned" and (ended := msk.SUPPORT_ENDED.get(kafka.version)):
        newest = msk.versions(kafka.coordination, kafka.instance_type)[-1]
        message = f"AWS ended its support on {ended}, {kafka.instance_type} runs up to {newest}"
        yield Problem(("kafka", "version"), message, kafka.version)


# What lies elsewhere in AWS.


def _elsewhere(path: Path, arn: str, region: str) -> Iterator[Problem]:
    if arn.split(":")[3] != region:
        yield Problem(path, f"must be in {region}", arn)
    else:
        yield from _of_another_partition(path, arn, region)


def _of_another_partition(path: Path, arn: str, region: str) -> Iterator[Problem]:
    partition = names.partition(region)
    if arn.split(":")[1] != partition:
        yield Problem(path, f"must start with arn:{partition}: in {region}", arn)


def _of_another_account(path: Path, arn: str, account_id: str | None) -> Iterator[Problem]:
    if account_id and arn.split(":")[4] != account_id:
        yield Problem(path, f"must be in account {account_id}", arn)


@rule
def the_existing_cluster_lies_here(region: str, kafka: Kafka) -> Iterator[Problem]:
    if kafka.kind == "existing":
        yield from _elsewhere(("kafka", "cluster_arn"), kafka.cluster_arn, region)


@rule
def the_existing_cluster_is_ours(account_id: str | None, kafka: Kafka) -> Iterator[Problem]:
    if kafka.kind == "existing":
        yield from _of_another_account(("kafka", "cluster_arn"), kafka.cluster_arn, account_id)


@rule
def the_boundary_is_ours(region: str, account_id: str | None, permissions_boundary: str | None) -> Iterator[Problem]:
    if permissions_boundary:
        path = ("permissions_boundary",)
        yield from _of_another_account(path, permissions_boundary, account_id)
        yield from _of_another_partition(path, permissions_boundary, region)


@rule
def registered_plugins_are_here(region: str, account_id: str | None, plugins: dict[str, Plugin]) -> Iterator[Problem]:
    for name, plugin in plugins.items():
        if isinstance(plugin, RegisteredPlugin):
            path = ("plugins", name, "arn")
            yield from _elsewhere(path, plugin.arn, region)
            yield from _of_another_account(path, plugin.arn, account_id)


@advice
def registered_plugins_are_not_inspected(plugins: dict[str, Plugin]) -> Iterator[Problem]:
    for name, plugin in plugins.items():
        if isinstance(plugin, RegisteredPlugin):
            message = (
                "what is in the plugin cannot be read here: it must have Debezium"
                f" {plugin.debezium_version} and AWS's Secrets Manager provider;"
                f" with its ZIP, cdc check --deep --plugin {name}=ZIP looks inside"
            )
            yield Problem(("plugins", name, "arn"), message)


@rule
def functions_are_here(region: str, account_id: str | None, consumers: dict[str, Consumer]) -> Iterator[Problem]:
    for name, consumer in consumers.items():
        if isinstance(consumer, LambdaConsumer) and consumer.function:
            path = ("consumers", name, "function")
            yield from _elsewhere(path, consumer.function, region)
            yield from _of_another_account(path, consumer.function, account_id)


@rule
def certificate_authorities_lie_here(region: str, kafka: Kafka) -> Iterator[Problem]:
    if kafka.kind == "provisioned":
        for index, arn in enumerate(kafka.certificate_authority_arns):
            yield from _elsewhere(("kafka", "certificate_authority_arns", index), arn, region)


@rule
def alarms_stay_in_the_region(region: str, alarms: Alarms) -> Iterator[Problem]:
    if alarms.sns_topic_arn:
        yield from _elsewhere(("alarms", "sns_topic_arn"), alarms.sns_topic_arn, region)


@rule
def alarms_have_one_place(alarms: Alarms) -> Iterator[Problem]:
    if alarms.sns_topic_arn and alarms.email:
        message = "must be left out with sns_topic_arn: subscribe the address to that topic instead"
        yield Problem(("alarms", "email"), message, alarms.email)


@rule
def the_state_key_lies_with_the_bucket(region: str, state: State) -> Iterator[Problem]:
    if state.kind == "s3" and state.kms_key_arn:
        yield from _elsewhere(("state", "kms_key_arn"), state.kms_key_arn, state.region or region)


@rule
def our_own_bucket_is_made_here_with_its_own_key(state: State) -> Iterator[Problem]:
    if state.kind == "s3" and state.create:
        for part in ("region", "kms_key_arn"):
            if getattr(state, part) is not None:
                wanted = "must be left out, for it belongs to a bucket that exists (or set create: false)"
                yield Problem(("state", part), wanted, getattr(state, part))


@rule
def tags_are_not_reserved(tags: dict[str, str]) -> Iterator[Problem]:
    for key, value in tags.items():
        if key.lower().startswith("aws:"):
            yield Problem(("tags", key), "must not start with aws:, which AWS keeps for itself")
        elif value.lower().startswith("aws:"):
            yield Problem(("tags", key), "must have a value that does not start with aws:, which AWS keeps", value)


@rule
def tags_fit_on_a_resource(tags: dict[str, str]) -> Iterator[Problem]:
    """AWS takes 50 tags, and three are ours: environment, project and Name."""
    if len(tags) > MOST_TAGS:
        wanted = f"must be at most {MOST_TAGS}: AWS takes 50 on a resource, three are ours"
        yield Problem(("tags",), f"{wanted}, got {len(tags)}")


@rule
def tags_differ_in_more_than_case(tags: dict[str, str]) -> Iterator[Problem]:
    """IAM takes keys that differ in case for the same, and refuses the second (ours come with every resource)."""
    first = {"environment": "environment", "project": "project"}
    for key in tags:
        if first.setdefault(key.lower(), key) != key:
            yield Problem(("tags", key), f"must differ from {first[key.lower()]} in more than case")


@rule
def an_uploaded_object_has_room_for_tags(tags: dict[str, str], plugins: dict[str, Plugin]) -> Iterator[Problem]:
    """S3 takes ten tags on an object, and two are ours."""
    if len(tags) > MOST_OBJECT_TAGS and any(hasattr(plugin, "archive") for plugin in plugins.values()):
        wanted = (
            f"must be at most {MOST_OBJECT_TAGS} where a plugin is uploaded: S3 takes ten on an object, two are ours"
        )
        yield Problem(("tags",), f"{wanted}, got {len(tags)}")
