"""The source database: cluster, server id, TLS; and client settings, which are the same for every connector."""

import re
from typing import Final

from cdc.imports.formats.described import Unresolved, Value
from cdc.imports.translation.draft import Draft

_HOST: Final = re.compile(
    r"(?P<name>[a-z][a-z0-9-]*)\.(?:(?P<kind>cluster|cluster-ro|cluster-custom|proxy)-)?[a-z0-9]+\.[a-z0-9-]+\.rds\.amazonaws\.(?:com(?:\.cn)?|eu)",
    re.IGNORECASE,
)
# Anything else may be an address with a password in it.
_PLAIN: Final = re.compile(r"[\w.-]+")
_NO_CLUSTER: Final = {
    "cluster-custom": "is a custom endpoint; only the writer has the binlog",
    "proxy": "is a proxy endpoint; the binlog cannot be read through a proxy",
}
_MODE: Final = "database.ssl.mode"
_TRUST_STORES: Final = ("database.ssl.truststore", "database.ssl.truststore.password")
_TLS: Final = ("required", "verify_ca", "verify_identity")
_SERVER_IDS: Final = range(1, 2**32)
_IAM: Final = re.compile(r"(security\.protocol|sasl\.|ssl\.|bootstrap\.servers)")
_CLIENTS: Final = "all clients of the worker use IAM over TLS"
_OVERRIDES: Final = ("producer.override.", "consumer.override.", "admin.override.")


def take(draft: Draft) -> None:
    """Fills what names the database under ``source``, and ``source.server_id``."""
    _database(draft)
    _server_id(draft)
    draft.drop("connector.class", "set from the plugin")
    _tasks(draft)
    draft.drop("name", "the name is derived from the key")
    draft.drop("database.port", "looked up from the cluster")
    draft.drop("config.action.reload", "none for every connector: a connector must not restart unnoticed")
    _tls(draft)
    _clients(draft)


def _tasks(draft: Draft) -> None:
    if draft.known("tasks.max") == "1":
        draft.take("tasks.max")
    draft.drop("tasks.max", "1 for every connector: Debezium MySQL runs one task")


def _database(draft: Draft) -> None:
    host = draft.take("database.hostname")
    found = _HOST.fullmatch(host.strip()) if isinstance(host, str) else None
    kind = (found["kind"] or "").lower() if found else None
    if isinstance(host, str) and not found and _PLAIN.fullmatch(host.strip()):
        _host(draft, host)
        return
    if found and kind == "":
        why = "the RDS instance, whose endpoint is looked up; of an instance of Aurora, set source.cluster instead"
        draft.move("database.hostname", "source.instance", found["name"].lower(), why, before=host)
        return
    if found and kind in ("cluster", "cluster-ro"):
        name = found["name"].lower()
        why = "the cluster, whose writer endpoint is looked up"
        if kind == "cluster-ro":
            why += "; the reader endpoint has no binlog"
        draft.move("database.hostname", "source.cluster", name, why, before=host)
        return
    reason = _NO_CLUSTER[kind or ""] if found else _unknown(host)
    comment = "the identifier of the Aurora cluster"
    shown = host if isinstance(host, Unresolved) or _PLAIN.fullmatch(host or "") else None
    draft.fill_in("source.cluster", f"{comment}: the host {reason}", key="database.hostname", before=shown)
    draft.comments["source", "cluster"] = comment


def _host(draft: Draft, host: str) -> None:
    """A server that RDS does not run, or one behind a name of its own."""
    address = host.strip().lower()
    why = "a server that RDS does not run; of a name for an Aurora cluster or an RDS instance, set source.cluster or"
    draft.move("database.hostname", "source.host.address", address, f"{why} source.instance instead", before=host)
    port = draft.known("database.port")
    if port and port.strip().isdecimal():
        draft.take("database.port")
        draft.move("database.port", "source.host.port", int(port), "has its own key", before=port)
    reach = "the address range of the server, or security_group_id with its security group instead"
    draft.fill_in("source.host.cidr_block", reach)


def _unknown(host: Value | None) -> str:
    if host is None:
        return "is not given"
    return "is not in this input" if isinstance(host, Unresolved) else "is not the writer endpoint of an Aurora cluster"


def _server_id(draft: Draft) -> None:
    value = draft.take("database.server.id")
    text = value.strip() if isinstance(value, str) else ""
    if text.isdecimal() and int(text) in _SERVER_IDS:
        draft.move("database.server.id", "source.server_id", int(text), "has its own key", before=value)
        return
    why = "a number that no other replica of the database has, 1 to 4294967295"
    draft.fill_in("source.server_id", why, key="database.server.id", before=value)


def _tls(draft: Draft) -> None:
    mode = draft.known(_MODE)
    if mode is None:
        return
    word = mode.strip().lower()
    if word.startswith("verify_") and word in _TLS:
        _verified(draft, mode, word.removeprefix("verify_"))
    elif word == "required":
        draft.drop(_MODE, "every connector has this value")
    elif word not in _TLS:
        draft.drop(_MODE, "required instead: the database is read over TLS only")


def _verified(draft: Draft, mode: str, verify: str) -> None:
    """The authorities are in a trust store that only the worker has."""
    draft.take(_MODE)
    draft.move(_MODE, "source.tls.verify", verify, "has its own key", before=mode)
    public = "host" in draft.entry["source"] and draft.left.keys().isdisjoint(_TRUST_STORES)
    for key in _TRUST_STORES:
        draft.drop(key, "the trust store is made of source.tls.ca_bundle")
    if public:  # without one, Java's public authorities are trusted
        return
    draft.fill_in("source.tls.ca_bundle", "a PEM file with the authorities that sign the server's certificate")


def _clients(draft: Draft) -> None:
    """Settings of Debezium's and Kafka Connect's clients, which are the same for every connector."""
    for prefix in ("schema.history.internal.producer.", "schema.history.internal.consumer.", "signal.consumer."):
        for key in _below(draft, prefix):
            if _IAM.match(key.removeprefix(prefix)):
                draft.drop(key, _CLIENTS)
            else:
                draft.lose(key, "this client cannot be configured")
    for key in ("schema.history.internal.kafka.bootstrap.servers", "signal.kafka.bootstrap.servers"):
        draft.drop(key, "the brokers of the environment's cluster")
    for prefix in _OVERRIDES:
        for key in _below(draft, prefix):
            if _IAM.match(key.removeprefix(prefix)):
                draft.drop(key, _CLIENTS)
            else:
                draft.lose(key, "MSK Connect refuses client overrides; the worker has its own producer settings")
    for key in _below(draft, "config.providers"):
        draft.drop(key, "the worker declares the provider of Secrets Manager")


def _below(draft: Draft, prefix: str) -> list[str]:
    return [key for key in draft.left if key.startswith(prefix)]
