"""Descriptions of MSK Connect's resources by AWS, CloudFormation and Terraform, which differ in the case of keys.

``describe-connector`` answers in camel case, CloudFormation in Pascal case, Terraform in snake case with blocks as
lists; all of it is read in snake case without lists.
"""

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from cdc.imports.formats.described import Content, Described, InputError, Unresolved, Value, Worker, properties, scalar
from modules.properties_file import parse

CONFIGURATION: Final = "connector_configuration"
CONTENT: Final = "properties_file_content"
_WORDS: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
# Read into the entry, or not needed.
_READ: Final = {
    *(CONFIGURATION, "name", "connector_name", "arn", "connector_arn", "id", "capacity"),
    *("kafka_connect_version", "kafkaconnect_version", "plugin", "plugins", "worker_configuration"),
    *("connector_state", "creation_time", "current_version", "version", "timeouts", "lifecycle", "depends_on"),
    *("state_description", "provider", "count", "for_each", "region", "response_metadata", "connector_operation_arn"),
}


def matches(document: object) -> bool:
    """Whether ``document`` is output of ``aws kafkaconnect``."""
    if isinstance(document, list):
        return bool(document) and all(matches(item) for item in document)
    return isinstance(document, Mapping) and (
        isinstance(document.get("connectorConfiguration"), Mapping)
        or "workerConfigurationArn" in document
        or _is_list(document)
    )


def read(document: Any, source: str) -> Content:
    """The connector or worker configuration; raises InputError for a list, which has no configurations."""
    if isinstance(document, list):
        found = Content()
        for each in (read(item, source) for item in document):
            found.connectors += each.connectors
            found.workers += each.workers
        return found
    if _is_list(document):
        raise InputError(f"{source}: lists connectors without their configuration; use describe-connector for each")
    fields = snake(document)
    if CONFIGURATION in fields:
        return Content([connector(fields, source)])
    text = _mapping(fields.get("latest_revision") or fields).get(CONTENT)
    if not isinstance(text, str):
        hint = "use describe-worker-configuration"
        raise InputError(f"{source}: has a worker configuration without its properties; {hint}")
    names = [fields.get("worker_configuration_arn"), fields.get("name")]
    return Content([], [worker(text, names, source, encoded=True)])


def _is_list(document: Mapping[Any, Any]) -> bool:
    listed = document.get("connectors")
    return isinstance(listed, list) and all(isinstance(one, Mapping) and "connectorArn" in one for one in listed)


def snake(node: Any) -> Any:
    """Keys in snake case and blocks without their list; the connector's properties stay as they are."""
    if isinstance(node, list):
        return snake(node[0]) if len(node) == 1 and isinstance(node[0], Mapping) else [snake(item) for item in node]
    if not isinstance(node, Mapping):
        return node
    named = {_WORDS.sub("_", str(key)).lower(): value for key, value in node.items()}
    return {key: value if key == CONFIGURATION else snake(value) for key, value in named.items()}


def connector(fields: Mapping[str, Any], source: str, *, label: str | None = None) -> Described:
    """One connector of ``fields`` in snake case; ``label`` is its name if that is an expression."""
    found, irregular = properties(_mapping(fields.get(CONFIGURATION)))
    capacity = _mapping(fields.get("capacity"))
    provisioned, scaling = _mapping(capacity.get("provisioned_capacity")), _scaling(capacity)
    name = scalar(fields.get("connector_name") or fields.get("name"))
    arn = scalar(fields.get("connector_arn") or fields.get("arn"))
    others = {key: value for key, value in fields.items() if key not in _READ}
    return Described(
        source=source if label is None else f"{source}: {label}",
        name=label.rsplit(".")[-1] if label and not isinstance(name, str) else name,
        properties=found,
        arn=arn if isinstance(arn, str) else None,
        kafkaconnect_version=scalar(fields.get("kafka_connect_version") or fields.get("kafkaconnect_version")),
        mcu=scalar(provisioned.get("mcu_count") or scaling.get("mcu_count")),
        workers=scalar(provisioned.get("worker_count") or scaling.get("max_worker_count")),
        autoscaled=bool(scaling),
        worker_names=_references(_mapping(fields.get("worker_configuration"))),
        settings={**dict(_settings(others)), **dict(_plugins(fields))},
        irregular=irregular,
    )


def worker(text: str, names: list[Any], source: str, *, encoded: bool) -> Worker:
    """A worker configuration; ``encoded`` in base64, as in AWS's API."""
    try:
        plain = base64.b64decode(text, validate=True).decode() if encoded else text
        return Worker(frozenset(name for name in names if isinstance(name, str)), parse(plain))
    except (binascii.Error, ValueError):
        raise InputError(f"{source}: properties_file_content must be properties in base64") from None


def _mapping(node: Any) -> Mapping[str, Any]:
    return node if isinstance(node, Mapping) else {}


def _scaling(capacity: Mapping[str, Any]) -> Mapping[str, Any]:
    return _mapping(capacity.get("autoscaling") or capacity.get("auto_scaling"))


def _references(fields: Mapping[str, Any]) -> frozenset[str]:
    """A worker configuration's ARN, or the address in an expression such as ``aws_x.orders.arn``."""
    arn = fields.get("worker_configuration_arn") or fields.get("arn")
    if isinstance(arn, Unresolved):
        return frozenset({arn.expression, arn.expression.rpartition(".")[0]})
    return frozenset({arn}) if isinstance(arn, str) else frozenset()


def _plugins(fields: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    plugins = fields.get("plugins") or fields.get("plugin")
    for one in plugins if isinstance(plugins, list) else [plugins]:
        custom = _mapping(_mapping(one).get("custom_plugin"))
        if arn := scalar(custom.get("custom_plugin_arn") or custom.get("arn")):
            yield "plugins", _shown(arn)


def _settings(fields: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, str]]:
    """All settings other than the connector's properties, by path."""
    for key, value in fields.items():
        here = f"{path}{key}"
        if isinstance(value, Mapping):
            yield from _settings(value, f"{here}.")
        elif isinstance(value, list):
            yield here, ", ".join(_shown(scalar(item) or "") for item in value)
        elif (text := scalar(value)) not in (None, "", "false"):
            yield here, _shown(text)


def _shown(value: Value | None) -> str:
    return str(value)
