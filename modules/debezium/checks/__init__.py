"""What Kafka Connect and Debezium ignore, refuse minutes after a deploy, or do in silence: found before one."""
