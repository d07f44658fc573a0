"""The differences from AWS in a connector and its worker; ``rehearsal.substitutions`` has the list of all."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from modules.archive import contents, manifest
from modules.archive.jar import EVERY_JAVA
from modules.archive.zips import open_archive
from modules.debezium.configuration import IMPORT_PROVIDER, SECRET_PROVIDER, SECRET_PROVIDER_CLASS
from rehearsal.connect import observers

FILE_PROVIDER_CLASS: Final = "org.apache.kafka.common.config.provider.FileConfigProvider"
HEAP_PER_MCU: Final = 512  # MiB
# The prefixes of Debezium's own Kafka clients; MSK Connect configures the others.
_CLIENTS: Final = ("schema.history.internal.producer.", "schema.history.internal.consumer.", "signal.consumer.")
DATABASE: Final = ("database.hostname", "database.port")
_DECLARED: Final = "config.providers"
PROVIDER: Final = f"config.providers.{SECRET_PROVIDER}"
_ABSOLUTE: Final = re.compile(rf"(\$\{{{SECRET_PROVIDER}:)/+")


def has_provider(archive: Path) -> bool:
    """Whether a plugin's ZIP has AWS's provider; raises OSError and BadArchiveError."""
    own_manifest = manifest.of(open_archive(archive))  # MSK Connect runs any jars, whatever the manifest records
    if own_manifest is not None:
        return SECRET_PROVIDER_CLASS in own_manifest.config_providers
    name = SECRET_PROVIDER_CLASS.replace(".", "/")
    return any(name in jar.entries(EVERY_JAVA) for jar in contents.read(archive).jars)


def connector_properties(
    deployed: Mapping[str, str], *, provider: bool, observed: bool, database: tuple[str, str] | None = None
) -> dict[str, str]:
    """The configuration that a worker gets here; ``provider`` says whether the plugin has AWS's provider.

    If ``observed``, each source record is logged before, between and after the transforms. ``database`` is the host
    and port that are connected to, where they differ from the deployed ones.
    """
    found = dict(deployed) if provider else {key: _ABSOLUTE.sub(r"\1", value) for key, value in deployed.items()}
    if database:
        found |= dict(zip(DATABASE, database, strict=True))
    return observers.observed_connector(found) if observed else found


def without_iam(deployed: Mapping[str, str]) -> dict[str, str]:
    """The configuration for brokers without IAM: not used in a rehearsal, only to measure what IAM costs."""
    return {key: value for key, value in deployed.items() if not _is_access(key)}


def _is_access(key: str) -> bool:
    client = next((prefix for prefix in _CLIENTS if key.startswith(prefix)), None)
    return client is not None and key.removeprefix(client).startswith(("security.protocol", "sasl."))


def worker_properties(deployed: Mapping[str, str], *, provider: bool, endpoint: str, observed: bool) -> dict[str, str]:
    """The worker configuration that runs here; ``endpoint`` is the embedded AWS's URL."""
    found = _with_secrets(_without_import(deployed), provider=provider, endpoint=endpoint)
    return observers.observed_worker(found) if observed else found


def _without_import(deployed: Mapping[str, str]) -> dict[str, str]:
    """Without the provider of trust stores: the rehearsal writes them to files itself."""
    found = {
        key: value for key, value in deployed.items() if not key.startswith(f"config.providers.{IMPORT_PROVIDER}.")
    }
    declared = [name for name in found.get(_DECLARED, "").split(",") if name != IMPORT_PROVIDER]
    return {**found, _DECLARED: ",".join(declared)} if _DECLARED in found else found


def _with_secrets(deployed: Mapping[str, str], *, provider: bool, endpoint: str) -> dict[str, str]:
    if deployed.get(f"{PROVIDER}.class") != SECRET_PROVIDER_CLASS:
        return dict(deployed)
    if provider:
        return {**deployed, f"{PROVIDER}.param.endpoint": endpoint}
    return {**deployed, f"{PROVIDER}.class": FILE_PROVIDER_CLASS}
