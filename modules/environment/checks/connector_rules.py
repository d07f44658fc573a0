"""Rules about secrets, plugins and connectors; ``checks.rulebook`` says how one is written."""

from collections.abc import Iterator
from typing import Final

from modules.debezium import reserved
from modules.environment import msk
from modules.environment.checks.rulebook import advice, repeated, rule
from modules.environment.models.connectors import Connector
from modules.environment.models.plugins import Plugin
from modules.environment.models.sources import HostSource
from modules.messages import secrecy
from modules.messages.problems import Problem, either

TLS_MODES: Final = ("required", "verify_ca", "verify_identity")


@rule
def the_plugin_exists(connector: Connector, plugins: dict[str, Plugin]) -> Iterator[Problem]:
    if connector.plugin not in plugins:
        yield Problem(("plugin",), f"must be {either(plugins)}, as under plugins", connector.plugin)


@rule
def plugins_are_used(plugins: dict[str, Plugin], connectors: dict[str, Connector]) -> Iterator[Problem]:
    used = {connector.plugin for connector in connectors.values()}
    for name in plugins:
        # A connector with a plugin that does not exist may have meant this one.
        if name not in used and used <= plugins.keys():
            yield Problem(("plugins", name), "must be used by a connector, or left out")


@rule
def the_worker_has_debeziums_java(connector: Connector, plugins: dict[str, Plugin]) -> Iterator[Problem]:
    if connector.plugin in plugins:
        debezium_version = plugins[connector.plugin].debezium_version
        needed = 17 if int(debezium_version.split(".")[0]) >= 3 else 11
        java = msk.WORKER_JAVA[connector.kafkaconnect_version]
        if java < needed:
            fit = either(version for version, has in msk.WORKER_JAVA.items() if has >= needed)
            wanted = f"must be {fit}: Debezium {debezium_version} needs Java {needed}, this has {java}"
            yield Problem(("kafkaconnect_version",), wanted, connector.kafkaconnect_version)


@rule
def one_task_has_one_worker(connector: Connector) -> Iterator[Problem]:
    if connector.capacity.workers != 1:
        wanted = "must be 1: Debezium MySQL runs one task, more workers would idle (raise mcu instead)"
        yield Problem(("capacity", "workers"), wanted, connector.capacity.workers)


@rule
def server_ids_are_unique(connectors: dict[str, Connector]) -> Iterator[Problem]:
    for name, first in repeated(connectors, lambda connector: connector.source.server_id):
        server_id = connectors[name].source.server_id
        yield Problem(
            ("connectors", name, "source", "server_id"),
            f"must differ from the server_id of connector {first}",
            server_id,
        )


@rule
def topic_prefixes_are_unique(connectors: dict[str, Connector]) -> Iterator[Problem]:
    """Kafka takes . and _ for the same, since its metrics cannot tell them apart, and refuses the second topic."""
    for name, first in repeated(connectors, lambda connector: connector.topics.prefix.replace(".", "_")):
        prefix = connectors[name].topics.prefix
        yield Problem(
            ("connectors", name, "topics", "prefix"), f"must differ from the prefix of connector {first}", prefix
        )


@rule
def signals_have_a_channel(connector: Connector) -> Iterator[Problem]:
    if connector.signals and not (connector.signals.table or connector.signals.topic):
        yield Problem(("signals",), "must have a table, a topic or both")


@rule
def properties_are_the_users(connector: Connector) -> Iterator[Problem]:
    for key, value in connector.properties.items():
        if reason := reserved.refusal(key):
            yield Problem(("properties", key), f"must be left out: {reason}", value)


@rule
def the_database_is_read_over_tls(connector: Connector) -> Iterator[Problem]:
    mode = connector.properties.get("database.ssl.mode", "required")
    if str(mode).strip().lower() not in TLS_MODES:
        yield Problem(("properties", "database.ssl.mode"), f"must be {either(TLS_MODES)}", mode)


@rule
def secrets_stay_in_secrets_manager(document: object) -> Iterator[Problem]:
    for path, kind in secrecy.found(document):
        wanted = f"must not hold {kind}: keep it in Secrets Manager"
        if "properties" in path:
            wanted += ", and write ${secretsmanager:NAME:KEY} here"
        yield Problem(path, wanted, secrecy.HIDDEN)


@advice
def snapshots_leave_tables_writable(connector: Connector) -> Iterator[Problem]:
    locking = connector.snapshot.locking
    if locking != "none" and not isinstance(connector.source, HostSource):
        message = (
            "RDS denies the global read lock, so every captured table is locked against writes for the whole snapshot"
        )
        yield Problem(("snapshot", "locking"), message, locking)
    elif locking == "extended":
        yield Problem(("snapshot", "locking"), "every table is locked against writes for the whole snapshot", locking)
