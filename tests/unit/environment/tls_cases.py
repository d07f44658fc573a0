"""Rules about the certificates of databases: for each a file that keeps it, and files that do not."""

from tests.unit.environment.database_cases import CLUSTER, GROUP, host
from tests.unit.environment.environment_files import Cases, Edits, Refused

PROPERTY = "decimal.handling.mode: string"
BUNDLE = "ca_bundle: certs/global-bundle.pem"


def tls(text: str, *, mark: str = "  # <-") -> Edits:
    return {CLUSTER: f"cluster: orders-prod\n      tls: {{{text}}}{mark}"}


def addressed(text: str, *, mark: str = "") -> Edits:
    """Of a server that has an address and no name."""
    source = host(f"address: 10.8.4.7, {GROUP}", mark="")[CLUSTER]
    return {CLUSTER: f"{source}\n      tls: {{{text}}}{mark}"}


CASES: Cases = {
    "rds_has_authorities_of_its_own": (
        {CLUSTER: f"{host(f'address: db.internal, {GROUP}', mark='')[CLUSTER]}\n      tls: {{verify: ca}}"},
        [
            Refused(tls("verify: identity"), "connectors.orders.source.tls.ca_bundle", "Amazon's authorities of RDS"),
            Refused(tls(""), "connectors.orders.source.tls.ca_bundle", "which no worker trusts by itself"),
        ],
    ),
    "addresses_are_in_no_certificate": (
        addressed("verify: ca"),
        [
            Refused(
                addressed("verify: identity", mark="  # <-"),
                "connectors.orders.source.tls.verify",
                "must be ca for an IPv4 address: Debezium compares host names only",
            )
        ],
    ),
    "tls_is_set_in_one_place": (
        tls(f"verify: ca, {BUNDLE}"),
        [
            Refused(
                {**tls(BUNDLE, mark=""), PROPERTY: "database.ssl.mode: verify_ca  # <-"},
                "connectors.orders.properties.database.ssl.mode",
                "must be left out: source.tls.verify sets it, got 'verify_ca'",
            )
        ],
    ),
}
ADVICE = {
    "verified_authorities_are_known": Refused(
        {PROPERTY: "database.ssl.mode: verify_identity  # <-"},
        "connectors.orders.properties.database.ssl.mode",
        "no worker trusts the authorities of RDS by itself, so no connection succeeds: set source.tls instead",
    ),
}
