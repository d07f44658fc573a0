"""How a connector's database is reached from here, and with which login: as given, else from the account."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from botocore.exceptions import BotoCoreError, ClientError

from cdc.aws import Aws
from cdc.findings import Finding, unknown
from cdc.preflight.aws import aurora, instances
from cdc.preflight.database.connecting import PASSWORD, USER, Login, Route, login_from
from modules.environment.models.connectors import Connector
from modules.environment.models.sources import ClusterSource, HostSource

_FAILED: Final = (ClientError, BotoCoreError, ValueError, KeyError)


@dataclass(frozen=True)
class Routes:
    """Of one connector; ``given`` is the address on the command line, ``aws`` the account if there are credentials."""

    given: Route | None
    aws: Aws | None
    variables: Mapping[str, str]
    authority: Path | None = None
    _failures: list[str] = field(default_factory=list)

    def to(self, connector: Connector) -> Route | None:
        """The address given, else the database's own; None where neither is known."""
        if self.given:
            return self.given
        source = connector.source
        if isinstance(source, HostSource):
            return self._own(source.host.address, source.host.port)
        if not self.aws:
            return None
        try:
            if isinstance(source, ClusterSource):
                cluster = aurora.cluster(self.aws, source.cluster)
                return self._own(cluster.endpoint, cluster.port) if cluster else None
            instance = instances.instance(self.aws, source.instance)
            return self._own(instance.address, instance.port) if instance else None
        except _FAILED as error:
            self._failures.append(str(error))
            return None

    def _own(self, host: str, port: int) -> Route | None:
        """Where it has an address of its own, as a cluster that is being created has not."""
        return Route(host, port, given=False, authority=self.authority) if host else None

    def login(self, connector: Connector) -> Login | None:
        """From environment variables, else from the connector's secret; None where neither can be read."""
        source = connector.source
        if (given := login_from(self.variables)) or not self.aws:
            return given
        try:
            value = self.aws.client("secretsmanager").get_secret_value(SecretId=source.secret)
            content = json.loads(value["SecretString"])
            return Login(str(content[source.username_field]), str(content[source.password_field]))
        except (ClientError, BotoCoreError) as error:
            self._failures.append(str(error))
            return None
        except (ValueError, KeyError, TypeError):
            fields = f"{source.username_field} and {source.password_field}"
            self._failures.append(f"the secret {source.secret} must be flat JSON with {fields}")
            return None

    def missing(self, route: Route | None, login: Login | None) -> Finding:
        """Why the database is not checked: what failed so far, and what to give."""
        needed = [] if route else ["--host and --port"]
        needed += [] if login else [f"{USER} and {PASSWORD} in the environment"]
        fix = f"give {', and '.join(needed)}, or credentials for the account"
        return unknown(f"the database was not checked{self.failed}", fix)

    @property
    def failed(self) -> str:
        """What was asked of AWS and failed, after a colon; empty for nothing."""
        return f": {self._failures[0]}" if self._failures else ""
