"""The ARNs of what an environment's stacks create and read, by kind, from the synthesized Terraform JSON."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from rehearsal.iam.actions.kinds import (
    ALARM,
    ALIAS,
    ANY,
    BUCKET,
    CLUSTER,
    CONFIGURATION,
    CONNECTOR,
    CUSTOM_PLUGIN,
    DASHBOARD,
    DB_CLUSTER,
    DB_INSTANCE,
    DB_SUBNET_GROUP,
    FUNCTION,
    KINDS,
    LOG_GROUP,
    MAPPING,
    OBJECT,
    POLICY,
    REGISTRY,
    ROLE,
    RULE,
    SCHEDULE_GROUP,
    SECRET,
    TABLE,
    TOPIC,
    WORKER_CONFIGURATION,
)

Body = Mapping[str, Any]

# The attribute with the name, by type and kind; other types of buckets' settings follow below.
_ATTRIBUTES: Final[Mapping[str, Mapping[str, str]]] = {
    "aws_cloudwatch_composite_alarm": {ALARM: "alarm_name"},
    "aws_cloudwatch_dashboard": {DASHBOARD: "dashboard_name"},
    "aws_cloudwatch_event_rule": {RULE: "name"},
    "aws_cloudwatch_event_target": {RULE: "rule"},
    "aws_cloudwatch_log_group": {LOG_GROUP: "name"},
    "aws_cloudwatch_log_metric_filter": {LOG_GROUP: "log_group_name"},
    "aws_cloudwatch_metric_alarm": {ALARM: "alarm_name"},
    "aws_dynamodb_table": {TABLE: "name"},
    "aws_glue_registry": {REGISTRY: "registry_name"},
    "aws_iam_policy": {POLICY: "name"},
    "aws_iam_role": {ROLE: "name"},
    "aws_iam_role_policy": {ROLE: "role"},
    "aws_iam_role_policy_attachment": {ROLE: "role"},
    "aws_kms_alias": {ALIAS: "name"},
    "aws_lambda_function": {FUNCTION: "function_name"},
    "aws_lambda_function_event_invoke_config": {FUNCTION: "function_name"},
    "aws_lambda_permission": {FUNCTION: "function_name"},
    "aws_msk_cluster": {CLUSTER: "cluster_name"},
    "aws_msk_configuration": {CONFIGURATION: "name"},
    "aws_msk_single_scram_secret_association": {CLUSTER: "cluster_arn"},
    "aws_mskconnect_connector": {CONNECTOR: "name"},
    "aws_mskconnect_custom_plugin": {CUSTOM_PLUGIN: "name"},
    "aws_mskconnect_worker_configuration": {WORKER_CONFIGURATION: "name"},
    "aws_s3_object": {BUCKET: "bucket"},
    "aws_scheduler_schedule_group": {SCHEDULE_GROUP: "name"},
    "aws_sns_topic": {TOPIC: "name"},
    "aws_sns_topic_policy": {TOPIC: "arn"},
    "aws_sns_topic_subscription": {TOPIC: "topic_arn"},
    "data.aws_db_instance": {DB_INSTANCE: "db_instance_identifier"},
    "data.aws_db_subnet_group": {DB_SUBNET_GROUP: "name"},
    "data.aws_glue_registry": {REGISTRY: "name"},
    "data.aws_msk_cluster": {CLUSTER: "cluster_name"},
    "data.aws_mskconnect_custom_plugin": {CUSTOM_PLUGIN: "name"},
    "data.aws_rds_cluster": {DB_CLUSTER: "cluster_identifier"},
    "data.aws_s3_objects": {BUCKET: "bucket"},
    "data.aws_secretsmanager_secret": {SECRET: "name"},
}
# AWS gives these their ids: a policy has them all, where there are any.
_MAPPING: Final = "aws_lambda_event_source_mapping"
_OF_BUCKETS: Final = re.compile(r"aws_s3_bucket(?:_\w+)?")
# Names that a reference stands for: the resource's own, whichever attribute it is.
_REFERENCE: Final = re.compile(r"\$\{(?:(data)\.)?(aws_\w+)\.([\w-]+)\.(\w+)\}")
_IDENTITIES: Final = ("arn", "id", "name")
_TOKEN: Final = re.compile(r"\$\{[^}]*\}")
# Names of plugins and worker configurations end in their content's hash.
_HASH: Final = re.compile(r"-[0-9a-f]{12}$")
_EVERY: Final = "*"


@dataclass(frozen=True)
class Place:
    """Where the environment is; ``account`` is ``*`` where the file does not say."""

    partition: str
    region: str
    account: str

    def arn(self, kind: str, name: str) -> str:
        return KINDS[kind].arn.format(partition=self.partition, region=self.region, account=self.account, name=name)


@dataclass(frozen=True)
class Resource:
    """A resource of a stack, or a data source with ``data.`` in front of its type."""

    type: str
    name: str
    body: Body


class Resources:
    """All resources of an environment's stacks."""

    def __init__(self, stacks: Sequence[Body], place: Place, *, environment: str) -> None:
        self.place = place
        self._environment = f"cdc-{environment}-"
        self._found = [one for stack in stacks for one in _of_stack(stack)]

    @property
    def types(self) -> set[str]:
        return {one.type for one in self._found}

    def arns(self, type_: str, kind: str) -> list[str]:
        """The ARNs of ``kind`` that resources of ``type_`` are about; else those of the stacks; else all of that kind.

        AWS gives keys and scalable targets their ids.
        """
        if kind == ANY:
            return [_EVERY]
        if kind == MAPPING and _MAPPING not in self.types:
            return []
        types = [type_] if _attribute(type_, kind) else [one for one in sorted(self.types) if _attribute(one, kind)]
        named = ((resource, _attribute(one, kind)) for one in types for resource in self._of(one))
        found = {arn for resource, attribute in named for arn in self._arns(kind, resource, attribute)}
        return sorted(found) or [self.place.arn(kind, _EVERY)]

    def values(self, type_: str, attribute: str) -> list[str]:
        """The values of an attribute, with the names of resources that they refer to, and ``*`` for other tokens."""
        return sorted({self._text(str(one.body[attribute])) for one in self._of(type_) if one.body.get(attribute)})

    def roles(self, type_: str, attribute: str) -> list[str]:
        """The ARNs of the roles that an attribute of ``type_`` refers to."""
        return sorted(
            {arn for one in self._of(type_) if one.body.get(attribute) for arn in self._arns(ROLE, one, attribute)}
        )

    def _of(self, type_: str) -> Iterator[Resource]:
        return (one for one in self._found if one.type == type_)

    def _arns(self, kind: str, one: Resource, attribute: str) -> Iterator[str]:
        name = self._text(str(one.body[attribute]))
        if name.startswith("arn:"):
            yield name
        elif kind == ROLE:
            yield from self._role(name)
        elif kind == POLICY:
            yield self.place.arn(kind, f"{one.body.get('path') or '/'}{name}")
        elif kind == OBJECT:
            yield self.place.arn(kind, f"{name}/*")  # keys end in their content's hash
        elif kind == LOG_GROUP:
            yield from (self.place.arn(kind, name), self.place.arn(kind, f"{name}:*"))
        else:
            yield self.place.arn(kind, self._shortened(kind, name))

    def _shortened(self, kind: str, name: str) -> str:
        """The name without what changes: a content's hash; of an alarm, all after the environment's name."""
        prefix = self._environment
        return f"{prefix}*" if kind == ALARM and name.startswith(prefix) else _HASH.sub("-*", name)

    def _role(self, name: str) -> Iterator[str]:
        """A role that the stacks create has a known path; that of another role is not known."""
        own = [one for one in self._of("aws_iam_role") if one.body["name"] == name]
        for one in own:
            yield self.place.arn(ROLE, f"{one.body.get('path') or '/'}{name}")
        if not own:
            yield from (self.place.arn(ROLE, f"/{name}"), self.place.arn(ROLE, f"/*/{name}"))

    def _text(self, value: str) -> str:
        named = _REFERENCE.sub(self._named, value)
        return _TOKEN.sub(_EVERY, named)

    def _named(self, reference: re.Match[str]) -> str:
        data, type_, name, attribute = reference.groups()
        if type_ == "aws_caller_identity":
            return self.place.account
        full = f"data.{type_}" if data else type_
        names = _attributes(full)
        for one in self._found:
            if (one.type, one.name) == (full, name) and names:
                own = next(iter(names.values())) if attribute in (*names.values(), *_IDENTITIES) else ""
                return self._text(str(one.body.get(attribute) or one.body.get(own) or _EVERY))
        return _EVERY


def _attributes(type_: str) -> Mapping[str, str]:
    return {BUCKET: "bucket"} if _OF_BUCKETS.fullmatch(type_) else _ATTRIBUTES.get(type_, {})


def _attribute(type_: str, kind: str) -> str:
    found = _attributes(type_)
    return found.get(kind, "") or (found.get(BUCKET, "") if kind == OBJECT else "")


def _of_stack(stack: Body) -> Iterator[Resource]:
    for block, prefix in (("resource", ""), ("data", "data.")):
        for type_, named in stack.get(block, {}).items():
            for name, body in named.items():
                if type_.startswith("aws_"):
                    yield Resource(f"{prefix}{type_}", name, body)
