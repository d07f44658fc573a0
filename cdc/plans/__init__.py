"""Terraform's plans, read: what in them loses data, and what a reviewer should know about them."""
