"""Finds out why a connector does not run: one line for the cause, and the log lines that show it.

The patterns match messages of Kafka Connect 3.7.2, Debezium 3.6.1 and MySQL 8.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

_EVIDENCE_LINES: Final = 6
_EVIDENCE_WIDTH: Final = 400
_RECORD: Final = re.compile(r"\[\d{4}-\d\d-\d\d [\d:,]+\] (TRACE|DEBUG|INFO|WARN|ERROR|FATAL) ")
_JVM: Final = re.compile(r"Terminating due to|Error |Exception in thread|[\w.$]+(?:Exception|Error)\b")
_EXCEPTION: Final = re.compile(r"Caused by:|\] (?:ERROR|FATAL) |^[\w.$]+(?:Exception|Error)\b")


@dataclass(frozen=True)
class Diagnosis:
    """``cause`` says what is wrong and how to fix it; ``evidence`` are the log lines that show it."""

    cause: str
    evidence: str = ""

    def __str__(self) -> str:
        return f"{self.cause}\n{self.evidence}" if self.evidence else self.cause


_DEAD_WORKER: Final = "Uncaught exception in herder work thread"
# The task runs but will never capture anything; MSK Connect still shows RUNNING.
_TASK_CANNOT_RECOVER: Final = re.compile(
    r"no changes will be captured|Going to restart connector after|ERROR Producer failure"
)
_TASK: Final = "Creating task "
STREAMING: Final = re.compile(r"Connected to binlog at")
FAILED: Final = re.compile(
    r"uncaught and unrecoverable exception|failed initialization and will not be started"
    r"|Failed to start (?:connector|task)"
)

# The first match is the cause: messages of MySQL and class loaders come before the errors that follow from them.
# Names in braces are groups of the pattern, or connector properties with _ for a dot.
_CAUSES: Final = tuple(
    (re.compile(pattern), line)
    for pattern, line in (
        (
            r"no changes will be captured",
            "the connector is RUNNING but captures nothing: no table that its user can see matches table.include.list"
            " {table_include_list!r}; correct source.tables, create the tables, or grant SELECT on them",
        ),
        (
            r"Access denied for user '(?P<user>[^']*)'@'[^']*' to database '(?P<database>[^']*)'",
            "the user {user!r} cannot read the database {database!r}; grant it SELECT there",
        ),
        (
            r"Access denied for user '(?P<user>[^']*)'@'[^']*'(?: \(using password: (?P<password>YES|NO)\))?",
            "the database denies access to the user {user!r} (using password: {password}); compare the secret's"
            " username and password with the database's",
        ),
        (
            r"(?P<what>\w+) command denied to user '(?P<user>[^']*)'@'[^']*' for table [`']?(?P<table>[^\s;`']+)",
            "the user {user!r} does not have the privilege {what} on {table}; grant it",
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
            r"no longer available on the server",
            "the binlog position of the committed offset is purged; raise binlog retention hours, and take a new"
            " snapshot",
        ),
        (
            r"(?:slave|replica) with the same (?:server_uuid/)?server_id",
            "another client reads the binlog with database.server.id {database_server_id}; each needs its own",
        ),
        (
            r"history topic is missing",
            "the schema history topic {schema_history_internal_kafka_topic!r} is missing, while there are committed"
            " offsets; set snapshot.mode recovery once",
        ),
        (
            r"UnknownHostException: (?:Unable to resolve host )?(?P<host>[^\s:]+)",
            "the host name {host!r} of the database cannot be resolved",
        ),
        (
            r"SSL Connection required, but not supported|javax\.net\.ssl\.SSL\w+Exception",
            "the database at {database_hostname}:{database_port} must offer TLS, as database.ssl.mode is"
            " {database_ssl_mode!r}",
        ),
        (
            r"Communications link failure|Failed to (?:connect|authenticate) to MySQL",
            "no database answers at {database_hostname}:{database_port}; start it, and check security groups and"
            " routes",
        ),
        (
            r"Failed to find any class that implements Connector and which name matches (?P<name>[\w.$]+)",
            "the connector.class {name} is not in the plugin; build it again",
        ),
        (
            r"(?:NoClassDefFoundError|ClassNotFoundException): (?!Could not)(?P<name>[\w./$]+)",
            "the class {name} is neither in the plugin nor in the worker; build the plugin again",
        ),
        (
            r"(?P<error>NoSuchMethodError|NoSuchFieldError|AbstractMethodError|IncompatibleClassChangeError"
            r"|UnsupportedClassVersionError|ServiceConfigurationError): (?P<name>[^\n]+)",
            "the plugin's jars are incompatible with the worker or each other, got {error} for {name}; see: cdc plugin"
            " inspect",
        ),
        (
            r"OutOfMemoryError: (?P<what>[^\n]+)",
            "the worker ran out of memory ({what}); raise capacity.mcu, or lower max.queue.size and max.batch.size",
        ),
        (
            r"Could not read properties from file (?P<name>[^\s:]+)",
            "the secret {name!r} is not in Secrets Manager; create it",
        ),
        (
            r"Not authorized to access (?P<kind>topics?|group): \[?(?P<name>[^\]\s]+)",
            "the connector's role is not allowed to use the {kind} {name!r}",
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
            r"Failed to connect to and describe Kafka cluster|Timed out waiting for a node assignment"
            r"|No resolvable bootstrap urls|Connection to node -?\d+ .*could not be established",
            "no broker answers the worker; check the cluster's state, security groups and routes",
        ),
        (
            r"ConfigException: Invalid value (?P<value>\S*) for configuration (?P<key>[\w.-]+)(?:: (?P<why>[^\n]+))?",
            "the worker refuses {key}, got {value!r}: {why}",
        ),
        (r"(?m)^(?P<key>[\w.-]+): refused: (?P<why>[^\n]+)", "the connector refuses {key}: {why}"),
        (r"ConfigException: (?P<why>[^\n]+)", "the worker refuses its configuration: {why}"),
    )
)


def diagnose(*texts: str, configuration: Mapping[str, str]) -> Diagnosis:
    """The cause in the first of ``texts`` that has one: stack traces, error responses, ``problems`` of a log.

    Without a known cause it is the last exception or line.
    """
    for text in texts:
        for pattern, line in _CAUSES:
            if match := pattern.search(text):
                return Diagnosis(_format(line, match, configuration), _evidence(text, match))
    lines = [line for text in texts for line in text.splitlines() if line.strip()]
    last = ([line for line in lines if _EXCEPTION.search(line)] or lines or ["its log is empty"])[-1]
    return Diagnosis(f"the connector does not run: {last.strip()}", _shorten(lines[-_EVIDENCE_LINES:]))


def cannot_recover(log: str) -> bool:
    """Whether the worker or its newest task has logged an error that it does not recover from."""
    _, created, task = log.rpartition(_TASK)
    return _DEAD_WORKER in log or bool(created and _TASK_CANNOT_RECOVER.search(task))


def problems(log: str) -> str:
    """The warnings and errors in a worker's log, with their stack traces, and the JVM's own messages."""
    return "\n".join(_problem_lines(log))


def _problem_lines(log: str) -> Iterator[str]:
    bad = False
    for line in log.splitlines():
        if record := _RECORD.match(line):
            bad = record[1] in {"WARN", "ERROR", "FATAL"}
            if bad:
                yield line
        elif bad or _JVM.match(line):
            yield line


class _Values(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "?"


def _format(line: str, match: re.Match[str], configuration: Mapping[str, str]) -> str:
    values = _Values({key.replace(".", "_"): value for key, value in configuration.items()})
    values.update({name: "; ".join((found or "").strip().splitlines()) for name, found in match.groupdict().items()})
    return line.format_map(values)


def _evidence(text: str, match: re.Match[str]) -> str:
    """The lines of the match."""
    start = text.rfind("\n", 0, match.start()) + 1
    end = text.find("\n", match.end())
    return _shorten(text[start : end if end >= 0 else None].splitlines()[:_EVIDENCE_LINES])


def _shorten(lines: list[str]) -> str:
    return "\n".join(line[:_EVIDENCE_WIDTH] for line in lines)
