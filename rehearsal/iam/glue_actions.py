"""What a request to Glue's schema registry needs permissions on.

Source: Glue developer guide, "IAM examples for serializers" and "for deserializers": the registry and the schema; a
version that is read by its number alone is no resource of its own.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

SERVICE: Final = "glue"
_READ_BY_NUMBER: Final = "GetSchemaVersion"

# The ARN of the schema that a version belongs to; None for an unknown version.
SchemaOf = Callable[[str], str | None]


def resources(operation: str, body: bytes, *, prefix: str, schema_of: SchemaOf) -> list[str]:
    """All that an operation needs a permission on; ``prefix`` is an ARN up to the account: ``arn:aws:glue:R:A``."""
    asked = _document(body)
    number = str(asked.get("SchemaVersionId", ""))
    if number and operation != _READ_BY_NUMBER:
        return _schema_by_arn(schema_of(number))
    schema = asked.get("SchemaId") or {}
    if arn := schema.get("SchemaArn"):
        return _schema_by_arn(arn)
    registry = schema.get("RegistryName") or (asked.get("RegistryId") or {}).get("RegistryName", "")
    name = schema.get("SchemaName") or asked.get("SchemaName", "")
    if not registry:
        return ["*"]
    found = [f"{prefix}:registry/{registry}"]
    return [*found, f"{prefix}:schema/{registry}/{name}"] if name else found


def _schema_by_arn(arn: str | None) -> list[str]:
    """A schema's ARN has its registry's name."""
    if arn is None:
        return ["*"]
    start, _, names = arn.partition(":schema/")
    return [f"{start}:registry/{names.partition('/')[0]}", arn]


def _document(body: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(body or b"{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
