"""IAM as the rehearsal's brokers and services enforce it."""
