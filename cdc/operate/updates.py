"""What differs between a running connector and the synthesized one, as requests of UpdateConnector."""

import base64
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import javaproperties

from cdc.aws import Aws
from cdc.verify.expected import Expected
from modules.messages.secrecy import shown_value

# Another value loses the committed offset, the schema history, or the topics of the events so far.
_KEPT: Final = ("topic.prefix", "schema.history.internal.kafka.topic")
_OFFSETS: Final = "offset.storage.topic"


class NotUpgradedError(Exception):
    """It cannot be upgraded in place: why, and what to do."""


@dataclass(frozen=True)
class Update:
    """One request: UpdateConnector takes either worker settings or the configuration. ``lines`` say what changes."""

    what: str
    request: Mapping[str, Any]
    lines: tuple[str, ...]


def updates(aws: Aws, wanted: Expected, found: Mapping[str, Any]) -> list[Update]:
    """The requests that make ``found``, a description of DescribeConnector, what is ``wanted``; none where it is.

    Raises NotUpgradedError, ClientError, BotoCoreError.
    """
    if found["kafkaConnectVersion"] != wanted.version:
        raise NotUpgradedError(
            f"runs Kafka Connect {found['kafkaConnectVersion']}, and {wanted.version} is synthesized: "
            "that is never exchanged in place; apply the plan, which replaces the connector and keeps its offsets"
        )
    changes = [*_plugin(aws, wanted, found), *_worker_configuration(aws, wanted, found), *_capacity(wanted, found)]
    setting = {name: value for name, value, _ in changes}
    found_updates = [Update("worker setting", setting, tuple(line for _, _, line in changes))] if changes else []
    return [*found_updates, *_configuration(wanted, found["connectorConfiguration"])]


_Change = tuple[str, Any, str]


def _plugin(aws: Aws, wanted: Expected, found: Mapping[str, Any]) -> Iterator[_Change]:
    [now] = [one["customPlugin"] for one in found["plugins"]]
    listed = aws.pages("kafkaconnect", "list_custom_plugins", "customPlugins")
    plugin = _existing(listed, wanted.plugin, "customPluginArn", "plugin", wanted.resources)
    if plugin["customPluginState"] != "ACTIVE":
        raise NotUpgradedError(f"the plugin {plugin['name']} must be ACTIVE, is {plugin['customPluginState']}")
    then = {
        "customPluginArn": plugin["customPluginArn"],
        "revision": wanted.plugin_revision or plugin["latestRevision"]["revision"],
    }
    if (now["customPluginArn"], now["revision"]) != (then["customPluginArn"], then["revision"]):
        yield "plugins", [{"customPlugin": then}], f"plugin {_shown(now)} → {_shown(then)}"


def _shown(plugin: Mapping[str, Any]) -> str:
    return f"{plugin['customPluginArn'].split('/')[1]}, revision {plugin['revision']}"


def _worker_configuration(aws: Aws, wanted: Expected, found: Mapping[str, Any]) -> Iterator[_Change]:
    listed = aws.pages("kafkaconnect", "list_worker_configurations", "workerConfigurations")
    made = _existing(
        listed, wanted.worker_configuration, "workerConfigurationArn", "worker configuration", wanted.resources
    )
    now = found.get("workerConfiguration") or {}
    arn = made["workerConfigurationArn"]
    if now.get("workerConfigurationArn") == arn:
        return
    before, after = (_properties(aws, one).get(_OFFSETS) for one in (now.get("workerConfigurationArn"), arn))
    if before != after:
        raise NotUpgradedError(
            f"the synthesized worker configuration has {_OFFSETS}={after}, the running one {before}: "
            "the connector would lose its committed offset; cdc plan-guard says what to do"
        )
    then = {"workerConfigurationArn": arn, "revision": made["latestRevision"]["revision"]}
    was = now["workerConfigurationArn"].split("/")[1] if now else "none"
    yield "workerConfiguration", then, f"worker configuration {was} → {made['name']}"


def _properties(aws: Aws, arn: str | None) -> Mapping[str, str]:
    if arn is None:
        return {}
    made = aws.client("kafkaconnect").describe_worker_configuration(workerConfigurationArn=arn)
    text = base64.b64decode(made["latestRevision"]["propertiesFileContent"]).decode()
    found: Mapping[str, str] = javaproperties.loads(text)
    return found


def _existing(listed: Sequence[Any], wanted: str, arn: str, what: str, resources: Sequence[str]) -> Mapping[str, Any]:
    found: Mapping[str, Any] | None = next((one for one in listed if wanted in (one[arn], one["name"])), None)
    if found is None:
        targets = " ".join(f"-target={resource}" for resource in resources)
        raise NotUpgradedError(f"the {what} {wanted} does not exist yet: create it first, by terraform apply {targets}")
    return found


def _capacity(wanted: Expected, found: Mapping[str, Any]) -> Iterator[_Change]:
    now = (found.get("capacity") or {}).get("provisionedCapacity") or {}
    if (now.get("mcuCount"), now.get("workerCount")) != (wanted.mcu, wanted.workers):
        then = {"provisionedCapacity": {"mcuCount": wanted.mcu, "workerCount": wanted.workers}}
        was = f"{now.get('workerCount')} of {now.get('mcuCount')} MCU"
        yield "capacity", then, f"capacity {was} → {wanted.workers} of {wanted.mcu} MCU"


def _configuration(wanted: Expected, now: Mapping[str, str]) -> Iterator[Update]:
    """Values that only Terraform knows stay as they are."""
    unknown = [key for key, value in wanted.configuration.items() if value is None and key not in now]
    if unknown:
        raise NotUpgradedError(f"only Terraform knows {', '.join(unknown)}: apply the plan, which updates it in place")
    then = {key: now[key] if value is None else value for key, value in wanted.configuration.items()}
    lost = [key for key in _KEPT if now.get(key) != then.get(key)]
    if lost:
        raise NotUpgradedError(f"{lost[0]} must stay {now.get(lost[0])!r}, {then.get(lost[0])!r} is synthesized")
    lines = [
        f"{key} {shown_value(key, now[key]) if key in now else 'unset'} → "
        f"{shown_value(key, then[key]) if key in then else 'unset'}"
        for key in sorted(now.keys() | then.keys())
        if now.get(key) != then.get(key)
    ]
    if lines:
        yield Update("configuration", {"connectorConfiguration": then}, tuple(lines))
