"""Why a connector does not run: one clear line made of what Kafka Connect, Debezium and MySQL say, and what shows it.

The texts are those of Kafka Connect 3.7.2, Debezium 3.6.1 and MySQL 8.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

_EVIDENCE_LINES: Final = 6
_EVIDENCE_WIDTH: Final = 400
_RECORD: Final = re.compile(r"\[\d{4}-\d\d-\d\d [\d:,]+\] (TRACE|DEBUG|INFO|WARN|ERROR|FATAL) ")
_JVM: Final = re.compile(r"Terminating due to|Error |Exception in thread|[\w.$]+(?:Exception|Error)\b")
_TELLING: Final = re.compile(r"Caused by:|\] (?:ERROR|FATAL) |^[\w.$]+(?:Exception|Error)\b")


@dataclass(frozen=True)
class Finding:
    """``line`` says what is wrong and what to do; ``evidence`` is what it was told by, empty where nothing was."""

    line: str
    evidence: str = ""

    def __str__(self) -> str:
        return f"{self.line}\n{self.evidence}" if self.evidence else self.line


_DEAD_WORKER: Final = "Uncaught exception in herder work thread"
# A task that runs, and yet will never do its work: MSK Connect would go on showing RUNNING.
_HOPELESS_TASK: Final = re.compile(
    r"no changes will be captured|Going to restart connector after|ERROR Producer failure"
)
_TASK: Final = "Creating task "
STREAMING: Final = re.compile(r"Connected to binlog at")
FAILED: Final = re.compile(
    r"uncaught and unrecoverable exception|failed initialization and will not be started"
    r"|Failed to start (?:connector|task)"
)

# The first that is found is the cause; what MySQL or a class loader says comes before what follows from it.
# Names in braces are groups of the pattern, or properties of the connector with _ for a dot.
_CAUSES: Final = tuple(
    (re.compile(pattern), line)
    for pattern, line in (
        (
            r"no changes will be captured",
            "the connector is RUNNING but captures nothing: none of the database's tables is in table.include.list"
            " {table_include_list!r}, as far as its user sees them; correct source.tables, create the tables, or grant"
            " SELECT on them",
        ),
        (
            r"Access denied for user '(?P<user>[^']*)'@'[^']*' to database '(?P<database>[^']*)'",
            "the user {user!r} must be allowed to read the database {database!r}; grant it SELECT there",
        ),
        (
            r"Access denied for user '(?P<user>[^']*)'@'[^']*'(?: \(using password: (?P<password>YES|NO)\))?",
            "the database refuses the user {user!r} (using password: {password}); compare the secret's username and"
            " password with the database's",
        ),
        (
            r"(?P<what>\w+) command denied to user '(?P<user>[^']*)'@'[^']*' for table [`']?(?P<table>[^\s;`']+)",
            "the user {user!r} lacks the privilege {what} on {table}; grant it",
        ),
        (
            r"you need \(at least one of\) the (?P<privilege>.+?) privilege\(s\)",
            "the database's user lacks the privilege {privilege}; grant it directly, not through a role",
        ),
        (
            r"User does not have the '(?P<privilege>[\w ]+)' privilege",
            "the database's user lacks the privilege {privilege}; grant it directly, not through a role",
        ),
        (
            r"not configured to use a (?P<value>\w+) (?P<name>binlog_\w+)",
            "the database must have {name}={value}; set it in the Aurora cluster's parameter group and reboot the"
            " writer",
        ),
        (
            r"No binlog appears to be available|[Bb]inary logging is not enabled|not using binary logging",
            "the database must write binary logs; set binlog_format=ROW in the Aurora cluster's parameter group and"
            " reboot the writer",
        ),
        (
            r"no longer available on the server",
            "the database has purged the binary logs that the connector would go on from; raise binlog retention"
            " hours, and take a new snapshot",
        ),
        (
            r"(?:slave|replica) with the same (?:server_uuid/)?server_id",
            "another client reads the binary log with database.server.id {database_server_id}; give each a number of"
            " its own",
        ),
        (
            r"history topic is missing",
            "the schema history topic {schema_history_internal_kafka_topic!r} must hold what the offsets go on from,"
            " and is missing; set snapshot.mode recovery once",
        ),
        (
            r"UnknownHostException: (?:Unable to resolve host )?(?P<host>[^\s:]+)",
            "the host name {host!r} must lead to the database, and leads nowhere",
        ),
        (
            r"SSL Connection required, but not supported|javax\.net\.ssl\.SSL\w+Exception",
            "the database at {database_hostname}:{database_port} must offer TLS as database.ssl.mode"
            " {database_ssl_mode!r} asks for",
        ),
        (
            r"Communications link failure|Failed to (?:connect|authenticate) to MySQL",
            "no database answers at {database_hostname}:{database_port}; start it, and open the way to it",
        ),
        (
            r"Failed to find any class that implements Connector and which name matches (?P<name>[\w.$]+)",
            "the plugin must hold the connector.class {name}, and does not; build it again",
        ),
        (
            r"(?:NoClassDefFoundError|ClassNotFoundException): (?!Could not)(?P<name>[\w./$]+)",
            "the class {name} must be in the plugin or in the worker, and is in neither; build the plugin again",
        ),
        (
            r"(?P<error>NoSuchMethodError|NoSuchFieldError|AbstractMethodError|IncompatibleClassChangeError"
            r"|UnsupportedClassVersionError|ServiceConfigurationError): (?P<name>[^\n]+)",
            "the plugin's jars must fit the worker and each other, got {error} for {name}; see: cdc plugin inspect",
        ),
        (
            r"OutOfMemoryError: (?P<what>[^\n]+)",
            "the worker ran out of memory ({what}); raise capacity.mcu, or lower max.queue.size and max.batch.size",
        ),
        (
            r"Could not read properties from file (?P<name>[^\s:]+)",
            "the secret {name!r} must be in Secrets Manager, and is not; create it",
        ),
        (
            r"Not authorized to access (?P<kind>topics?|group): \[?(?P<name>[^\]\s]+)",
            "the connector's role must be allowed to use the {kind} {name!r}, and is not",
        ),
        (
            r"(?P<error>\w*AuthorizationException|SaslAuthenticationException): (?P<why>[^\n]+)",
            "the brokers refuse the connector's role: {error}: {why}",
        ),
        (
            r"Topic '(?P<topic>[^']+)' supplied via the '(?P<key>[^']+)' property is required to have"
            r" '(?P<policy>[^']+)'",
            "the topic {topic!r} must have {policy}: it is {key}",
        ),
        (
            r"replication factor:? (?:of )?(?P<asked>\d+) larger than available brokers: (?P<there>\d+)",
            "a topic asks for {asked} copies, and {there} brokers run",
        ),
        (
            r"Failed to connect to and describe Kafka cluster|Timed out waiting for a node assignment"
            r"|No resolvable bootstrap urls|Connection to node -?\d+ .*could not be established",
            "no broker answers the worker; look at the cluster's state and at the way to it",
        ),
        (
            r"ConfigException: Invalid value (?P<value>\S*) for configuration (?P<key>[\w.-]+)(?:: (?P<why>[^\n]+))?",
            "the worker refuses {key}, got {value!r}: {why}",
        ),
        (r"(?m)^(?P<key>[\w.-]+): refused: (?P<why>[^\n]+)", "the connector refuses {key}: {why}"),
        (r"ConfigException: (?P<why>[^\n]+)", "the worker refuses its configuration: {why}"),
    )
)


def diagnose(*texts: str, configuration: Mapping[str, str]) -> Finding:
    """The cause that the first of ``texts`` tells which tells one: stack traces, refusals, ``problems`` of a log.

    Where none does, it is what was said last.
    """
    for text in texts:
        for pattern, line in _CAUSES:
            if match := pattern.search(text):
                return Finding(_filled(line, match, configuration), _evidence(text, match))
    said = [line for text in texts for line in text.splitlines() if line.strip()]
    told = [line for line in said if _TELLING.search(line)] or said or ["its log says nothing"]
    return Finding(f"the connector does not run: {told[-1].strip()}", _cut(said[-_EVIDENCE_LINES:]))


def hopeless(log: str) -> bool:
    """Whether the worker or its newest task says that it will never do its work; one that is stopped complains too."""
    _, created, task = log.rpartition(_TASK)
    return _DEAD_WORKER in log or bool(created and _HOPELESS_TASK.search(task))


def problems(log: str) -> str:
    """The warnings and errors of a worker's log, with their traces, and what the JVM itself says."""
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


def _filled(line: str, match: re.Match[str], configuration: Mapping[str, str]) -> str:
    values = _Values({key.replace(".", "_"): value for key, value in configuration.items()})
    values.update({name: "; ".join((found or "").strip().splitlines()) for name, found in match.groupdict().items()})
    return line.format_map(values)


def _evidence(text: str, match: re.Match[str]) -> str:
    """The lines that the match lies on."""
    start = text.rfind("\n", 0, match.start()) + 1
    end = text.find("\n", match.end())
    return _cut(text[start : end if end >= 0 else None].splitlines()[:_EVIDENCE_LINES])


def _cut(lines: list[str]) -> str:
    return "\n".join(line[:_EVIDENCE_WIDTH] for line in lines)
