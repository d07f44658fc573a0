"""IAM as brokers, MSK Connect and Secrets Manager enforce it: policies, roles, signatures, the brokers' authorizer."""
