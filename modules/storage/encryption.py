"""A customer managed KMS key."""

from collections.abc import Sequence

from modules.deployment import Deployment
from modules.iam import resource_policies
from modules.synthesis.sdk import Construct, KmsAlias, KmsKey, TerraformResourceLifecycle


class Key(Construct):
    """A customer managed key with rotation, used only through ``services``; without it the data is lost.

    Public: ``arn`` (str, a token), ``alias`` (str, known at synthesis).
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        description: str,
        deployment: Deployment,
        services: Sequence[str],
        grants: Sequence[str] = (),
        log_groups: bool = False,
        alarms: bool = False,
    ) -> None:
        super().__init__(scope, id_)
        key = KmsKey(
            self,
            "key",
            description=description,
            enable_key_rotation=True,
            deletion_window_in_days=30,
            policy=resource_policies.key(
                deployment, services=services, grants=grants, log_groups=log_groups, alarms=alarms
            ),
            lifecycle=TerraformResourceLifecycle(prevent_destroy=True),
        )
        self.alias = f"alias/{name}"
        KmsAlias(self, "alias", name=self.alias, target_key_id=key.key_id)
        self.arn = key.arn
