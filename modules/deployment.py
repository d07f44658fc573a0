"""Names and ARNs of an environment's resources."""

from dataclasses import dataclass
from typing import Self

from modules.environment.environment import Environment
from modules.environment.models.connectors import Connector
from modules.environment.names import domain


@dataclass(frozen=True)
class Deployment:
    """An environment in an account and region. ``account_id`` may be a token that Terraform resolves.

    ``permissions_boundary`` is a policy's ARN, for each role; ``iam_path`` is that of roles and policies.
    """

    environment: str
    region: str
    partition: str
    account_id: str
    permissions_boundary: str | None = None
    iam_path: str | None = None

    @classmethod
    def without_account(cls, environment: Environment) -> Self:
        """For the names alone, where no account is known."""
        return cls(environment.name, environment.region, environment.partition, "")

    def name(self, *parts: str) -> str:
        """``cdc-<environment>-<part>…``: unique if no environment's name is the prefix of another's at a hyphen."""
        return "-".join(("cdc", self.environment, *parts))

    def connector_name(self, key: str, config: Connector) -> str:
        """What MSK Connect calls the connector ``key``; offsets are kept under this name."""
        return config.adopt.name if config.adopt else self.name(key)

    def log_group(self, *parts: str) -> str:
        """Under /aws/vendedlogs/, where log delivery does not fill the resource policy, whose size is limited.

        Source: CloudWatch Logs user guide, "Enabling logging from AWS services", policy size.
        """
        return "/".join(("/aws/vendedlogs/cdc", self.environment, *parts))

    def arn(self, service: str, resource: str) -> str:
        return f"arn:{self.partition}:{service}:{self.region}:{self.account_id}:{resource}"

    def role_arn(self, name: str) -> str:
        return f"arn:{self.partition}:iam::{self.account_id}:role{self.iam_path or '/'}{name}"

    @property
    def root_arn(self) -> str:
        """The account itself as a principal."""
        return f"arn:{self.partition}:iam::{self.account_id}:root"

    @property
    def logs_principal(self) -> str:
        """CloudWatch Logs: its principal alone has the region and the partition's domain (AWS CDK, region-info)."""
        return f"logs.{self.region}.{domain(self.region)}"

    def via_service(self, service: str) -> str:
        """A value of ``kms:ViaService``: .amazonaws.com in all partitions (KMS developer guide, condition keys)."""
        return f"{service}.{self.region}.amazonaws.com"
