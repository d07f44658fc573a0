"""Secrets Manager's events: a secret whose current version changes runs the functions of EventBridge's rules."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, Final

from rehearsal.aws.automation.functions import allows

EVENTS: Final = "events.amazonaws.com"
CURRENT: Final = "AWSCURRENT"


class Rotations:
    """Secrets whose current version is another than the last time; ``invoke`` as alarms'."""

    def __init__(self, invoke: Callable[[str, dict[str, Any]], None]) -> None:
        self._invoke = invoke
        self._versions: dict[str, str] = {}

    def publish(self) -> None:
        """Sends an event for each secret that changed since the last call; a new secret is no change."""
        for account, region, backend in _backends("secretsmanager"):
            for secret in list(backend.secrets.values()):
                version = str(secret.default_version_id)
                before = self._versions.get(secret.arn)
                self._versions[secret.arn] = version
                if before not in (None, version):
                    self._send(_event(secret, version, account, region), account, region)

    def _send(self, event: Any, account: str, region: str) -> None:
        from moto.events.models import events_backends

        for rule in list(events_backends[account][region].event_buses["default"].rules.values()):
            if rule.state == "ENABLED" and rule.event_pattern.matches_event(event):
                for target in rule.targets:
                    arn = target["Arn"]
                    if ":lambda:" in arn and allows(arn, EVENTS, {"AWS:SourceArn": rule.arn}):
                        self._invoke(arn, event)


def _event(secret: Any, version: str, account: str, region: str) -> Any:
    """As in Secrets Manager's user guide, "Secret Label Updated event"."""
    return {
        "version": "0",
        "id": version,
        "detail-type": "Secret Label Updated",
        "source": "aws.secretsmanager",
        "account": account,
        "time": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": region,
        "resources": [secret.arn],
        "detail": {"name": secret.name, "labelUpdated": CURRENT, "versionId": version},
    }


def _backends(service: str) -> Iterator[tuple[str, str, Any]]:
    from moto.backends import get_backend

    for account, regions in list(get_backend(service).items()):  # type: ignore[call-overload]
        for region, backend in list(regions.items()):
            yield account, region, backend
