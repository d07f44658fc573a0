locals {
  prefix = "cinema"
  secret = "cinema/debezium"
  tables = ["screenings", "seats"]

  json = {
    "key.converter"                  = "org.apache.kafka.connect.json.JsonConverter"
    "key.converter.schemas.enable"   = false
    "value.converter"                = "org.apache.kafka.connect.json.JsonConverter"
    "value.converter.schemas.enable" = false
  }
}

resource "aws_mskconnect_connector" "cinema" {
  name                 = "${local.prefix}-cdc"
  kafkaconnect_version = "3.7.x"

  capacity {
    provisioned_capacity {
      mcu_count    = 1
      worker_count = 1
    }
  }

  # What all connectors have, and then this one's own.
  connector_configuration = merge(local.json, {
    "connector.class"    = "io.debezium.connector.mysql.MySqlConnector",
    "tasks.max"          = 1,
    "database.hostname"  = "cinema.cluster-clkjhgfdsaqw.eu-west-1.rds.amazonaws.com",
    "database.user"      = "$${secretsmanager:${local.secret}:username}",
    "database.password"  = "$${secretsmanager:${local.secret}:password}",
    "database.server.id" = "7118",
    "topic.prefix"       = local.prefix,
    "table.include.list" = join(",", [
      "${local.prefix}.screenings",
      "${local.prefix}.seats", # sold or free
    ]),
    "snapshot.mode"         = "no_data"
    "heartbeat.interval.ms" = 10000

    transforms                          = "route"
    "transforms.route.type"             = "org.apache.kafka.connect.transforms.RegexRouter"
    "transforms.route.regex"            = "cinema\\.cinema\\.(.*)"
    "transforms.route.replacement"      = "cinema.$1"
    "schema.history.internal.kafka.topic" = "${local.prefix}-history"
  })

  kafka_cluster {
    apache_kafka_cluster {
      bootstrap_servers = var.brokers
      vpc {
        security_groups = var.groups
        subnets         = var.subnets
      }
    }
  }
  kafka_cluster_client_authentication { authentication_type = "IAM" }
  kafka_cluster_encryption_in_transit { encryption_type = "TLS" }
  plugin {
    custom_plugin {
      arn      = var.plugin_arn
      revision = 1
    }
  }
  service_execution_role_arn = var.role_arn
}
