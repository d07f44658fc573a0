"""What a request to AWS asks IAM for: actions on resources."""
