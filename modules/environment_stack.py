"""What every stack of an environment has: provider, default tags, account guard and state."""

from modules import states
from modules.deployment import Deployment
from modules.environment.environment import Environment
from modules.environment.models.state import CloudState, S3State
from modules.storage.state_store import key_alias
from modules.synthesis.sdk import (
    AwsProvider,
    AwsProviderDefaultTags,
    CloudBackend,
    Construct,
    DataAwsCallerIdentity,
    LocalBackend,
    NamedCloudWorkspace,
    S3Backend,
    TerraformOutput,
    TerraformStack,
)

REQUIRED_TERRAFORM = ">= 1.10"


class EnvironmentStack(TerraformStack):
    """A stack ``<environment>-<part>``: provider, default tags, account guard and state."""

    def __init__(self, scope: Construct, part: str, *, config: Environment) -> None:
        super().__init__(scope, f"{config.name}-{part}")
        self.config = config
        self.add_override("terraform.required_version", REQUIRED_TERRAFORM)
        AwsProvider(
            self,
            "aws",
            region=config.region,
            allowed_account_ids=[config.account_id] if config.account_id else None,
            default_tags=[
                AwsProviderDefaultTags(tags={"environment": config.name, "project": "msk-cdc"} | config.tags)
            ],
        )
        self.deployment = Deployment(
            environment=config.name,
            region=config.region,
            partition=config.partition,
            account_id=DataAwsCallerIdentity(self, "account").account_id,
            permissions_boundary=config.permissions_boundary,
            iam_path=config.iam_path,
        )
        self._configure_backend(f"{config.name}-{part}")

    def _configure_backend(self, name: str) -> None:
        state = self.config.state
        if isinstance(state, S3State):
            self._s3_backend(state, name)
        elif isinstance(state, CloudState):
            workspace = NamedCloudWorkspace(name, project=state.project)
            CloudBackend(self, hostname=state.hostname, organization=state.organization, workspaces=workspace)
        else:
            LocalBackend(self, path=states.local_path(name))

    def _s3_backend(self, state: S3State, name: str) -> None:
        key = key_alias(self.deployment) if state.create else state.kms_key_arn
        S3Backend(
            self,
            bucket=state.bucket,
            key=states.s3_key(name),
            region=state.region or self.config.region,
            # Without a key, encrypt would use SSE-S3 instead of the bucket's default encryption.
            encrypt=True if key else None,
            kms_key_id=key,
            dynamodb_table=state.lock_table,
        )
        if state.lockfile:
            self.add_override("terraform.backend.s3.use_lockfile", True)

    def _output(self, name: str, value: str | list[str], description: str) -> None:
        TerraformOutput(self, name, value=value, description=description)
