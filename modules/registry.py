"""The schema registry of an environment: Glue's, created or existing, or one by URL, and the way there."""

from modules.environment.models.schema_registry import GlueRegistry as GlueConfig, UrlRegistry as UrlConfig
from modules.security_group_rules import Peer, egress, ingress
from modules.synthesis.sdk import (
    Construct,
    DataAwsGlueRegistry,
    GlueRegistry as Registry,
    TerraformResource,
    TerraformResourceLifecycle,
)


class GlueRegistry(Construct):
    """A registry of Glue's; with it all schemas would be lost, so it is never destroyed."""

    def __init__(self, scope: Construct, id_: str, *, config: GlueConfig) -> None:
        super().__init__(scope, id_)
        if config.create:
            Registry(
                self,
                "registry",
                registry_name=config.name,
                description="Schemas of change events",
                lifecycle=TerraformResourceLifecycle(prevent_destroy=True),
            )
        else:
            DataAwsGlueRegistry(self, "registry", name=config.name)


class UrlRegistry:
    """The rules that let clients reach a registry by URL; nothing is created for the registry itself."""

    def __init__(self, config: UrlConfig) -> None:
        self._config = config

    def allow(self, client: Construct, *, security_group_id: str, add_egress: bool = False) -> list[TerraformResource]:
        """Rules for the group of ``client``; ``add_egress`` for a group that this project manages.

        Without a group or a range of the registry, the client reaches it as it reaches the internet.
        """
        config, rules = self._config, list[TerraformResource]()
        if config.security_group_id:
            rules.append(
                ingress(
                    client,
                    "schema-registry",
                    group=config.security_group_id,
                    peer=Peer(security_group_id),
                    port=config.port,
                    description=f"Schema registry clients: {client.node.path}",
                )
            )
        if add_egress and (config.security_group_id or config.cidr_block):
            peer = Peer(config.security_group_id, config.cidr_block)
            rules.append(
                egress(
                    client,
                    "to-schema-registry",
                    group=security_group_id,
                    peer=peer,
                    port=config.port,
                    description="Schema registry",
                )
            )
        return rules
