"""Generates modules/debezium/releases: property definitions from Debezium's and Kafka's own jars."""
