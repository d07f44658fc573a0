"""Terraform's JSON: a configuration, a state file, or output of ``terraform show -json``."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from cdc.imports.formats import msk_connect
from cdc.imports.formats.described import Content, Unresolved

CONNECTOR: Final = "aws_mskconnect_connector"
WORKER: Final = "aws_mskconnect_worker_configuration"
_SHOWN: Final = "format_version"


def matches(document: object) -> bool:
    """Whether ``document`` is Terraform's."""
    if not isinstance(document, Mapping):
        return False
    return _SHOWN in document or "terraform_version" in document or isinstance(document.get("resource"), dict | list)


def read(document: Any, source: str) -> Content:
    """The connectors and worker configurations of ``document``."""
    if _SHOWN in document:
        values = document.get("planned_values") or document.get("values") or {}
        return content(_shown(values.get("root_module", {})), source)
    if isinstance(document.get("resources"), list):
        return content(_state(document["resources"]), source)
    return content(configured(_templates(document)), source)


Resource = tuple[str, str, Mapping[str, Any]]


def content(resources: Iterator[Resource], source: str) -> Content:
    """MSK Connect's resources among (type, address, body)."""
    found = Content()
    for type_, address, body in resources:
        fields = msk_connect.snake(body)
        if type_ == CONNECTOR:
            found.connectors.append(msk_connect.connector(fields, source, label=address))
        elif type_ == WORKER and isinstance(text := fields.get(msk_connect.CONTENT), str):
            names = [address, fields.get("arn"), fields.get("name")]
            found.workers.append(msk_connect.worker(text, names, source, encoded=False))
    return found


def configured(document: Mapping[str, Any]) -> Iterator[Resource]:
    """The resources of a configuration, by type and name; each can be a list."""
    for types in _each(document.get("resource")):
        for type_, names in types.items():
            for bodies in _each(names):
                for name, body in bodies.items():
                    yield from ((type_, f"{type_}.{name}", one) for one in _each(body))


def _each(node: Any) -> Iterator[Mapping[str, Any]]:
    for one in node if isinstance(node, list) else [node]:
        if isinstance(one, Mapping):
            yield one


def _shown(module: Mapping[str, Any]) -> Iterator[Resource]:
    for resource in module.get("resources", []):
        if resource.get("mode") == "managed":
            yield resource["type"], resource["address"], resource.get("values") or {}
    for child in module.get("child_modules", []):
        yield from _shown(child)


def _state(resources: list[Any]) -> Iterator[Resource]:
    for resource in resources:
        if resource.get("mode") == "managed":
            for instance in resource.get("instances", []):
                attributes = instance.get("attributes")
                if isinstance(attributes, Mapping):
                    yield resource["type"], f"{resource['type']}.{resource['name']}", attributes


def _templates(node: Any) -> Any:
    """Text with ``${…}`` is Unresolved; ``$${`` is an escaped ``${``."""
    if isinstance(node, Mapping):
        return {key: _templates(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_templates(item) for item in node]
    return template(node) if isinstance(node, str) else node


def template(text: str) -> str | Unresolved:
    """``text`` as Terraform reads a string in its JSON."""
    plain = text.replace("$${", "").replace("%%{", "")
    if "${" in plain or "%{" in plain:
        return Unresolved(text.removeprefix("${").removesuffix("}") if text.count("${") == 1 else text)
    return text.replace("$${", "${").replace("%%{", "%{")
