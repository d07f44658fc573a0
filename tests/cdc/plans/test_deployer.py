"""The deployer's policy of the environment that all plans here are of: it deploys, and nothing is denied."""

from tests.cdc.plans.world import World


def test_everything_was_deployed_with_the_deployers_policy(deployed_world: World) -> None:
    assert deployed_world.denials == []
    roles = deployed_world.account.client("iam").list_roles()["Roles"]
    assert "cdc-prod-orders-worker" in {one["RoleName"] for one in roles}
