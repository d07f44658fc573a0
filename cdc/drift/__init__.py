"""``cdc drift``: what has changed that Terraform cannot see."""
