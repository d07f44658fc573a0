"""IAM of one rehearsal: the authorizer, the brokers' access, the workers' credentials, and their control pages."""

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError
from moto.core.request import Request as AwsRequest
from werkzeug.wrappers import Request

from rehearsal.aws.access import AwsAccess
from rehearsal.aws.backends import ConnectorSpec
from rehearsal.aws.client import client
from rehearsal.aws.dispatch import Target, access_key
from rehearsal.aws.pages import CREDENTIALS, PREFIX, Page
from rehearsal.iam import deployer, glue_actions, simulation
from rehearsal.iam.access import IamAccess
from rehearsal.iam.authorizer import Authorizer, Hosts, Tags
from rehearsal.iam.permissions import missing_permissions, report
from rehearsal.iam.roles import Roles, session
from rehearsal.iam.signing import Signing
from rehearsal.iam.tls import CertificateAuthority
from rehearsal.processes.findings import Finding


class Enforcement:
    """IAM for the embedded ``aws``; writes its files to ``folder``; ``extension`` is the brokers' jar.

    ``connectors`` returns the connectors by their roles' names, ``applications`` has the topics of each consumer's
    role. Any other role is a user's own: it is decided as well, and is in no report.

    Public: ``access`` for clusters, ``signing`` for workers, ``authorizer``, ``deployer``, ``authority`` of
    certificates, its ``certificate`` (PEM) and ``trust_store`` (PKCS #12) for clients, ``pages``, and ``operations`` of
    IAM; ``applications`` changes with the environment file.
    """

    def __init__(
        self,
        aws: AwsAccess,
        *,
        folder: Path,
        extension: Path,
        hosts: Hosts,
        tags: Tags,
        connectors: Callable[[], Mapping[str, ConnectorSpec]],
        applications: Mapping[str, tuple[str, ...]],
    ) -> None:
        folder.mkdir()
        self._aws = aws
        self._roles = Roles(aws)
        self.deployer = deployer.Deployer(aws, self._roles)
        self.operations = {simulation.OPERATION: simulation.Simulation(self._roles)}
        self._connectors = connectors
        self.applications = applications
        self.authorizer = Authorizer(folder / "generation", roles=self._roles, hosts=hosts, tags=tags)
        self.authority = authorities = CertificateAuthority()
        self.certificate = authorities.write_certificate(folder / "ca.pem")
        self.trust_store = authorities.write_trust_store(folder / "trusted.p12")
        self.access = IamAccess(f"{aws.url}{PREFIX}iam", aws.token, self.authorizer.generation, extension, authorities)
        self.signing = Signing(
            self._roles,
            self.authorizer,
            aws=aws,
            url=f"{aws.url}{PREFIX}{CREDENTIALS}",
            trust_store=self.trust_store,
        )
        self.pages: Mapping[str, Page] = {
            "iam/authenticate": lambda request: self.authorizer.authenticate(request.get_data()),
            "iam/authorize": lambda request: self.authorizer.authorize(request.get_data()),
            "iam/sessions": self._sessions,
            CREDENTIALS: lambda request: self.signing.credentials(request.headers.get("Authorization", "")),
            "permissions": lambda _: self.permissions,
            "denials": lambda _: [found.document for found in self.denials],
        }

    def _sessions(self, request: Request) -> object:
        """``{"seconds": seconds}`` is how long workers' new sessions live, ``{}`` as long as STS's shortest."""
        seconds = json.loads(request.get_data()).get("seconds")
        self.signing.shorten(timedelta(seconds=seconds) if seconds else None)
        return {"seconds": seconds}

    def denied(self, request: AwsRequest, target: Target) -> str | None:
        """Why a role may not send a request: the deployer any, another role one to Glue; None where it may."""
        return self.deployer.denied(request, target) or self._denied_by_glue(request, target)

    def _denied_by_glue(self, request: AwsRequest, target: Target) -> str | None:
        sender = session(access_key(request)) if target.service == glue_actions.SERVICE else None
        if sender is None or sender.role == deployer.ROLE:
            return None
        partition, account = sender.arn.split(":")[1], sender.arn.split(":")[4]
        needed = glue_actions.resources(
            target.operation,
            request.get_data(),
            prefix=f"arn:{partition}:glue:{target.region}:{account}",
            schema_of=partial(self._schema_of, target.region),
        )
        action = f"glue:{target.operation}"
        refused = next((one for one in needed if not self.authorizer.allows(sender.role, action, one)), None)
        return f"User: {sender.arn} is not authorized to perform: {action} on resource: {refused}" if refused else None

    def _schema_of(self, region: str, version: str) -> str | None:
        glue = client(self._aws, "glue", region)
        try:
            return str(glue.get_schema_version(SchemaVersionId=version)["SchemaArn"])
        except ClientError:
            return None

    def readers(self, topic: str, connector: ConnectorSpec) -> list[str]:
        """The roles of the applications that read ``topic``; of the connector where none does."""
        found = [role for role, topics in self.applications.items() if missing_permissions.matches_topic(topics, topic)]
        return found or [connector.role]

    def reader_variables(self, role: str, region: str) -> Mapping[str, str]:
        """Environment variables with credentials of a role, for what it reads."""
        key = self._roles.open_session(self._roles.get(role), "decoder").key
        assert key.token, "a session's credentials are temporary"
        return {
            "AWS_ACCESS_KEY_ID": key.access_key,
            "AWS_SECRET_ACCESS_KEY": key.secret,
            "AWS_SESSION_TOKEN": key.token,
            "AWS_REGION": region,
        }

    def on_change(self, target: Target) -> None:
        """To be called after every request that may have changed something."""
        if target.service == "iam" or (target.service == "kafka" and target.operation.endswith("agResource")):
            self.authorizer.invalidate()

    @property
    def permissions(self) -> list[dict[str, Any]]:
        """The permission report of the environment's roles."""
        found = report.permissions(self.authorizer.log, self._roles, self._connectors())
        return [one for one in found if self._reported(one["role"])]

    def _reported(self, role: str) -> bool:
        """Whether the role is the environment's, and not that of a user who tries commands in a kept rehearsal."""
        return role in self._connectors() or role in self.applications

    @property
    def denials(self) -> list[Finding]:
        """Each request that was denied to the environment's roles so far."""
        log, specs = self.authorizer.log, self._connectors()
        found = [
            denial
            for role, topics in self.applications.items()
            for denial in missing_permissions.hidden_topics(log, role, topics)
        ]
        topics = (spec.configuration.get("signal.kafka.topic") for spec in specs.values())
        signals = [topic for topic in topics if topic]
        return [
            missing_permissions.finding(denial, specs.get(denial.role), signals=signals)
            for denial in [*log.denials(), *found]
            if self._reported(denial.role)
        ]
