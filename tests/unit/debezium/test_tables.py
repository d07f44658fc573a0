"""The list of tables that Debezium gets, as Debezium reads it: whole names, in any case."""

from collections.abc import Sequence

import pytest

from modules.debezium.checks.values import split
from modules.debezium.configuration import connector_properties
from modules.debezium.regex.matching import matches
from modules.environment.models.connectors import Connector

CONNECTOR = {"plugin": "debezium-mysql", "topics": {"prefix": "shop"}}


def captured(tables: Sequence[str], name: str) -> bool:
    source = {"cluster": "shop", "secret": "cdc/shop", "server_id": 1, "tables": tables}
    properties = connector_properties(Connector.model_validate({**CONNECTOR, "source": source}))
    return any(matches(expression, name, caseless=True) for expression in split(properties["table.include.list"]))


@pytest.mark.parametrize(
    ("tables", "inside", "outside"),
    [
        (["shop.*"], ["shop.audit", "SHOP.Orders"], ["shops.audit"]),
        (["shop.*", "!shop.audit"], ["shop.audits", "shop.audit_1", "shop.my_audit"], ["shop.audit", "SHOP.AUDIT"]),
        (["shop.*", "!shop.audit_*", "!shop.x"], ["shop.audit", "shop.xy"], ["shop.audit_1", "shop.audit_", "shop.x"]),
        (["*.*", "!test_*.*"], ["shop.test_1", "test.a"], ["test_1.a", "test_.b"]),
        (["shop.orders*", "crm.*", "!crm.a$b"], ["shop.orders2", "crm.a"], ["crm.a$b", "shop.order"]),
    ],
)
def test_what_is_captured(tables: Sequence[str], inside: Sequence[str], outside: Sequence[str]) -> None:
    assert [name for name in inside if not captured(tables, name)] == []
    assert [name for name in outside if captured(tables, name)] == []
