"""What of a connector and its worker runs otherwise than it is deployed; ``rehearsal.substitutions`` lists it all."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from modules.archive import contents, manifest
from modules.archive.jar import EVERY_JAVA
from modules.debezium.configuration import SECRET_PROVIDER, SECRET_PROVIDER_CLASS

FILE_PROVIDER_CLASS: Final = "org.apache.kafka.common.config.provider.FileConfigProvider"
HEAP_PER_MCU: Final = 512  # MiB
# Under these Debezium's own clients have their settings; a connector's others are MSK Connect's to set.
_CLIENTS: Final = ("schema.history.internal.producer.", "schema.history.internal.consumer.", "signal.consumer.")
PROVIDER: Final = f"config.providers.{SECRET_PROVIDER}"
_ABSOLUTE: Final = re.compile(rf"(\$\{{{SECRET_PROVIDER}:)/+")


def has_provider(archive: Path) -> bool:
    """Whether a plugin's ZIP brings AWS's provider; raises OSError and BadArchiveError."""
    told = manifest.read(archive)
    if told is not None:
        return SECRET_PROVIDER_CLASS in told.config_providers
    name = SECRET_PROVIDER_CLASS.replace(".", "/")
    return any(name in jar.entries(EVERY_JAVA) for jar in contents.read(archive).jars)


def connector_properties(deployed: Mapping[str, str], *, provider: bool) -> dict[str, str]:
    """A connector's configuration as its worker gets it here; ``provider`` tells whether the plugin brings AWS's."""
    return dict(deployed) if provider else {key: _ABSOLUTE.sub(r"\1", value) for key, value in deployed.items()}


def without_iam(deployed: Mapping[str, str]) -> dict[str, str]:
    """For brokers that let everyone in: not what a rehearsal runs, but what it is measured against."""
    return {key: value for key, value in deployed.items() if not _is_access(key)}


def _is_access(key: str) -> bool:
    client = next((prefix for prefix in _CLIENTS if key.startswith(prefix)), None)
    return client is not None and key.removeprefix(client).startswith(("security.protocol", "sasl."))


def worker_properties(deployed: Mapping[str, str], *, provider: bool, endpoint: str) -> dict[str, str]:
    """A worker configuration as it runs here; ``endpoint`` is the embedded AWS's URL."""
    if deployed.get(f"{PROVIDER}.class") != SECRET_PROVIDER_CLASS:
        return dict(deployed)
    if provider:
        return {**deployed, f"{PROVIDER}.param.endpoint": endpoint}
    return {**deployed, f"{PROVIDER}.class": FILE_PROVIDER_CLASS}
