"""The schema registry of a file as converters find it."""

from modules.debezium.configuration import placeholder
from modules.debezium.formats import Registry
from modules.environment.models.schema_registry import GlueRegistry, SchemaRegistry


def found(registry: SchemaRegistry | None, region: str) -> Registry | None:
    """The registry of an environment in ``region``."""
    if registry is None:
        return None
    if isinstance(registry, GlueRegistry):
        return Registry("glue", region=region, name=registry.name, compatibility=registry.compatibility)
    login = {}
    if registry.secret:
        login = {
            "user": placeholder(registry.secret, registry.username_field),
            "password": placeholder(registry.secret, registry.password_field),
        }
    return Registry(registry.kind, url=registry.url, **login)
