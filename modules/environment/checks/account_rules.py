"""Rules about what AWS has already: its account, region and partition, state, alarms and tags."""

from collections.abc import Iterator
from typing import Final

from modules.environment import names
from modules.environment.checks.rulebook import advice, rule
from modules.environment.models.alarms import Alarms
from modules.environment.models.consumers import Consumer, LambdaConsumer
from modules.environment.models.kafka import Kafka
from modules.environment.models.plugins import Plugin, RegisteredPlugin
from modules.environment.models.state import State
from modules.messages.problems import Path, Problem

MOST_TAGS: Final = 47
MOST_OBJECT_TAGS: Final = 8


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
