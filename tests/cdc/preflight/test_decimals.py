"""How decimals arrive depends on the converter of values."""

from typing import Any

import pytest

from cdc.preflight.database.reading import Column, Facts, Retention, Table
from cdc.preflight.database.subject import Subject
from cdc.preflight.database.tables import columns
from modules.environment.models.connectors import Connector
from rehearsal.database.table_name import TableName
from tests.synthesized import document

TABLE = Table(TableName("orders", "customers"), False, 1, 1, (Column("amount", "decimal", "decimal(9,2)"),), ("id",))
FACTS = Facts({}, Retention(None, False, False), (), (), (TABLE,))
KAFKAS = "org.apache.kafka.connect.json.JsonConverter"
CONFLUENTS = "io.confluent.connect.avro.AvroConverter"


def said(format_: str = "json", **properties: Any) -> str:
    content = document("prod")["connectors"]["orders"]
    given = {key.replace("__", "."): value for key, value in properties.items()}
    connector = Connector.model_validate({**content, "format": format_, "properties": given})
    return " ".join(finding.message for finding in columns(Subject("orders", connector, FACTS)))


@pytest.mark.parametrize("format_", ["json", "json-with-schemas", "json-schema"])
def test_json_has_base64(format_: str) -> None:
    assert said(format_) == "decimals arrive as base64 of their bytes: orders.customers.amount"


@pytest.mark.parametrize("format_", ["avro", "protobuf"])
def test_other_formats_have_decimals(format_: str) -> None:
    assert said(format_) == "none that needs a word"


def test_a_converter_of_ones_own_counts() -> None:
    assert "base64" in said(value__converter=KAFKAS)
    assert "base64" not in said(value__converter=CONFLUENTS)
    assert "base64" not in said(value__converter=KAFKAS, value__converter__decimal__format="NUMERIC")


def test_connect_does_not_read_a_converters_setting_without_the_converter() -> None:
    assert "base64" in said(value__converter__decimal__format="NUMERIC")


def test_text_is_no_base64() -> None:
    assert "base64" not in said(decimal__handling__mode="string")
