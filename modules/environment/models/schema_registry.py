"""The schema registry, for connectors whose events are not plain JSON."""

from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import Field

from modules.environment import names
from modules.environment.models.base import Model

_PORTS = {"http": 80, "https": 443}


class GlueRegistry(Model):
    """A registry of AWS Glue, created with the platform unless ``create`` is false."""

    kind: Literal["glue"]
    name: names.GlueRegistryName
    create: bool = True
    compatibility: Literal[
        "NONE", "DISABLED", "BACKWARD", "BACKWARD_ALL", "FORWARD", "FORWARD_ALL", "FULL", "FULL_ALL"
    ] = "BACKWARD"


class UrlRegistry(Model):
    """A registry by its URL, and where it is: in a security group or in an address range."""

    url: names.RegistryUrl
    security_group_id: names.SecurityGroupId | None = None
    cidr_block: names.HostBlock | None = None
    secret: names.SecretName | None = None
    username_field: names.SecretField = "username"
    password_field: names.SecretField = "password"

    @property
    def port(self) -> int:
        parts = urlsplit(self.url)
        return parts.port or _PORTS[parts.scheme]


class ConfluentRegistry(UrlRegistry):
    """A registry with the API of Confluent's Schema Registry."""

    kind: Literal["confluent"]


class ApicurioRegistry(UrlRegistry):
    """A registry with Apicurio's own API."""

    kind: Literal["apicurio"]


SchemaRegistry = Annotated[GlueRegistry | ConfluentRegistry | ApicurioRegistry, Field(discriminator="kind")]
