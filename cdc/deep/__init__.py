"""Validation by the plugin itself: Debezium's and Kafka Connect's own classes, in a JVM."""
