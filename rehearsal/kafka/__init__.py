"""Kafka brokers, ZooKeeper nodes and KRaft controllers behind the embedded MSK."""
