"""Kafka Connect workers and connectors behind the embedded MSK Connect."""
