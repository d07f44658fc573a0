"""The list of everything that a rehearsal runs differently from AWS.

What is not listed runs as deployed; ``docs/rehearsal.md`` says what remains unproven.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from modules.debezium.configuration import IMPORT_PROVIDER_CLASS, SECRET_PROVIDER_CLASS, imports_trust_store
from modules.environment.environment import Environment
from modules.environment.models.consumers import LambdaConsumer
from modules.environment.models.kafka import ProvisionedKafka
from modules.environment.models.schema_registry import GlueRegistry, UrlRegistry
from modules.environment.models.sources import HostSource, source_kind
from modules.environment.models.state import CloudState
from rehearsal.connect.registries import by_url
from rehearsal.connect.substitutions import FILE_PROVIDER_CLASS, HEAP_PER_MCU, PROVIDER, has_provider
from rehearsal.database.mysql_server import AURORA
from rehearsal.deploy.overrides import MAX_RETRIES

_DATABASES: Final = {
    "cluster": f"Aurora MySQL, compatible with {'.'.join(map(str, AURORA))}",
    "instance": "RDS for MySQL",
    "host": "a MySQL server elsewhere",
}
BROKERS: Final = 3
KAFKA: Final = "3.9"
CONNECT: Final = "3.7"


@dataclass(frozen=True)
class Substitution:
    """What is ``deployed``, and what runs ``here`` instead."""

    name: str
    deployed: str
    here: str


HOST_NAMES: Final = Substitution(
    "host names", "the VPC's DNS", "loopback addresses, by a hosts file that each JVM is given"
)
ADDRESSES: Final = Substitution(
    "addresses of databases", "as source.host says", "loopback addresses, in the connectors' database.hostname"
)
CERTIFICATES: Final = Substitution(
    "brokers' certificates", "Amazon's certificate authority", "a temporary one, in each client's trust store"
)
DATABASE_CERTIFICATES: Final = Substitution(
    "databases' certificates",
    "those of each server, verified where source.tls says so",
    "of a temporary authority, which is added to each connector's trust store",
)
IMPORTED_FILES: Final = Substitution(
    "trust stores in files",
    IMPORT_PROVIDER_CLASS,
    "the rehearsal reads the object from the embedded AWS if the role may, and writes the file for the worker",
)
SECRET_FILES: Final = Substitution(
    "secrets in files",
    SECRET_PROVIDER_CLASS,
    f"{FILE_PROVIDER_CLASS} under the same name, as the plugin was built without AWS's provider: it reads a file with"
    " the secret's name, readable by the worker's user only, and removed with the worker",
)
SECRET_ENDPOINT: Final = Substitution(
    "secrets' endpoint",
    "Secrets Manager of the region, with the role's credentials",
    f"the embedded AWS, by {PROVIDER}.param.endpoint",
)
GLUE_ENDPOINT: Final = Substitution(
    "Glue's endpoint",
    "Glue of the region, with the role's credentials",
    "the embedded AWS, by the converters' property endpoint; it keeps schemas and enforces IAM, and compares no schema"
    " with the versions before",
)
_REGISTRY: Final = "schema registry"
_STANDS_IN: Final = "Apicurio's 2.6, in memory, in the converters' property with the URL"
REGISTRY: Final = Substitution(
    _REGISTRY,
    "the one that the converters' properties name",
    f"{_STANDS_IN}, without TLS and without a login: nothing is written to the deployed one",
)
OBSERVERS: Final = Substitution(
    "observers of events",
    "transforms and producer interceptors as configured",
    "the same, and transforms of the rehearsal's own before, between and after them, and a producer interceptor: they"
    " log each source record and what became of it, and change nothing",
)
BOUNDARY: Final = Substitution(
    "permissions boundary", "the policy that permissions_boundary names", "one of that name that allows everything"
)
FUNCTIONS: Final = Substitution(
    "pollers of Lambda",
    "event source mappings poll the topics and invoke the functions",
    "a client reads each topic under the function's role, in the mapping's group; functions are not invoked",
)
CLOUD_STATE: Final = Substitution(
    "Terraform's state", "in a workspace of HCP Terraform for each stack", "in files, as HCP Terraform is not reached"
)
HEAP: Final = Substitution(
    "worker's memory", "4 GiB for each MCU", f"a heap of at most {HEAP_PER_MCU} MiB for each MCU, on all of its cores"
)
PREVENT_DESTROY: Final = Substitution(
    "prevent_destroy", "guards clusters, keys and buckets", "the final destroy overrides it"
)
RETRIES: Final = Substitution(
    "provider's retries", "25 for each call", f"{MAX_RETRIES}: the embedded AWS answers at once or never"
)


def applied(
    environment: Environment,
    archives: Mapping[str, Path],
    *,
    brokers: int | None = None,
    mysql: Sequence[str] = (),
) -> tuple[Substitution, ...]:
    """The substitutions in a rehearsal of ``environment``; ``archives`` are the plugins' ZIPs, ``brokers`` the maximum,
    ``mysql`` the versions of the servers that run.

    Raises OSError and BadArchiveError for a ZIP that cannot be read.
    """
    return (
        _database(environment, mysql),
        HOST_NAMES,
        *([ADDRESSES] if _has_address(environment) else []),
        CERTIFICATES,
        DATABASE_CERTIFICATES,
        *([IMPORTED_FILES] if any(map(imports_trust_store, environment.connectors.values())) else []),
        *_secrets(archives),
        *_cluster(environment, brokers),
        *_connect(environment),
        *_registry(environment),
        OBSERVERS,
        *([BOUNDARY] if environment.permissions_boundary else []),
        *([FUNCTIONS] if any(isinstance(one, LambdaConsumer) for one in environment.consumers.values()) else []),
        *([CLOUD_STATE] if isinstance(environment.state, CloudState) else []),
        HEAP,
        PREVENT_DESTROY,
        RETRIES,
    )


def _database(environment: Environment, versions: Sequence[str]) -> Substitution:
    kinds = {source_kind(connector.source) for connector in environment.connectors.values()}
    servers = " ".join(filter(None, ["MySQL", ", ".join(dict.fromkeys(versions))]))
    return Substitution(
        "database",
        " and ".join(name for kind, name in _DATABASES.items() if kind in kinds),
        f"{servers}, a server of its own for each database, with ROW binary logs and TLS",
    )


def _has_address(environment: Environment) -> bool:
    sources = [connector.source for connector in environment.connectors.values()]
    return any(isinstance(one, HostSource) and one.host.address.replace(".", "").isdecimal() for one in sources)


def _secrets(archives: Mapping[str, Path]) -> list[Substitution]:
    provided = [has_provider(path) for path in archives.values()]
    return [SECRET_ENDPOINT] * any(provided) + [SECRET_FILES] * (not all(provided))


def _cluster(environment: Environment, limit: int | None) -> list[Substitution]:
    kafka, found = environment.kafka, []
    requested = kafka.brokers if isinstance(kafka, ProvisionedKafka) else BROKERS
    version = kafka.kafka_version if isinstance(kafka, ProvisionedKafka) else "the cluster's own"
    if limit is not None and limit < requested:
        found.append(
            Substitution("brokers", f"{requested} brokers", f"{limit}, and the replication factor lowered to fit")
        )
    if not version.startswith(KAFKA):
        found.append(Substitution("Kafka's version", version, f"{KAFKA}.2"))
    return found


def _registry(environment: Environment) -> list[Substitution]:
    registry = environment.schema_registry
    found = [GLUE_ENDPOINT] if isinstance(registry, GlueRegistry) else []
    if not by_url(environment):
        return found
    return [*found, _registry_of_the_file(registry) if isinstance(registry, UrlRegistry) else REGISTRY]


def _registry_of_the_file(registry: UrlRegistry) -> Substitution:
    tls = "a certificate of a temporary authority" if registry.url.startswith("https:") else "no TLS"
    login = f"the login in {registry.secret}, invented here" if registry.secret else "no login"
    return Substitution(
        _REGISTRY, registry.url, f"{_STANDS_IN}, with {login} and {tls}: nothing is written to the deployed one"
    )


def _connect(environment: Environment) -> list[Substitution]:
    versions = {connector.kafkaconnect_version for connector in environment.connectors.values()}
    return [
        Substitution("Kafka Connect's version", f"{version} on Java 11", f"{CONNECT}.2 on Java 17")
        for version in sorted(versions)
        if not version.startswith(CONNECT)
    ]
