"""The store of Terraform's state: a bucket and a lock table."""

from modules.deployment import Deployment
from modules.environment.models.state import S3State
from modules.storage.bucket import PrivateBucket
from modules.storage.encryption import Key
from modules.synthesis.sdk import Construct, DynamodbTable, DynamodbTableAttribute, TerraformResourceLifecycle

# Long enough to notice that the latest state is wrong.
KEEP_DAYS = 365


def key_alias(deployment: Deployment) -> str:
    """The alias of the state's key, known before the key exists."""
    return f"alias/{deployment.name('state')}"


class StateStore(Construct):
    """A private, versioned bucket, encrypted with its own key, and the lock table."""

    def __init__(self, scope: Construct, id_: str, *, config: S3State, deployment: Deployment) -> None:
        super().__init__(scope, id_)
        key = Key(
            self,
            "key",
            name=deployment.name("state"),
            description=f"Terraform state of {deployment.environment}",
            deployment=deployment,
            services=["s3", "dynamodb"],
            grants=["dynamodb"],
        )
        self.bucket = PrivateBucket(self, "bucket", name=config.bucket, key_arn=key.arn, keep_days=KEEP_DAYS)
        self.lock_table = DynamodbTable(
            self,
            "locks",
            name=config.lock_table,
            billing_mode="PAY_PER_REQUEST",
            hash_key="LockID",
            attribute=[DynamodbTableAttribute(name="LockID", type="S")],
            server_side_encryption={"enabled": True, "kms_key_arn": key.arn},
            point_in_time_recovery={"enabled": True},
            deletion_protection_enabled=True,
            lifecycle=TerraformResourceLifecycle(prevent_destroy=True),
        )
