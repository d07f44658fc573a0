"""The databases that connectors read: an Aurora cluster, an RDS for MySQL instance, or any other MySQL server."""

from typing import Annotated, Any, Final, Literal

from pydantic import Discriminator, Field, Tag

from modules.environment import names
from modules.environment.models.base import Model

KINDS: Final = ("cluster", "instance", "host")


class Tls(Model):
    """The server's certificate is verified; ``ca_bundle`` is a PEM file relative to the project's folder."""

    verify: Literal["ca", "identity"] = "identity"
    ca_bundle: names.BundlePath | None = None


class _Source(Model):
    """The secret with the database user's credentials, and the tables to capture. TLS is used in any case.

    ``tables`` are ``database.table``; * stands for any characters but a dot, and those with ! are left out.
    """

    secret: names.SecretName
    username_field: names.SecretField = "username"
    password_field: names.SecretField = "password"
    server_id: Annotated[int, Field(ge=1, le=2**32 - 1)]
    tables: Annotated[names.Many[names.TablePattern], Field(min_length=1)]
    tls: Tls | None = None

    @property
    def captured(self) -> tuple[str, ...]:
        return tuple(table for table in self.tables if not table.startswith("!"))

    @property
    def excluded(self) -> tuple[str, ...]:
        """Tables among those ``captured`` that are left out."""
        return tuple(table[1:] for table in self.tables if table.startswith("!"))


class ClusterSource(_Source):
    """An existing Aurora MySQL cluster, whose writer is read."""

    cluster: names.ClusterIdentifier

    @property
    def database(self) -> str:
        """Equal for connectors that read the same server, and for no others."""
        return self.cluster


class InstanceSource(_Source):
    """An existing RDS for MySQL instance."""

    instance: names.InstanceIdentifier

    @property
    def database(self) -> str:
        return f"instance:{self.instance}"


class Host(Model):
    """Where a server answers, and what the workers may reach it through: its security group, or an address range."""

    address: names.HostAddress
    port: Annotated[int, Field(ge=1, le=65535)] = 3306
    security_group_id: names.SecurityGroupId | None = None
    cidr_block: names.HostBlock | None = None


class HostSource(_Source):
    """A MySQL server that RDS does not run: on EC2, on premises, or in another account."""

    host: Host

    @property
    def database(self) -> str:
        return f"{self.host.address}:{self.host.port}"


def source_kind(value: Any) -> str:
    """The kind of a source, which follows from its keys; a cluster is the usual one."""
    keys = type(value).model_fields if isinstance(value, Model) else value if isinstance(value, dict) else ()
    return next((kind for kind in KINDS if kind in keys), KINDS[0])


Source = Annotated[
    Annotated[ClusterSource, Tag("cluster")]
    | Annotated[InstanceSource, Tag("instance")]
    | Annotated[HostSource, Tag("host")],
    Discriminator(source_kind),
]
