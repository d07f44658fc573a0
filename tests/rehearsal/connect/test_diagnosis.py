"""One line for the cause in messages of Kafka Connect, Debezium, MySQL and the JVM; all were logged in real runs."""

import pytest

from rehearsal.connect.diagnosis import cannot_recover, diagnose, problems

CONFIGURATION = {
    "database.hostname": "db.example",
    "database.port": "3306",
    "database.server.id": "5401",
    "database.ssl.mode": "required",
    "table.include.list": r"shop\.orders",
    "schema.history.internal.kafka.topic": "schema-history.shop",
}
STAMP = "[2026-11-21 15:59:01,432]"


@pytest.mark.parametrize(
    ("message", "cause"),
    [
        (
            "java.sql.SQLException: Access denied for user 'cdc'@'10.0.0.7' (using password: NO)",
            "the database denies access to the user 'cdc' (using password: NO); compare the secret's username and"
            " password with the database's",
        ),
        (
            "java.sql.SQLException: Access denied for user 'cdc'@'%' to database 'shop'",
            "the user 'cdc' cannot read the database 'shop'; grant it SELECT there",
        ),
        (
            "java.sql.SQLSyntaxErrorException: SELECT command denied to user 'cdc'@'10.0.0.7' for table 'orders'",
            "the user 'cdc' does not have the privilege SELECT on orders; grant it",
        ),
        (
            "io.debezium.DebeziumException: Encountered change event for table crm.accounts whose schema isn't known to"
            " this connector. One possible cause is an incomplete database schema history topic.",
            "the schema history does not have the structure of crm.accounts, which is captured since a later deploy,"
            " or whose statement was skipped; deploy once with snapshot.mode: recovery, as docs/source-database.md says"
            " in Adding tables later",
        ),
        (
            "Access denied; you need (at least one of) the RELOAD privilege(s) for this operation",
            "the database user does not have the privilege RELOAD; grant it directly, not through a role",
        ),
        (
            "io.debezium.DebeziumException: The connector is trying to read change stream starting at"
            " BinlogOffsetContext{}, but this is no longer available on the server. Reconfigure the connector",
            "the database does not have the binlog position of the committed offset: it is purged, or another database"
            " has the name; take a new snapshot, and raise binlog retention hours",
        ),
        (
            "Caused by: io.debezium.DebeziumException: A slave with the same server_uuid/server_id as this slave has"
            " connected to the master",
            "another client reads the binlog with database.server.id 5401; each needs its own",
        ),
        (
            "io.debezium.DebeziumException: The db history topic is missing. You may attempt to recover it",
            "the schema history topic 'schema-history.shop' is missing, while there are committed offsets; set"
            " snapshot.mode recovery once",
        ),
        (
            "java.sql.SQLNonTransientConnectionException: SSL Connection required, but not supported by server.",
            "the database at db.example:3306 must offer TLS, as database.ssl.mode is 'required'",
        ),
        (
            "io.debezium.DebeziumException: Could not find first log file name in binary log index file Error code:"
            " 1236; SQLSTATE: HY000.",
            "error 1236: the database does not have the binlog position of the committed offset: it is purged, or"
            " another database has the name; take a new snapshot, and raise binlog retention hours (Could not find"
            " first log file name in binary log index file)",
        ),
        (
            "io.debezium.text.ParsingException: DDL statement couldn't be parsed. Please open a GitHub issue at"
            " https://github.com/debezium/dbz/issues with the statement 'ALTER TABLE d4 REORGANIZE PARTITION'",
            "Debezium cannot read a statement: ALTER TABLE d4 REORGANIZE PARTITION; set"
            " schema_history.skip_unparseable_ddl, and where it is about a captured table also snapshot.mode: recovery,"
            " once",
        ),
        (
            "io.debezium.DebeziumException: Error processing row in t, internal schema size 3, but row size 5 , restart"
            " connector with schema recovery mode.",
            "the table t has 5 columns, and the schema history has 3 of them, as after an ALTER without binlog; deploy"
            " once with snapshot.mode: recovery",
        ),
        (
            "io.debezium.DebeziumException: Failed to properly convert data value for 'drift.t.n' of type INT UNSIGNED",
            "a value of drift.t.n does not fit INT UNSIGNED, its type in the schema history; if an ALTER was not in the"
            " binlog, deploy once with snapshot.mode: recovery; if it came under a snapshot, restart the connector;"
            " else event.converting.failure.handling.mode: warn makes it null",
        ),
        (
            "Caused by: java.sql.SQLException: Table definition has changed, please retry transaction",
            "the structure of a table changed while the snapshot was read; restart the connector: the snapshot begins"
            " again, so change no structure until it is over",
        ),
        (
            "Terminating due to java.lang.OutOfMemoryError: Java heap space",
            "the worker ran out of memory (Java heap space); raise capacity.mcu, or lower max.queue.size.in.bytes",
        ),
        (
            "org.apache.kafka.common.errors.TopicAuthorizationException: Not authorized to access topics: [shop.a]",
            "the connector's role is not allowed to use the topics 'shop.a'",
        ),
        (
            "org.apache.kafka.common.errors.GroupAuthorizationException: Not authorized to access group: shop-group",
            "the connector's role is not allowed to use the group 'shop-group'",
        ),
        (
            "org.apache.kafka.common.errors.SaslAuthenticationException: [5f0c]: Access denied",
            "the brokers deny access to the connector's role: SaslAuthenticationException: [5f0c]: Access denied",
        ),
        (
            "org.apache.kafka.connect.errors.ConnectException: Failed to connect to and describe Kafka cluster. Check"
            " worker's broker connection and security properties.",
            "no broker answers the worker; check the cluster's state, security groups and routes",
        ),
        (
            "Caused by: java.net.BindException: Address already in use",
            "another process listens where a worker of the rehearsal has to; stop it: ss -ltnp shows it",
        ),
        (
            "java.lang.NoSuchMethodError: 'void org.example.Library.call()'",
            "the plugin's jars are incompatible with the worker or each other, got NoSuchMethodError for 'void"
            " org.example.Library.call()'; see: cdc plugin inspect",
        ),
        (
            "org.example.StrangeException: at odds\n\tat org.example.Strange.run(Strange.java:1)\n",
            "the connector does not run: org.example.StrangeException: at odds",
        ),
        ("", "the connector does not run: its log is empty"),
    ],
)
def test_a_cause_is_one_line(message: str, cause: str) -> None:
    [found] = diagnose(message, configuration=CONFIGURATION)
    assert f"{found}\n".startswith(f"{cause}\n")
    assert found.evidence in message.rstrip()


CONVERTING = "at org.apache.kafka.connect.runtime.AbstractWorkerSourceTask.lambda$convertTransformedRecord$6"
CLIENT = "io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException"


@pytest.mark.parametrize(
    ("cause", "refused"),
    [
        (f"{CLIENT}: asks for a login; error code: 401", ", as the schema registry refuses the login: RestClient"),
        ("io.apicurio.rest.client.auth.exception.NotAuthorizedException: no", ", as the schema registry refuses the"),
        (f"{CLIENT}: is incompatible; error code: 409", ", as the schema registry refuses another version of a schema"),
        (f"{CLIENT}: has failed; error code: 500", ": DataException: Failed"),
    ],
    ids=["401", "Apicurio's login", "409", "another error"],
)
def test_what_a_schema_registry_refuses_is_named(cause: str, refused: str) -> None:
    causes = ["ConnectException: Tolerance", "Caused by: org.x.DataException: Failed", f"\t{CONVERTING}(A.java:1)"]
    [found] = diagnose("\n".join([*causes, f"Caused by: {cause}"]), configuration=CONFIGURATION)
    assert f"key.converter or value.converter cannot write an event{refused}" in str(found)


def test_a_stack_trace_takes_precedence_over_the_log() -> None:
    trace = "io.debezium.DebeziumException: The db history topic is missing."
    log = "java.lang.OutOfMemoryError: Java heap space"
    assert "history" in str(diagnose(trace, log, configuration=CONFIGURATION))
    assert "memory" in str(diagnose("java.lang.IllegalStateException", log, configuration=CONFIGURATION))


def test_problems_are_warnings_errors_and_messages_of_the_jvm() -> None:
    bad = [f"{STAMP} ERROR Failed (org.example.Worker:1)", "java.lang.Exception: no", "\tat org.example.Worker.run"]
    jvm = "Terminating due to java.lang.OutOfMemoryError: Java heap space"
    good = [f"{STAMP} INFO Values: (org.example.Config:1)", "\tretries = 1", "Nov 21, 2026 3:58:49 PM Client connect"]
    assert problems("\n".join([*good, *bad, *good, jvm])).splitlines() == [*bad, jvm]


def test_an_exception_of_an_info_record_is_no_problem() -> None:
    """Debezium may not describe its topic's settings, says so at INFO, and does without."""
    record = f"{STAMP} INFO Attempted to validate database schema history topic but failed (io.debezium.History:574)"
    stack = [
        "java.util.concurrent.ExecutionException: org.apache.kafka.common.errors.TopicAuthorizationException: denied",
        "\tat io.debezium.storage.kafka.history.KafkaSchemaHistory.lambda$checkStorageSettings$0(K.java:521)",
        "Caused by: org.apache.kafka.common.errors.TopicAuthorizationException: denied",
    ]
    assert problems("\n".join([record, *stack])) == ""
    assert problems("\n".join(stack)).splitlines() == stack[:1]
    failed = "io.debezium.DebeziumException: at odds"
    assert "at odds" in str(diagnose(failed, problems("\n".join([record, *stack])), configuration=CONFIGURATION)[0])


@pytest.mark.parametrize(
    ("log", "never"),
    [
        ("Creating task shop-0\nno changes will be captured", True),
        ("Creating task shop-0\nWARN Going to restart connector after 10 sec. after a retriable exception", True),
        ("Creating task shop-0\nERROR Producer failure", True),
        ("ERROR Producer failure\nCreating task shop-0", False),
        ("ERROR Producer failure", False),
        ("ERROR Uncaught exception in herder work thread, exiting:\nCreating task shop-0", True),
    ],
)
def test_only_the_newest_task_counts(log: str, never: bool) -> None:
    assert cannot_recover(log) is never
