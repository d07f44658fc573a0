resource "aws_mskconnect_worker_configuration" "garden" {
  name                    = "garden"
  properties_file_content = <<-EOT
    key.converter=org.apache.kafka.connect.json.JsonConverter
    key.converter.schemas.enable=false
    value.converter=org.apache.kafka.connect.json.JsonConverter
    value.converter.schemas.enable=false
    offset.storage.topic=garden-offsets
  EOT
}

resource "aws_mskconnect_connector" "garden" {
  name = "garden"

  kafkaconnect_version = "3.7.x"

  capacity {
    provisioned_capacity {
      mcu_count    = 4
      worker_count = 1
    }
  }

  connector_configuration = {
    "connector.class"       = "io.debezium.connector.mysql.MySqlConnector"
    "tasks.max"             = "1"
    "database.hostname"     = "garden.cluster-clkjhgfdsaqw.eu-west-1.rds.amazonaws.com"
    "database.user"         = "$${secretsmanager:garden:username}"
    "database.password"     = "$${secretsmanager:garden:password}"
    "database.server.id"    = 7117
    "topic.prefix"          = "garden"
    "table.include.list"    = "garden\\.plants,garden\\.beds"
    "heartbeat.interval.ms" = "10000" # ten seconds
    "decimal.handling.mode" = "string"

    "schema.history.internal.kafka.topic"             = "garden-history"
    "schema.history.internal.kafka.bootstrap.servers" = aws_msk_cluster.events.bootstrap_brokers_sasl_iam
  }

  kafka_cluster {
    apache_kafka_cluster {
      bootstrap_servers = aws_msk_cluster.events.bootstrap_brokers_sasl_iam

      vpc {
        security_groups = [aws_security_group.connect.id]
        subnets         = var.private_subnets
      }
    }
  }

  kafka_cluster_client_authentication {
    authentication_type = "IAM"
  }

  kafka_cluster_encryption_in_transit {
    encryption_type = "TLS"
  }

  plugin {
    custom_plugin {
      arn      = aws_mskconnect_custom_plugin.debezium.arn
      revision = aws_mskconnect_custom_plugin.debezium.latest_revision
    }
  }

  worker_configuration {
    arn      = aws_mskconnect_worker_configuration.garden.arn
    revision = aws_mskconnect_worker_configuration.garden.latest_revision
  }

  service_execution_role_arn = aws_iam_role.connect.arn

  lifecycle {
    ignore_changes = [capacity]
  }
}
