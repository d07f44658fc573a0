"""The schema registry that stands in for one by URL: a server of the rehearsal's own, with the environment's login."""

from collections.abc import Callable, Mapping
from pathlib import Path

from modules.artifacts.lock import File, Lock
from modules.environment.environment import Environment
from modules.environment.models.schema_registry import UrlRegistry
from rehearsal.connect.registries import Registries, by_url
from rehearsal.iam.tls import CertificateAuthority
from rehearsal.processes import pinned_files
from rehearsal.processes.addresses import Addresses
from rehearsal.registry.gateway import Gateway, Login
from rehearsal.registry.server import PORT, SET, RegistryServer


class SchemaRegistry:
    """Connectors reach it at ``gateway``, and applications at ``server``: no environment has their logins.

    Public: ``server``, ``gateway``.
    """

    def __init__(self, server: RegistryServer, gateway: Gateway) -> None:
        self.server = server
        self.gateway = gateway

    def start(self) -> None:
        """Returns once it answers; raises ProgramError."""
        self.server.start()
        self.gateway.start()

    def stop(self) -> None:
        self.gateway.stop()
        self.server.kill()


def of(
    environment: Environment,
    lock: Lock,
    paths: Mapping[File, Path],
    *,
    folder: Path,
    addresses: Addresses,
    authority: CertificateAuthority,
    secret: Callable[[str], Mapping[str, str]],
) -> SchemaRegistry | None:
    """A registry where a connector of ``environment`` writes to one by URL; ``secret`` returns a secret's content."""
    if not by_url(environment):
        return None
    [archive] = pinned_files.fetched(lock, SET, paths)
    server = RegistryServer(archive, folder=folder / "schema-registry", address=addresses.allocate(PORT))
    address = addresses.allocate(PORT)
    config = environment.schema_registry
    if not isinstance(config, UrlRegistry):
        return SchemaRegistry(server, Gateway(server, address))
    encrypted = config.url.startswith("https:")
    certificate = authority.write_keystore(folder / "schema-registry.pem", address.host) if encrypted else None
    return SchemaRegistry(
        server, Gateway(server, address, login=lambda: _login(config, secret), certificate=certificate)
    )


def registries(aws: str, found: SchemaRegistry | None) -> Registries:
    """What converters reach: Glue at ``aws``, a URL, and the registry by URL, if there is one."""
    if found is None:
        return Registries(aws)
    return Registries(aws, url=found.gateway.url, read_url=found.server.url)


def _login(config: UrlRegistry, secret: Callable[[str], Mapping[str, str]]) -> Login | None:
    """As the secret has it now; None where the registry has no login."""
    if config.secret is None:
        return None
    content = secret(config.secret)
    return Login(content[config.username_field], content[config.password_field])
