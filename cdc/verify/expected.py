"""What was asked for: the connectors in the synthesized stack, as Terraform reads them."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from cdc.environments import FOLDER
from modules.deployment import Deployment
from modules.environment.environment import Environment
from modules.user_files.reading import reason

_REFERENCE: Final = re.compile(r"\$\{(\w+)\.([\w.-]+?)\.(\w+)\}")
_UNESCAPED: Final = re.compile(r"(?<!\$)\$\{|(?<!%)%\{")


class NoStackError(Exception):
    """There is no synthesized stack to compare with."""


@dataclass(frozen=True)
class Expected:
    """A connector. ``configuration`` has None for values that only Terraform knows, as of a data source.

    ``plugin`` is a custom plugin's name or ARN, ``plugin_revision`` None for the latest. ``resources`` are the
    addresses of the plugin and the worker configuration where the stack creates them.
    """

    name: str
    version: str
    configuration: Mapping[str, str | None]
    plugin: str
    plugin_revision: int | None
    worker_configuration: str
    mcu: int
    workers: int
    log_group: str
    resources: tuple[str, ...]

    @property
    def heartbeats(self) -> bool:
        """Whether it writes records without any change."""
        return (self.configuration.get("heartbeat.interval.ms") or "0") != "0"


def synthesize(environment: str) -> str:
    """What to do where the stack of ``environment`` is missing or older than its file."""
    named = (FOLDER / f"{environment}.yaml").exists()
    return f"run make synth {f'ENV={environment}' if named else f'FILES=…/{environment}.yaml'}, or give --stacks"


def read(stacks: Path, environment: str) -> list[Expected]:
    """The connectors of ``<environment>-connect`` below the folder ``stacks``. Raises NoStackError."""
    file = stacks / f"{environment}-connect" / "cdk.tf.json"
    try:
        stack = json.loads(file.read_text())
    except (OSError, ValueError) as error:
        why = reason(error) if isinstance(error, OSError) else error
        raise NoStackError(f"{file} must be the synthesized stack: {why}; {synthesize(environment)}") from error
    try:
        return list(_connectors(stack.get("resource", {})))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise NoStackError(f"{file} must be the synthesized stack: {synthesize(environment)}") from error


def check(expected: Sequence[Expected], environment: Environment) -> None:
    """Raises NoStackError for a stack that was synthesized from another state of the environment file."""
    deployment = Deployment.without_account(environment)
    names = {deployment.connector_name(key, one) for key, one in environment.connectors.items()}
    found = {one.name for one in expected}
    if names != found:
        raise NoStackError(
            f"the synthesized stack must have the connectors {_list(names)}, as {environment.name} says,"
            f" has {_list(found)}: {synthesize(environment.name)}"
        )


def _list(names: set[str]) -> str:
    return ", ".join(sorted(names)) or "none"


def _connectors(resources: Mapping[str, Any]) -> Iterator[Expected]:
    for body in resources.get("aws_mskconnect_connector", {}).values():
        capacity = body["capacity"]["provisioned_capacity"]
        logs = body["log_delivery"]["worker_log_delivery"]["cloudwatch_logs"]
        [plugin] = body["plugin"]
        yield Expected(
            name=body["name"],
            version=body["kafkaconnect_version"],
            configuration={key: _value(value) for key, value in body["connector_configuration"].items()},
            plugin=_named(plugin["custom_plugin"]["arn"], resources),
            plugin_revision=revision if isinstance(revision := plugin["custom_plugin"]["revision"], int) else None,
            worker_configuration=_named(body["worker_configuration"]["arn"], resources),
            mcu=capacity["mcu_count"],
            workers=capacity["worker_count"],
            log_group=_named(logs["log_group"], resources),
            resources=tuple(_addresses(plugin["custom_plugin"]["arn"], body["worker_configuration"]["arn"])),
        )


def _addresses(*texts: str) -> Iterator[str]:
    for text in texts:
        if match := _REFERENCE.fullmatch(text):
            yield f"{match[1]}.{match[2]}"


def _value(text: str) -> str | None:
    if _UNESCAPED.search(text):
        return None
    return text.replace("$${", "${").replace("%%{", "%{")


def _named(text: str, resources: Mapping[str, Any]) -> str:
    """The name of the resource that a reference is about; a literal as it is."""
    match = _REFERENCE.fullmatch(text)
    return str(resources[match[1]][match[2]]["name"]) if match else text
