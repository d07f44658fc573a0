"""Rules about how the certificates of databases are verified; ``checks.rulebook`` says how one is written."""

from collections.abc import Iterator
from typing import Final

from modules.environment.checks.rulebook import advice, rule
from modules.environment.models.connectors import Connector
from modules.environment.models.sources import HostSource
from modules.messages.problems import Path, Problem

_AT: Final[Path] = ("source", "tls")
_MODE: Final = "database.ssl.mode"


@rule
def rds_has_authorities_of_its_own(connector: Connector) -> Iterator[Problem]:
    """Java trusts public authorities, and those of RDS are not among them."""
    tls = connector.source.tls
    if tls and tls.ca_bundle is None and not isinstance(connector.source, HostSource):
        wanted = "must be a file with Amazon's authorities of RDS, which no worker trusts by itself"
        yield Problem((*_AT, "ca_bundle"), wanted)


@rule
def addresses_are_in_no_certificate(connector: Connector) -> Iterator[Problem]:
    """Debezium's client of the binary log compares names only; it was seen to refuse a certificate for an address."""
    source = connector.source
    named = not isinstance(source, HostSource) or not source.host.address.replace(".", "").isdecimal()
    if source.tls and source.tls.verify == "identity" and not named:
        wanted = "must be ca for an IPv4 address: Debezium compares host names only with a certificate"
        yield Problem((*_AT, "verify"), wanted, source.tls.verify)


@rule
def tls_is_set_in_one_place(connector: Connector) -> Iterator[Problem]:
    if connector.source.tls and _MODE in connector.properties:
        wanted = "must be left out: source.tls.verify sets it"
        yield Problem(("properties", _MODE), wanted, connector.properties[_MODE])


@advice
def verified_authorities_are_known(connector: Connector) -> Iterator[Problem]:
    """Without a trust store a worker verifies with Java's public authorities."""
    mode = str(connector.properties.get(_MODE, "")).strip().lower()
    if mode.startswith("verify_") and not isinstance(connector.source, HostSource):
        message = "no worker trusts the authorities of RDS by itself, so no connection succeeds: set source.tls instead"
        yield Problem(("properties", _MODE), message, connector.properties[_MODE])
