"""IAM as one rehearsal enforces it: the parts that belong together, and what the embedded AWS answers for them."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from rehearsal.aws.backends import ConnectorSpec
from rehearsal.aws.dispatch import Target
from rehearsal.aws.pages import PREFIX, Page
from rehearsal.iam import missing_permissions, report
from rehearsal.iam.access import Access
from rehearsal.iam.authority import Authority, Hosts, Tags
from rehearsal.iam.roles import Roles
from rehearsal.iam.signing import Signing
from rehearsal.iam.tls import CertificateAuthority


class Enforcement:
    """For the embedded AWS at ``url``; ``folder`` takes the files, ``extension`` is the brokers' jar.

    ``connectors`` gives those that ran, by their role's name, ``applications`` the topics of each consumer's role.
    Public: ``access`` for clusters, ``signing`` for workers, ``authority``, ``certificate`` (PEM) and ``trust_store``
    (PKCS #12) for clients, ``pages``.
    """

    def __init__(
        self,
        url: str,
        *,
        folder: Path,
        extension: Path,
        hosts: Hosts,
        tags: Tags,
        connectors: Callable[[], Mapping[str, ConnectorSpec]],
        applications: Mapping[str, tuple[str, ...]],
    ) -> None:
        folder.mkdir()
        self._roles = Roles(url)
        self._connectors = connectors
        self._applications = applications
        self.authority = Authority(folder / "generation", roles=self._roles, hosts=hosts, tags=tags)
        authorities = CertificateAuthority()
        self.certificate = authorities.write_certificate(folder / "ca.pem")
        self.trust_store = authorities.write_trust_store(folder / "trusted.p12")
        self.access = Access(f"{url}{PREFIX}iam", self.authority.generation, extension, authorities)
        self.signing = Signing(
            self._roles,
            self.authority,
            aws=url,
            url=f"{url}{PREFIX}iam/credentials",
            trust_store=self.trust_store,
        )
        self.pages: Mapping[str, Page] = {
            "iam/authenticate": lambda request: self.authority.authenticate(request.get_data()),
            "iam/authorize": lambda request: self.authority.authorize(request.get_data()),
            "iam/credentials": lambda request: self.signing.credentials(request.headers.get("Authorization", "")),
            "permissions": lambda _: self.permissions,
            "denials": lambda _: self.denials,
        }

    def changed(self, target: Target) -> None:
        """To be told of every request that may have changed something."""
        if target.service == "iam" or (target.service == "kafka" and target.operation.endswith("agResource")):
            self.authority.changed()

    @property
    def permissions(self) -> list[dict[str, Any]]:
        """The permission report."""
        return report.permissions(self.authority.log, self._roles, self._connectors())

    @property
    def denials(self) -> list[str]:
        """What roles were refused so far, each in words."""
        log, specs = self.authority.log, self._connectors()
        found = [
            denial
            for role, topics in self._applications.items()
            for denial in missing_permissions.passed_over(log, role, topics)
        ]
        return [missing_permissions.told([denial], specs.get(denial.role)) for denial in [*log.denials(), *found]]
