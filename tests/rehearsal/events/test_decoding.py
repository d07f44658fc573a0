"""Received events are decoded by their connector; one that cannot be decoded is reported with its place."""

from collections.abc import Sequence
from typing import Any

from rehearsal.connect.decoder import JsonDecoder, converters, is_json
from rehearsal.database.event_kinds import EventKind
from rehearsal.events.decoding import DecodedEvents, Message
from rehearsal.events.deliveries import Event


def decode(connector: str, messages: Sequence[Message]) -> list[dict[str, Any]]:
    return [
        {"error": f"{connector} cannot read it"} if value == b"bad" else {"key": None, "value": (value or b"").decode()}
        for _, _, value in messages
    ]


def event(offset: int, value: bytes, topic: str = "shop.orders") -> Event:
    return Event(topic, 0, offset, None, value)


def test_events_that_cannot_be_decoded_are_reported_by_topic() -> None:
    kept = [("shop", event(0, b"good")), ("shop", event(1, b"bad")), ("crm", event(2, b"bad", "crm.contacts"))]
    kept.append(("shop", event(7, b"bad")))
    assert DecodedEvents(kept, {}, decode).errors == [
        "shop.orders, partition 0, offset 1 (and 1 more): cannot be decoded: shop cannot read it",
        "crm.contacts, partition 0, offset 2: cannot be decoded: crm cannot read it",
    ]
    assert DecodedEvents(kept[:1], {}, decode).errors == []
    assert DecodedEvents([], {}, decode).sample == {}


def test_the_sample_is_an_update_else_another_row() -> None:
    first, update, ddl = event(0, b"snapshot"), event(1, b"update"), event(2, b"ddl")
    kept = [("shop", ddl), ("shop", first), ("shop", update)]
    sample = DecodedEvents(kept, {EventKind.SNAPSHOT: first, EventKind.UPDATE: update}, decode).sample
    assert sample == {"topic": "shop.orders", "partition": 0, "offset": 1, "key": None, "value": "update"}
    others = {EventKind.SCHEMA_CHANGE: ddl, EventKind.SNAPSHOT: first}
    assert DecodedEvents(kept, others, decode).sample["value"] == "snapshot"
    assert DecodedEvents(kept, {EventKind.SCHEMA_CHANGE: ddl}, decode).sample["value"] == "ddl"


def test_a_connectors_own_converter_comes_with_its_own_properties_only() -> None:
    worker = {"key.converter": "a.Json", "key.converter.schemas.enable": "false", "value.converter": "a.Json", "x": "1"}
    connector = {"value.converter": "b.Avro", "value.converter.url": "u", "key.converter.schemas.enable": "true"}
    assert converters(connector, worker) == {
        "key.converter": "a.Json", "key.converter.schemas.enable": "false",
        "value.converter": "b.Avro", "value.converter.url": "u",
    }  # fmt: skip


PLAIN = {"key.converter.schemas.enable": "false", "value.converter.schemas.enable": "false"}


def json_decoded(key: bytes | None, value: bytes | None, properties: dict[str, str]) -> dict[str, Any]:
    [found] = JsonDecoder(properties).decode([("shop.orders", key, value)])
    return found


def test_json_is_decoded_as_its_converter_reads_it() -> None:
    assert json_decoded(b'{"id": 1}', b'{"op": "c"}', PLAIN) == {"key": {"id": 1}, "value": {"op": "c"}}
    assert json_decoded(None, None, PLAIN) == {"key": None, "value": None}
    wrapped = b'{"schema": {"type": "struct"}, "payload": {"op": "c"}}'
    assert json_decoded(None, wrapped, {}) == {"key": None, "value": {"op": "c"}}
    assert json_decoded(None, wrapped, PLAIN)["value"].keys() == {"schema", "payload"}
    assert "must have schema and payload" in json_decoded(None, b'{"op": "c"}', {})["error"]
    assert "not JSON" in json_decoded(None, b"\x03\x00", PLAIN)["error"]


def test_converters_of_json() -> None:
    name = "org.apache.kafka.connect.json.JsonConverter"
    assert is_json({"key.converter": name, "value.converter": name})
    assert not is_json({"key.converter": name, "value.converter": "io.confluent.connect.avro.AvroConverter"})
