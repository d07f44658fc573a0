"""``cdc deployer-policy``: the IAM policy that deploying an environment needs."""
