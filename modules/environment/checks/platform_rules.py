"""Rules about network and cluster; ``checks.rulebook`` says how one is written."""

from collections.abc import Iterator
from ipaddress import IPv4Network
from itertools import combinations

from modules.environment import msk
from modules.environment.checks.rulebook import advice, known, repeated, rule
from modules.environment.models.kafka import Kafka
from modules.environment.models.network import Network
from modules.messages.problems import Problem, either


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
