"""Terraform plans: which changes lose data, and a summary for reviewers."""
