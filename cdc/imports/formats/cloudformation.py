"""CloudFormation templates, in YAML with CloudFormation's tags or in JSON, as CDK synthesizes them."""

import re
from collections.abc import Mapping
from typing import Any, Final

from cdc.imports.formats import msk_connect
from cdc.imports.formats.described import Content, Unresolved

CONNECTOR: Final = "AWS::KafkaConnect::Connector"
WORKER: Final = "AWS::KafkaConnect::WorkerConfiguration"
_INTRINSIC: Final = re.compile(r"Ref|Condition|Fn::\w+")


def matches(document: object) -> bool:
    """Whether ``document`` is a template."""
    if not isinstance(document, Mapping):
        return False
    resources = document.get("Resources")
    return "AWSTemplateFormatVersion" in document or (
        isinstance(resources, Mapping)
        and any(isinstance(one, Mapping) and "::" in str(one.get("Type")) for one in resources.values())
    )


def read(document: Any, source: str) -> Content:
    """The connectors and worker configurations of the template."""
    found = Content()
    resources = document.get("Resources")
    for name, resource in resources.items() if isinstance(resources, Mapping) else ():
        if not isinstance(resource, Mapping):
            continue
        fields = msk_connect.snake(_resolved(resource.get("Properties") or {}))
        if resource.get("Type") == CONNECTOR:
            found.connectors.append(msk_connect.connector(fields, source, label=str(name)))
        elif resource.get("Type") == WORKER and isinstance(text := fields.get(msk_connect.CONTENT), str):
            found.workers.append(msk_connect.worker(text, [str(name), fields.get("name")], source, encoded=True))
    return found


def _resolved(node: Any) -> Any:
    """Resolves intrinsic functions as far as the template has their values."""
    if isinstance(node, list):
        return [_resolved(item) for item in node]
    if not isinstance(node, Mapping):
        return node
    if len(node) == 1 and _INTRINSIC.fullmatch(key := str(next(iter(node)))):
        return _intrinsic(key.removeprefix("Fn::"), _resolved(node[next(iter(node))]))
    return {key: _resolved(value) for key, value in node.items()}


def _intrinsic(function: str, argument: Any) -> Any:
    if function == "Ref":
        return Unresolved(str(argument))
    if function == "GetAtt":
        return Unresolved(".".join(map(str, argument)) if isinstance(argument, list) else str(argument))
    if function == "Sub":
        return _substituted(argument)
    if function == "Join" and isinstance(argument, list) and len(argument) == 2 and isinstance(argument[1], list):
        separator, items = argument
        if all(isinstance(item, str | int) for item in items):
            return str(separator).join(map(str, items))
    if function == "Base64" and isinstance(argument, str):
        import base64

        return base64.b64encode(argument.encode()).decode()
    return Unresolved(f"Fn::{function}")


def _substituted(argument: Any) -> Any:
    """``${Name}`` is a reference; ``${!Name}`` is an escaped ``${Name}``."""
    text = argument[0] if isinstance(argument, list) and argument else argument
    if not isinstance(text, str) or isinstance(argument, list):
        return Unresolved("Fn::Sub")
    if re.search(r"\$\{[^!]", text):
        return Unresolved(text[2:-1] if re.fullmatch(r"\$\{[\w.:]+\}", text) else text)
    return text.replace("${!", "${")
