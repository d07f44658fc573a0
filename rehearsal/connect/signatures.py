"""The messages of known faults: the cause of each in one line, and the next step.

The patterns match messages of Kafka Connect 3.7.2, Debezium 3.6.1 and MySQL 8.
"""

import re
from dataclasses import dataclass
from typing import Final

from modules.self_healing import causes

NO_CLASS: Final = "the class {name} is neither in the plugin nor in the worker; correct the name, or add its jar"


@dataclass(frozen=True)
class Signature:
    """A message that ``pattern`` finds.

    Names in braces in ``cause`` and ``next_step`` are groups of the pattern, or connector properties with _ for a dot.
    ``property`` is the one at fault, where the pattern has no group ``key``.
    """

    pattern: re.Pattern[str]
    cause: str
    next_step: str
    property: str


def _signature(pattern: str, line: str, at_fault: str = "") -> Signature:
    """``line`` is the cause, then a semicolon and the next step."""
    cause, _, step = line.partition("; ")
    return Signature(re.compile(pattern), cause, step, at_fault)


# The first match is the cause: messages of MySQL and class loaders come before the errors that follow from them.
SIGNATURES: Final = tuple(
    _signature(*one)
    for one in (
        (
            r"no changes will be captured",
            "the connector is RUNNING but captures nothing: no table that its user can see matches table.include.list"
            " {table_include_list!r}; correct source.tables, create the tables, or grant SELECT on them",
            "table.include.list",
        ),
        (
            r"Encountered change event for table (?P<table>\S+) whose schema isn't known to this connector",
            "the schema history does not have the structure of {table}, which is captured since a later deploy,"
            " or whose statement was skipped;"
            " deploy once with snapshot.mode: recovery, as docs/source-database.md says in Adding tables later",
            "table.include.list",
        ),
        (
            r"DDL statement couldn't be parsed[^\n]* with the statement '(?P<statement>[^\n]{0,159}[^\n'])",
            "Debezium cannot read a statement: {statement}; set schema_history.skip_unparseable_ddl, and where it is"
            " about a captured table also snapshot.mode: recovery, once",
            "schema.history.internal.skip.unparseable.ddl",
        ),
        (
            r"Error processing row in (?P<table>\S+), internal schema size (?P<known>\d+), but row size (?P<found>\d+)",
            "the table {table} has {found} columns, and the schema history has {known} of them, as after an ALTER"
            " without binlog; deploy once with snapshot.mode: recovery",
            "snapshot.mode",
        ),
        (
            r"Failed to properly convert (?:data|key) value for '(?P<table>[^']+)\.(?P<column>[^.']+)' of type"
            r" (?P<type>[^\n]+?)(?= \(io\.|\n|$)",
            "a value of {table}.{column} does not fit {type}, its type in the schema history; if an ALTER was not in"
            " the binlog, deploy once with snapshot.mode: recovery; if it came under a snapshot, restart the connector;"
            " else event.converting.failure.handling.mode: warn makes it null",
            "event.converting.failure.handling.mode",
        ),
        (
            r"Table definition has changed, please retry transaction",
            "the structure of a table changed while the snapshot was read; restart the connector: the snapshot begins"
            " again, so change no structure until it is over",
            "snapshot.locking.mode",
        ),
        (
            r"Access denied for user '(?P<user>[^']*)'@'[^']*' to database '(?P<database>[^']*)'",
            "the user {user!r} cannot read the database {database!r}; grant it SELECT there",
            "database.include.list",
        ),
        (
            r"Access denied for user '(?P<placeholder>\$\{[^}']*\})'",
            "the worker does not replace {placeholder}, as no provider of that name is declared; write"
            " ${{secretsmanager:NAME:key}}",
            "database.user",
        ),
        (
            r"Access denied for user '(?P<user>[^']*)'@'[^']*'(?: \(using password: (?P<password>YES|NO)\))?",
            "the database denies access to the user {user!r} (using password: {password}); compare the secret's"
            " username and password with the database's",
            "database.password",
        ),
        (
            r"(?P<what>\w+) command denied to user '(?P<user>[^']*)'@'[^']*' for table [`']?(?P<table>[^\s;`']+)",
            "the user {user!r} does not have the privilege {what} on {table}; grant it",
            "table.include.list",
        ),
        (
            r"you need \(at least one of\) the (?P<privilege>.+?) privilege\(s\)",
            "the database user does not have the privilege {privilege}; grant it directly, not through a role",
        ),
        (
            r"User does not have the '(?P<privilege>[\w ]+)' privilege",
            "the database user does not have the privilege {privilege}; grant it directly, not through a role",
        ),
        (
            r"not configured to use a (?P<value>\w+) (?P<name>binlog_\w+)",
            "the database must have {name}={value}; set it in the Aurora cluster's parameter group and reboot the"
            " writer",
        ),
        (
            r"No binlog appears to be available|[Bb]inary logging is not enabled|not using binary logging",
            "the database must write a binlog; set binlog_format=ROW in the Aurora cluster's parameter group and"
            " reboot the writer",
        ),
        (
            re.escape(causes.PURGED.phrase),
            causes.PURGED.cause,
        ),
        (
            r"(?:^|: )(?P<error>[^\n:]+?)\.? Error code: 1236",
            f"{causes.REFUSED.cause} ({{error}})",
        ),
        (
            r"(?:slave|replica) with the same (?:server_uuid/)?server_id",
            "another client reads the binlog with database.server.id {database_server_id}; each needs its own",
            "database.server.id",
        ),
        (
            r"history topic is missing",
            "the schema history topic {schema_history_internal_kafka_topic!r} is missing, while there are committed"
            " offsets; set snapshot.mode recovery once",
            "schema.history.internal.kafka.topic",
        ),
        (
            r"UnknownHostException: (?:Unable to resolve host )?(?P<host>[^\s:]+)",
            "the host name {host!r} of the database cannot be resolved",
            "database.hostname",
        ),
        (
            r"CertificateExpiredException|CertificateNotYetValidException|validity check failed",
            "the certificate of the database at {database_hostname}:{database_port} is not valid now; renew it",
            "database.ssl.truststore",
        ),
        (
            r"PKIX path building failed|CertPathValidatorException|unable to find valid certification path",
            "the certificate of the database at {database_hostname}:{database_port} is signed by no authority of the"
            " trust store; add the authority to the file of source.tls.ca_bundle",
            "database.ssl.truststore",
        ),
        (
            r"Server identity verification failed|identity was not confirmed",
            "the certificate of the database is not for {database_hostname}; connect to a name that it has, or set"
            " source.tls to verify: ca",
            "database.ssl.mode",
        ),
        (
            r"SSL Connection required, but not supported|javax\.net\.ssl\.SSL\w+Exception",
            "the database at {database_hostname}:{database_port} must offer TLS, as database.ssl.mode is"
            " {database_ssl_mode!r}",
            "database.ssl.mode",
        ),
        (
            r"Could not create connection to database server\.(?:\n(?!\[)[^\n]*)*\nCaused by: (?P<why>[^\n]+)",
            "the connection to {database_hostname}:{database_port} cannot be made: {why}; correct the properties that"
            " begin with database.",
            "database.hostname",
        ),
        (
            r"Communications link failure|Failed to (?:connect|authenticate) to MySQL",
            "no database answers at {database_hostname}:{database_port}; start it, and check security groups and"
            " routes",
            "database.hostname",
        ),
        (
            r"Failed to find any class that implements Connector and which name matches (?P<name>[\w.$]+)",
            "the connector.class {name} is not in the plugin; build it again",
            "connector.class",
        ),
        (
            r"(?:NoClassDefFoundError|ClassNotFoundException): (?!Could not)(?P<name>[\w./$]+)",
            NO_CLASS,
        ),
        (
            r"(?P<error>NoSuchMethodError|NoSuchFieldError|AbstractMethodError|IncompatibleClassChangeError"
            r"|UnsupportedClassVersionError|ServiceConfigurationError): (?P<name>[^\n]+)",
            "the plugin's jars are incompatible with the worker or each other, got {error} for {name}; see: cdc plugin"
            " inspect",
        ),
        (
            r"OutOfMemoryError: (?P<what>[^\n]+)",
            "the worker ran out of memory ({what}); raise capacity.mcu, or lower max.queue.size.in.bytes",
            "capacity.mcu",
        ),
        (
            r"Could not read properties from file (?P<name>[^\s:]+)",
            "the secret {name!r} is not in Secrets Manager; create it",
            "database.password",
        ),
        (
            r"Not authorized to access (?P<kind>topics?|group): \[?(?P<name>[^\]\s]+)",
            "the connector's role is not allowed to use the {kind} {name!r}",
        ),
        (
            r"create/find topic\(s\) '(?P<topic>[^']+)'[\s\S]*InvalidTopicException: (?P<why>[^\n]+)",
            "Kafka takes no topic of the name {topic!r}; names have letters, digits, dots, hyphens and underscores",
            "topic.prefix",
        ),
        (
            r"create/find topic\(s\) '(?P<topic>[^']+)'[\s\S]*replication factor of (?P<factor>\d+) cannot be reached"
            r" because only (?P<brokers>\d+)",
            "the topic {topic!r} needs {factor} brokers for its replicas, but only {brokers} run; lower"
            " topic.creation.default.replication.factor",
            "topic.creation.default.replication.factor",
        ),
        (
            r"create/find topic\(s\) '(?P<topic>[^']+)'[\s\S]*InvalidConfigurationException: (?P<why>[^\n]+)",
            "the brokers refuse a setting of the topic {topic!r}: {why}; correct topic.creation.default",
        ),
        (
            r"RecordTooLargeException: The message is (?P<bytes>\d+) bytes when serialized which is larger than"
            r" (?P<most>\d+), which is the value of the (?P<key>max\.request\.size)",
            "an event has {bytes} bytes, and the worker's producer sends at most {most}; set topics.max_message_bytes,"
            " or leave the large columns out with column.exclude.list, or shorten them with column.truncate.to.N.chars",
        ),
        (
            r"RecordTooLargeException|MESSAGE_TOO_LARGE",
            "an event is larger than its topic takes; set topics.max_message_bytes, which raises the limit of new"
            " topics and of the brokers, and alter max.message.bytes of topics that exist; or leave large columns out"
            " with column.exclude.list",
        ),
        (
            r"(?P<error>\w*AuthorizationException|SaslAuthenticationException): (?P<why>[^\n]+)",
            "the brokers deny access to the connector's role: {error}: {why}",
        ),
        (
            r"Topic '(?P<topic>[^']+)' supplied via the '(?P<key>[^']+)' property is required to have"
            r" '(?P<policy>[^']+)'",
            "the topic {topic!r} must have {policy}, as it is the {key}",
        ),
        (
            r"replication factor:? (?:of )?(?P<factor>\d+) larger than available brokers: (?P<brokers>\d+)",
            "a topic has replication factor {factor}, but only {brokers} brokers run",
        ),
        (
            r"BindException: Address already in use",
            "another process listens where a worker of the rehearsal has to; stop it: ss -ltnp shows it",
        ),
        (
            r"Failed to connect to and describe Kafka cluster|Timed out waiting for a node assignment"
            r"|No resolvable bootstrap urls|Connection to node -?\d+ .*could not be established",
            "no broker answers the worker; check the cluster's state, security groups and routes",
        ),
        (
            r"PatternSyntaxException: (?P<why>[^\n]+)\n(?P<value>[^\n]+)",
            "a regular expression is invalid, got {value!r}: {why}; correct it",
        ),
    )
)
# After what the connector's validation says.
LAST: Final = tuple(
    _signature(*one)
    for one in (
        (
            r"ConfigException: Invalid value (?P<value>\S*) for configuration (?P<key>[\w.-]+)(?:: (?P<why>[^\n]+))?",
            "the worker refuses {key}, got {value!r}: {why}; correct it",
        ),
        (
            r"ConfigException: Unknown configuration 'predicates\.(?P<predicate>[\w-]+)\.type'",
            "a transform names the predicate {predicate!r}, which is not in the list predicates; add it there, with its"
            " predicates.{predicate}.type",
        ),
        (r"ConfigException: (?P<why>[^\n]+)", "the worker refuses its configuration: {why}"),
    )
)
