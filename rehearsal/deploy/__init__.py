"""Runs real Terraform on the synthesized stacks."""
