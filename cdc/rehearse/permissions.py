"""The permissions of an environment's roles with their reasons, from its policies; nothing runs."""

import json
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby, zip_longest
from typing import Any, Final

from cdc.console import out
from modules.debezium import configuration, topics
from modules.deployment import Deployment
from modules.environment.environment import Environment
from modules.environment.models.consumers import LambdaConsumer
from modules.environment.models.kafka import ExistingKafka
from modules.iam import client_policies, lambda_policies, registry_policies
from modules.iam.client_policies import ClusterArns, EncryptedObjects
from modules.iam.documents import Statement
from rehearsal.iam.permissions import reasons
from rehearsal.iam.permissions.reason import Reason, Role

# A part of an ARN that is known only after the deploy.
_UNKNOWN: Final = "*"
# These ARNs also contain the cluster's name and UUID.
_OF_CLUSTERS: Final = ("topic", "group", "transactional-id")
_LABELS: Final = 18  # columns
_WORDS: Final = (
    "seen: observed on brokers that enforce IAM, with this one permission removed",
    "kept because: why it is needed although a rehearsal does not use it",
)


@dataclass(frozen=True)
class Holder:
    """A connector or a consumer of the environment file, its policy, and the roles that have it."""

    kind: Role
    name: str
    policy: str
    roles: tuple[str, ...]

    @property
    def title(self) -> str:
        if self.kind == "connector":
            return f"connector {self.name}: role {self.policy}, which MSK Connect assumes"
        roles = f"attached to {', '.join(self.roles)}" if self.roles else "for your own role"
        return f"consumer {self.name}: policy {self.policy}, {roles}"


@dataclass(frozen=True)
class Permission:
    """An action that a statement allows, and why; ``resources`` and ``condition`` are abbreviated."""

    holder: Holder
    statement: str
    resources: tuple[str, ...]
    condition: Mapping[str, str]
    reason: Reason

    @property
    def document(self) -> dict[str, Any]:
        """As ``--json`` prints it."""
        return {
            "kind": self.holder.kind,
            "name": self.holder.name,
            "roles": list(self.holder.roles),
            "policy": self.holder.policy,
            "statement": self.statement,
            "action": self.reason.action,
            "resources": list(self.resources),
            "condition": dict(self.condition),
            "needed_for": self.reason.needed_for,
            "without": self.reason.without,
            "kept_because": self.reason.unseen or None,
            "source": self.reason.source,
        }


def short(arn: str) -> str:
    """The ARN abbreviated: ``topic/orders.*``, ``secret:cdc/orders``, ``key/*``."""
    if not arn.startswith("arn:"):
        return arn
    resource = arn.split(":", 5)[5]
    kind, _, name = resource.partition("/")
    if kind == "cluster":
        return f"{kind}/{name.partition('/')[0]}"
    return f"{kind}/{name.split('/', 2)[2]}" if kind in _OF_CLUSTERS else resource


def permissions(environment: Environment) -> list[Permission]:
    """All permissions of all roles, as they would be deployed."""
    deployment = Deployment(
        environment.name, environment.region, environment.partition, environment.account_id or _UNKNOWN
    )
    arns = _arns(environment, deployment)
    return [
        *(one for key in environment.connectors for one in _connector(deployment, environment, key, arns)),
        *(one for key in environment.consumers for one in _consumer(deployment, environment, key, arns)),
    ]


def _arns(environment: Environment, deployment: Deployment) -> ClusterArns:
    kafka = environment.kafka
    name = kafka.cluster_name if isinstance(kafka, ExistingKafka) else deployment.name()
    stems = (deployment.arn("kafka", f"{kind}/{name}/{_UNKNOWN}") for kind in ("cluster", "topic", "group"))
    return ClusterArns(*stems)


def _connector(deployment: Deployment, environment: Environment, key: str, arns: ClusterArns) -> Iterator[Permission]:
    config, registry = environment.connectors[key], environment.registry
    secrets = configuration.secrets(config, registry)
    role = f"{deployment.name(key)}-worker"
    name = deployment.connector_name(key, config)
    document = client_policies.connector_execution(
        deployment,
        config,
        name=name,
        arns=arns,
        offsets=topics.offsets_of(config, name=name),
        secret_arns=[deployment.arn("secretsmanager", f"secret:{secret}") for secret in secrets],
        schemas=registry_policies.writer(deployment, config, registry),
        trusted=_trust_stores(deployment, key) if configuration.imports_trust_store(config) else None,
    )
    return _explained(Holder("connector", key, role, (role,)), document)


def _trust_stores(deployment: Deployment, connector: str) -> EncryptedObjects:
    name = deployment.name("plugins", deployment.account_id, deployment.region)
    bucket = f"arn:{deployment.partition}:s3:::{name}"
    return EncryptedObjects(f"{bucket}/trust-stores/{connector}/*", bucket, deployment.arn("kms", f"key/{_UNKNOWN}"))


def _consumer(deployment: Deployment, environment: Environment, key: str, arns: ClusterArns) -> Iterator[Permission]:
    config = environment.consumers[key]
    ours = (deployment.name(key, "lambda"),) if isinstance(config, LambdaConsumer) else ()
    holder = Holder("consumer", key, deployment.name(key, "consumer"), config.role_names or ours)
    schemas = registry_policies.reader(config, [*environment.connectors.values()], environment.registry)
    signals = topics.signal_topics(environment.connectors, config.signals)
    mappings = lambda_policies.mappings(deployment, config, arns)
    return _explained(
        holder, client_policies.consumer(config, arns=arns, signals=signals, schemas=schemas, mappings=mappings)
    )


def _explained(holder: Holder, document: str) -> Iterator[Permission]:
    for statement in json.loads(document)["Statement"]:
        for action in statement["Action"]:
            yield Permission(
                holder,
                statement["Sid"],
                tuple(map(short, statement["Resource"])),
                _condition(statement),
                reasons.lookup(holder.kind, statement["Sid"], action),
            )


def _condition(statement: Statement) -> dict[str, str]:
    """The condition by key; all conditions of these documents are StringEquals, some with several values."""
    found: dict[str, str | list[str]] = statement.get("Condition", {}).get("StringEquals", {})
    values = {key: [value] if isinstance(value, str) else value for key, value in found.items()}
    return {key: ", ".join(map(short, several)) for key, several in values.items()}


def show(found: list[Permission]) -> None:
    """Prints the statements of each role, and the reason of each action."""
    for holder, held in groupby(found, key=lambda one: one.holder):
        title = textwrap.fill(holder.title, out.width, break_long_words=False, break_on_hyphens=False)
        out.print(f"{title}\n", style="bold", markup=False, soft_wrap=True)
        for _, actions in groupby(held, key=lambda one: one.statement):
            _show_statement(list(actions))
    for line in _WORDS:
        out.print(line, markup=False)


def _show_statement(actions: list[Permission]) -> None:
    first = actions[0]
    limits = [f"where {key} is {value}" for key, value in first.condition.items()]
    for label, text in zip_longest([first.statement], [*first.resources, *limits], fillvalue=""):
        _print(label, text)
    for one in actions:
        out.print(f"  {one.reason.action}", style="bold", markup=False)
        for label, text in _why(one.reason):
            _print(f"    {label}", text)
    out.print()


def _why(reason: Reason) -> list[tuple[str, str]]:
    kept = [("kept because", reason.unseen)] if reason.unseen else []
    return [("needed for", reason.needed_for), ("without it", reason.without), *kept, ("source", reason.source)]


def _print(label: str, text: str) -> None:
    """Wrapped to the terminal's width, but never within a name."""
    lines = textwrap.fill(
        text,
        out.width,
        initial_indent=f"{label:{_LABELS}}",
        subsequent_indent=" " * _LABELS,
        break_long_words=False,
        break_on_hyphens=False,
    )
    out.print(lines, markup=False, soft_wrap=True)
