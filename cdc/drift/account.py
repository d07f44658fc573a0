"""What MSK Connect has of an environment, and none of its stacks: connectors, plugins, worker configurations."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from cdc.aws import Aws
from cdc.findings import Finding, Result, error, ok, warning
from modules.deployment import Deployment
from modules.environment.environment import Environment
from rehearsal.connect.operations import Operation, latest

_SERVICE: Final = "kafkaconnect"
_HISTORY: Final = "schema.history.internal.kafka.topic"


@dataclass(frozen=True)
class Account:
    """What is there; ``operations`` are the latest, by connector, ``used`` are the ARNs that a connector uses.

    ``plugins`` and ``worker_configurations`` are the ARNs of the environment's own, by name. ``connector_arns`` and
    ``schema_histories``, topics, are those of all connectors, of other environments, too.
    """

    connectors: Sequence[str]
    operations: Mapping[str, Operation]
    plugins: Mapping[str, str]
    worker_configurations: Mapping[str, str]
    used: frozenset[str]
    connector_arns: frozenset[str]
    schema_histories: frozenset[str]


def read(aws: Aws, environment: Environment) -> Account:
    """The environment's part of the account. Raises ClientError, BotoCoreError."""
    client, prefix = aws.client(_SERVICE), name_prefix(environment)
    listed = aws.pages(_SERVICE, "list_connectors", "connectors")
    described = [client.describe_connector(connectorArn=one["connectorArn"]) for one in listed]
    wanted = {*_expected(environment)}
    own = [one for one in described if one["connectorName"].startswith(prefix) or one["connectorName"] in wanted]
    found = {one["connectorName"]: latest(client, one["connectorArn"]) for one in own}
    return Account(
        connectors=sorted(one["connectorName"] for one in own),
        operations={name: operation for name, operation in found.items() if operation},
        plugins=_named(aws.pages(_SERVICE, "list_custom_plugins", "customPlugins"), "customPluginArn", prefix),
        worker_configurations=_named(
            aws.pages(_SERVICE, "list_worker_configurations", "workerConfigurations"), "workerConfigurationArn", prefix
        ),
        used=frozenset(arn for one in described for arn in _uses(one)),
        connector_arns=frozenset(str(one["connectorArn"]) for one in listed),
        schema_histories=frozenset(one["connectorConfiguration"].get(_HISTORY, "") for one in described),
    )


def judge(environment: Environment, account: Account) -> Iterator[Result]:
    """A finding for each part, OK where nothing has drifted."""
    for check, found in (
        ("connectors", _connectors(environment, account)),
        ("operations", _operations(account)),
        ("plugins", _unused("custom plugin", account.plugins, account.used)),
        ("worker configurations", _unused("worker configuration", account.worker_configurations, account.used)),
    ):
        for finding in found:
            yield Result("account", check, finding)


def _connectors(environment: Environment, account: Account) -> Iterator[Finding]:
    expected = _expected(environment)
    left = [name for name in account.connectors if name not in expected]
    for name in left:
        yield error(
            f"{name} runs, and {environment.name}.yaml has no such connector",
            "apply the connect stack; if Terraform does not have it, delete it in MSK Connect",
        )
    if not left:
        yield ok(f"{len(account.connectors)}, none that the file does not have")


def _operations(account: Account) -> Iterator[Finding]:
    failed = {name: one for name, one in account.operations.items() if one.failed}
    for name, one in failed.items():
        yield error(f"the last {one.type} of {name} ended as {one.outcome}", "correct the cause, and apply again")
    if not failed:
        yield ok("no connector's last operation failed")


def _unused(what: str, found: Mapping[str, str], used: frozenset[str]) -> Iterator[Finding]:
    unused = [name for name, arn in found.items() if arn not in used]
    command = what.replace(" ", "-")
    for name in unused:
        yield warning(
            f"no connector uses the {what} {name}",
            f"apply the connect stack; if Terraform does not have it: aws kafkaconnect delete-{command} --{command}-arn"
            f" {found[name]}",
        )
    if not unused:
        yield ok(f"{len(found)}, each used")


def _named(listed: Sequence[Mapping[str, Any]], arn: str, prefix: str) -> dict[str, str]:
    found = {one["name"]: one[arn] for one in listed if one["name"].startswith(prefix)}
    return dict(sorted(found.items()))


def _uses(connector: Mapping[str, Any]) -> Iterator[str]:
    for one in connector.get("plugins") or ():
        yield (one.get("customPlugin") or {}).get("customPluginArn", "")
    yield (connector.get("workerConfiguration") or {}).get("workerConfigurationArn", "")


def name_prefix(environment: Environment) -> str:
    return f"{Deployment.without_account(environment).name()}-"


def _expected(environment: Environment) -> list[str]:
    deployment = Deployment.without_account(environment)
    return [deployment.connector_name(key, one) for key, one in environment.connectors.items()]
