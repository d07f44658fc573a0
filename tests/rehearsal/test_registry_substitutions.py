"""The registry that stands in for the deployed one is among the differences from AWS."""

from typing import Any

import pytest

from modules.environment.environment import Environment
from rehearsal.substitutions import applied
from tests.synthesized import changed, document


def environment(**changes: Any) -> Environment:
    return Environment(name="dev", **changed(document("dev"), **changes))


def names(config: Environment) -> set[str]:
    return {one.name for one in applied(config, {})}


@pytest.mark.parametrize(
    ("registry", "format_", "here"),
    [
        ({"kind": "glue", "name": "cdc"}, "avro", None),
        ({"kind": "apicurio", "url": "https://registry.internal"}, "json", None),
        (
            {"kind": "apicurio", "url": "https://registry.internal", "secret": "cdc/registry"},
            "avro",
            "with the login in cdc/registry, invented here and a certificate of a temporary authority",
        ),
        (
            {"kind": "confluent", "url": "http://registry.internal", "cidr_block": "10.9.4.0/24"},
            "avro",
            "with no login and no TLS",
        ),
    ],
    ids=["Glue", "unused", "TLS and a login", "plain"],
)
def test_the_registry_that_stands_in_for_one_by_url_is_listed(
    registry: dict[str, str], format_: str, here: str | None
) -> None:
    config = environment(schema_registry=registry, connectors__shop__format=format_)
    found = {one.name: one for one in applied(config, {})}
    assert ("Glue's endpoint" in found) == (registry["kind"] == "glue")
    assert ("schema registry" in found) == bool(here)
    if here:
        assert found["schema registry"].deployed == registry["url"]
        assert here in found["schema registry"].here
        assert "nothing is written to the deployed one" in found["schema registry"].here


def test_a_registry_that_only_properties_name_is_listed() -> None:
    own = {
        "key.converter": "io.confluent.connect.avro.AvroConverter",
        "key.converter.schema.registry.url": "https://registry.example.com",
    }
    [listed] = names(environment(connectors__shop__properties=own)) - names(environment())
    assert listed == "schema registry"
