"""Broken pipelines: what their workers said, and the finding that each must be.

The texts were recorded in real runs, with the stack frames of other libraries left out.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rehearsal.connect import refusals
from tests.places import ROOT

RECORDED = ROOT / "tests/rehearsal/connect/recorded"
HOST = "shop.cluster-abc.eu-west-1.rds.amazonaws.com"
TRANSFORMS = "org.apache.kafka.connect.transforms."
ROUTER = f"{TRANSFORMS}RegexRouter"


@dataclass(frozen=True)
class Broken:
    """A connector with ``properties`` of its file, or ``deployed`` ones that no file has, and what its worker said."""

    name: str
    cause: str
    at: str
    step: str
    properties: Mapping[str, Any] = field(default_factory=dict)
    deployed: Mapping[str, str] = field(default_factory=dict)
    text: str = ""
    places: Mapping[str, str] = field(default_factory=dict)


def transform(alias: str, type_: str, **more: str) -> dict[str, str]:
    return {"transforms": alias, f"transforms.{alias}.type": type_} | {
        f"transforms.{alias}.{key}": value for key, value in more.items()
    }


def invalid(key: str, value: str, why: str) -> str:
    """A value that Kafka's own validation refuses."""
    return refusals.line(key, f"Invalid value {value} for configuration {key.rpartition('.')[2]}: {why}")


CASES = [
    Broken(
        "transform-throws",
        "the transform key (ValueToKey) fails on an event: DataException: Field does not exist: nope",
        "properties.transforms.key.type",
        "a predicate",
        transform("key", f"{TRANSFORMS}ValueToKey", fields="nope"),
        places={"transform": "key"},
    ),
    Broken(
        "outbox-of-another-table",
        "the transform outbox (EventRouter) fails on an event: ConnectException: Unable to find payload field",
        "properties.transforms.outbox.type",
        "an outbox table only",
        transform("outbox", "io.debezium.transforms.outbox.EventRouter"),
        places={"transform": "outbox"},
    ),
    Broken(
        "timestamp-of-a-struct",
        "the transform t (TimestampConverter$Value) fails on an event: ",
        "properties.transforms.t.type",
        "a predicate",
        transform("t", f"{TRANSFORMS}TimestampConverter$Value", field="before"),
        places={"transform": "t", "topic": "shop.shop.customers"},
    ),
    Broken(
        "cast-out-of-range",
        "the transform t (Cast$Value) fails on an event: ",
        "properties.transforms.t.type",
        "a predicate",
        transform("t", f"{TRANSFORMS}Cast$Value", spec="op:int32"),
    ),
    Broken(
        "router-group",
        "the transform route (RegexRouter) fails on an event: IndexOutOfBoundsException: No group 3",
        "properties.transforms.route.type",
        "correct it",
        transform("route", ROUTER, regex="(.*)", replacement="a$3"),
    ),
    Broken(
        "converter-of-bytes",
        "value.converter (ByteArrayConverter) cannot write an event: DataException: Invalid schema type",
        "properties.value.converter",
        "choose a converter",
        {"value.converter": "org.apache.kafka.connect.converters.ByteArrayConverter"},
    ),
    Broken(
        "converter-of-keys",
        "key.converter (IntegerConverter) cannot write an event: DataException: Failed to serialize",
        "properties.key.converter",
        "choose a converter",
        {"key.converter": "org.apache.kafka.connect.converters.IntegerConverter"},
    ),
    Broken(
        "time-zone",
        f"the connection to {HOST}:3306 cannot be made: java.time.zone.ZoneRulesException: Unknown time-zone ID",
        "source.cluster",
        "begin with database.",
        {"database.connectionTimeZone": "Mars/Olympus"},
    ),
    Broken(
        "port-out-of-range",
        f"the connection to {HOST}:70000 cannot be made: java.lang.IllegalArgumentException: port out of range:70000",
        "source.cluster",
        "begin with database.",
        deployed={"database.port": "70000"},
    ),
    Broken(
        "port-closed",
        f"no database answers at {HOST}:3307",
        "source.cluster",
        "security groups",
        deployed={"database.port": "3307"},
    ),
    Broken(
        "gtid-pattern",
        "a regular expression is invalid, got '(': Unclosed group near index 1",
        "properties.gtid.source.includes",
        "correct it",
        {"gtid.source.includes": "("},
    ),
    Broken(
        "undeclared-provider",
        "the worker does not replace ${vault:x:y}",
        "source.secret",
        "${secretsmanager:NAME:key}",
        deployed={"database.user": "${vault:x:y}"},
    ),
    Broken(
        "missing-class",
        "the class no.such.Converter is neither in the plugin nor in the worker",
        "properties.boolean.type",
        "correct the name",
        {"converters": "boolean", "boolean.type": "no.such.Converter"},
    ),
    Broken(
        "history-missing",
        "the schema history topic 'schema-history.shop' is missing",
        "",
        "snapshot.mode recovery",
    ),
    Broken(
        "undefined-predicate",
        "a transform names the predicate 'nope', which is not in the list predicates",
        "",
        "predicates.nope.type",
        transform("d", f"{TRANSFORMS}Filter", predicate="nope"),
    ),
    Broken("no-table", "the connector is RUNNING but captures nothing", "source.tables", "correct source.tables"),
    Broken(
        "unknown transform",
        "the class org.example.Route is neither in the plugin nor in the worker",
        "properties.transforms.route.type",
        "correct the name, or add its jar",
        transform("route", "org.example.Route"),
        text=invalid("transforms.route.type", "org.example.Route", "Class org.example.Route could not be found."),
    ),
    Broken(
        "wrong converter class",
        "the class org.example.Nothing is neither in the plugin nor in the worker",
        "properties.value.converter",
        "correct the name, or add its jar",
        {"value.converter": "org.example.Nothing"},
        text=refusals.line(
            "value.converter",
            "Invalid value org.example.Nothing for configuration value.converter: Class org.example.Nothing could not"
            " be found.",
        ),
    ),
    Broken(
        "transform without a setting",
        "transforms.route.replacement must be set",
        "",
        "cdc explain transforms.route.replacement",
        transform("route", ROUTER, regex=".*"),
        text=refusals.line(
            "transforms.route.replacement",
            'Missing required configuration "transforms.route.replacement" which has no default value.',
        ),
    ),
    Broken(
        "bad predicate",
        "the connector refuses predicates.p.pattern, got '(': Invalid regex: Unclosed group",
        "properties.predicates.p.pattern",
        "cdc explain predicates.p.pattern",
        {"predicates": "p", "predicates.p.pattern": "("},
        text=invalid("predicates.p.pattern", "(", "Invalid regex: Unclosed group near index 1"),
    ),
    Broken(
        "invalid property",
        "the connector refuses decimal.handling.mode, got 'exact': Value must be one of string, double, precise",
        "properties.decimal.handling.mode",
        "cdc explain decimal.handling.mode",
        {"decimal.handling.mode": "exact"},
        text=refusals.line(
            "decimal.handling.mode",
            "The 'decimal.handling.mode' value is invalid: Value must be one of string, double, precise",
        ),
    ),
    Broken(
        "wrong password",
        "the database denies access to the user 'cdc' (using password: YES)",
        "source.secret",
        "compare the secret's",
        text="java.sql.SQLException: Access denied for user 'cdc'@'127.0.0.1' (using password: YES)",
    ),
    Broken(
        "wrong host",
        "the host name 'nobody.example' of the database cannot be resolved",
        "source.cluster",
        "",
        text="Caused by: java.net.UnknownHostException: nobody.example: Name or service not known",
    ),
    Broken(
        "binlog row image",
        "the database must have binlog_row_image=FULL",
        "",
        "reboot the writer",
        text="io.debezium.DebeziumException: The MySQL server is not configured to use a FULL binlog_row_image, which"
        " is required for this connector to work properly. Change the MySQL configuration",
    ),
    Broken(
        "server id clash",
        "another client reads the binlog with database.server.id 5501",
        "source.server_id",
        "each needs its own",
        text="Caused by: com.github.shyiko.mysql.binlog.network.ServerException: A slave with the same"
        " server_uuid/server_id as this slave has connected to the master",
    ),
    Broken(
        "record too large",
        "an event has 2160720 bytes, and the worker's producer sends at most 1048576",
        "",
        "column.exclude.list",
        text="Caused by: org.apache.kafka.common.errors.RecordTooLargeException: The message is 2160720 bytes when"
        " serialized which is larger than 1048576, which is the value of the max.request.size configuration.",
    ),
    Broken(
        "worker out of memory",
        "the worker ran out of memory (Java heap space)",
        "capacity.mcu",
        "raise capacity.mcu",
        text="Terminating due to java.lang.OutOfMemoryError: Java heap space",
    ),
    Broken(
        "too few brokers",
        "the topic 'other1' needs 3 brokers for its replicas, but only 1 run",
        "",
        "lower topic.creation",
        text="ConnectException: Error while attempting to create/find topic(s) 'other1'\n"
        "Caused by: org.apache.kafka.common.errors.InvalidReplicationFactorException: Unable to replicate the partition"
        " 3 time(s): The target replication factor of 3 cannot be reached because only 1 broker(s) are registered.",
        places={"topic": "other1"},
    ),
    Broken(
        "illegal topic",
        "Kafka takes no topic of the name 'a bshop'",
        "properties.transforms.route.replacement",
        "letters, digits",
        transform("route", ROUTER, regex="(.*)", replacement="a b$1"),
        text="ConnectException: Error while attempting to create/find topic(s) 'a bshop'\n"
        "Caused by: org.apache.kafka.common.errors.InvalidTopicException: The request attempted to perform an operation"
        " on an invalid topic.",
        places={"topic": "a bshop"},
    ),
]
