"""The real judge: a JVM with a plugin's own jars, which says what Debezium and Kafka Connect think of a connector."""
