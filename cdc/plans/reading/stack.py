"""The stack that a plan belongs to, found by the provider's default tags and the resource types."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from cdc.plans.reading.nodes import at, blocks
from cdc.plans.reading.resources import Resource

PROJECT: Final = "msk-cdc"
# Resource types of one kind of stack only; the first that is found decides.
_MARKS: Final = {
    "aws_dynamodb_table": "state",
    "aws_mskconnect_connector": "connect",
    "aws_mskconnect_custom_plugin": "connect",
    "aws_msk_cluster": "platform",
    "aws_kms_key": "platform",
}


def name(configuration: Mapping[str, Any], resources: Sequence[Resource]) -> str | None:
    """``prod-connect``; None for a plan of another project, or where tags and types are missing."""
    environment = next(_environments(configuration, resources), None)
    # A block that was removed is in the changes only.
    types = {one.type for one in resources} | {at(block, "type") for block in blocks(configuration)}
    part = next((part for type_, part in _MARKS.items() if type_ in types), None)
    return f"{environment}-{part}" if environment and part else None


def _environments(configuration: Mapping[str, Any], resources: Sequence[Resource]) -> Iterator[str]:
    """From the tags of the provider and of the resources."""
    providers = at(configuration, "provider_config")
    for provider in providers.values() if isinstance(providers, dict) else ():
        yield from _environment(at(provider, "expressions", "default_tags", 0, "tags", "constant_value"))
    for resource in resources:
        yield from _environment(resource.side.get("tags_all"))


def _environment(tags: object) -> Iterator[str]:
    environment = at(tags, "environment")
    if at(tags, "project") == PROJECT and isinstance(environment, str):
        yield environment
