"""Rehearses an environment on this machine: real Terraform, Kafka, Kafka Connect and Debezium, and an embedded AWS."""
