"""MSK Connect's quotas (Amazon MSK developer guide, "MSK Connect quota"), each of an account and region."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from cdc.aws import Aws
from cdc.findings import Finding, error, ok
from modules.deployment import Deployment
from modules.environment.environment import Environment
from modules.environment.models.plugins import RegisteredPlugin

QUOTAS: Final = {"custom plugins": 100, "worker configurations": 100, "workers": 60}


@dataclass(frozen=True)
class Used:
    """Names of plugins and worker configurations, and the workers of each connector by its name."""

    plugins: tuple[str, ...]
    worker_configurations: tuple[str, ...]
    workers: dict[str, int]


def read(aws: Aws, _: Environment) -> Used:
    connect = "kafkaconnect"
    return Used(
        tuple(one["name"] for one in aws.pages(connect, "list_custom_plugins", "customPlugins")),
        tuple(one["name"] for one in aws.pages(connect, "list_worker_configurations", "workerConfigurations")),
        {one["connectorName"]: _workers(one) for one in aws.pages(connect, "list_connectors", "connectors")},
    )


def _workers(connector: dict[str, Any]) -> int:
    capacity = connector.get("capacity") or {}
    provisioned, scaled = capacity.get("provisionedCapacity") or {}, capacity.get("autoScaling") or {}
    return int(provisioned.get("workerCount") or scaled.get("maxWorkerCount") or 1)


def judge(environment: Environment, used: Used) -> Iterator[Finding]:
    """A changed plugin or worker configuration is created before the old one goes: each counts once more."""
    deployment = Deployment.without_account(environment)
    connectors = {deployment.connector_name(key, one): one for key, one in environment.connectors.items()}
    plugins = sum(not isinstance(plugin, RegisteredPlugin) for plugin in environment.plugins.values())
    new = sum(one.capacity.workers for name, one in connectors.items() if name not in used.workers)
    for what, there, more in (
        ("custom plugins", len(used.plugins), plugins),
        ("worker configurations", len(used.worker_configurations), len(connectors)),
        ("workers", sum(used.workers.values()), new),
    ):
        if there + more > QUOTAS[what]:
            yield error(
                f"the account may have {QUOTAS[what]} {what} unless its quota was raised, has {there}, and a deploy"
                f" adds up to {more}",
                "delete those that no connector uses, or request more in Service Quotas",
            )
        else:
            yield ok(f"{there} of {QUOTAS[what]} {what}, a deploy adds up to {more}")
