"""Connectors of an environment file, with little more than their tables."""

from modules.environment.models.connectors import Connector


def reading(
    *tables: str, name: str = "crm", signals: str | None = None, properties: dict[str, str] | None = None
) -> dict[str, Connector]:
    """One connector by its name."""
    entry = {
        "plugin": "debezium-mysql",
        "source": {"cluster": "crm", "secret": "cdc/crm", "server_id": 1, "tables": list(tables)},
        "topics": {"prefix": "crm"},
        "signals": {"table": signals} if signals else None,
        "properties": properties or {},
    }
    return {name: Connector.model_validate(entry)}
