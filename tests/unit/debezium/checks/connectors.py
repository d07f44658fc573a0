"""Connectors for tests of the checks: that of ``environments/prod.yaml`` with other properties."""

from collections.abc import Mapping
from typing import Any, Final

import yaml

from modules.debezium.checks.examining import examine
from modules.debezium.checks.finding import Finding
from modules.debezium.checks.subject import Subject
from modules.environment.models.connectors import Connector
from tests.places import ENVIRONMENTS

ORDERS: Final[dict[str, Any]] = yaml.safe_load((ENVIRONMENTS / "prod.yaml").read_text())["connectors"]["orders"]
RELEASE: Final = "3.6.1.Final"
OLD: Final = "2.7.4.Final"
Properties = Mapping[str, str | int | float | bool]

KAFKA: Final = "org.apache.kafka.connect.transforms."
DEBEZIUM: Final = "io.debezium.transforms."
UNWRAP: Final = {"transforms": "u", "transforms.u.type": f"{DEBEZIUM}ExtractNewRecordState"}
JSON: Final = "org.apache.kafka.connect.json.JsonConverter"


def subject(properties: Properties, release: str = RELEASE, **keys: Any) -> Subject:
    """``keys`` replace those of the connector, such as ``source`` or ``accept``."""
    worker = "2.7.1" if release.startswith("2.") else "3.7.x"
    content = {**ORDERS, "kafkaconnect_version": worker, **keys, "properties": dict(properties)}
    at_hand = content.pop("plugin_at_hand", False)
    return Subject(Connector.model_validate(content), release, worker, plugin_at_hand=at_hand)


def found(properties: Properties, release: str = RELEASE, **keys: Any) -> tuple[Finding, ...]:
    return examine(subject(properties, release, **keys))


def errors(properties: Properties, release: str = RELEASE, **keys: Any) -> dict[str, str]:
    """Messages by property."""
    return {one.key: one.message for one in found(properties, release, **keys) if one.level == "error"}


def warnings(properties: Properties, release: str = RELEASE, **keys: Any) -> dict[str, str]:
    return {one.key: one.message for one in found(properties, release, **keys) if one.level == "warning"}


def router(regex: str, replacement: str, alias: str = "r") -> dict[str, str]:
    start = f"transforms.{alias}."
    return {
        "transforms": alias,
        f"{start}type": f"{KAFKA}RegexRouter",
        f"{start}regex": regex,
        f"{start}replacement": replacement,
    }
