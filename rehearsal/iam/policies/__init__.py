"""IAM's policies: parsed, and evaluated as AWS does."""
