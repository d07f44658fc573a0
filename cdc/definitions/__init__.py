"""Where modules/debezium/releases comes from: the definitions that Debezium's and Kafka's own jars hold."""
