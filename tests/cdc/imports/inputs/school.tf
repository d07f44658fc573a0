module "pupils" {
  source = "./modules/connector"

  name = "school-pupils"
  connector_configuration = {
    "connector.class"                     = "io.debezium.connector.mysql.MySqlConnector"
    "database.hostname"                   = "school.cluster-clkjhgfdsaqw.eu-west-1.rds.amazonaws.com"
    "database.user"                       = "$${secretsmanager:school:username}"
    "database.password"                   = "$${secretsmanager:school:password}"
    "database.server.id"                  = "7119"
    "topic.prefix"                        = "school"
    "table.include.list"                  = "school\\.pupils"
    "column.exclude.list"                 = "school\\.pupils\\.(address|phone)"
    "schema.history.internal.kafka.topic" = "school-history"
    "heartbeat.interval.ms"               = "10000"
    "key.converter"                       = "org.apache.kafka.connect.json.JsonConverter"
    "key.converter.schemas.enable"        = "false"
    "value.converter"                     = "org.apache.kafka.connect.json.JsonConverter"
    "value.converter.schemas.enable"      = "false"
  }
}

module "teachers" {
  source = "./modules/connector"

  name = "school-teachers"
  config = {
    "connector.class"                     = "io.debezium.connector.mysql.MySqlConnector"
    "database.hostname"                   = "school.cluster-clkjhgfdsaqw.eu-west-1.rds.amazonaws.com"
    "database.user"                       = "$${secretsmanager:school:username}"
    "database.password"                   = "$${secretsmanager:school:password}"
    "database.server.id"                  = "7120"
    "topic.prefix"                        = "school-teachers"
    "table.include.list"                  = "school\\.teachers"
    "schema.history.internal.kafka.topic" = "school-teachers-history"
    "heartbeat.interval.ms"               = "10000"
    "key.converter"                       = "org.apache.kafka.connect.json.JsonConverter"
    "key.converter.schemas.enable"        = "false"
    "value.converter"                     = "org.apache.kafka.connect.json.JsonConverter"
    "value.converter.schemas.enable"      = "false"
  }
}
