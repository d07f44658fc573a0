"""Rules about formats and the schema registry: for each a file that keeps it, and files that do not."""

from tests.unit.environment.environment_files import PROPERTY, Cases, Edits, Refused

GLUE = "{kind: glue, name: cdc}"
URL = "https://registry.example.internal"
GROUP = "security_group_id: sg-0abc1234def567890"
HEARTBEAT = "heartbeat_seconds: 10"
NO_NAT = {"nat: per_zone": "nat: none"}


def registry(content: str, *, format_: str = "avro", more: Edits | None = None) -> Edits:
    """A file with this registry, and a connector with this format."""
    return {"\nplugins:": f"\nschema_registry: {content}\nplugins:", HEARTBEAT: f"format: {format_}", **(more or {})}


def by_url(kind: str = "confluent", url: str = URL, rest: str = "") -> str:
    return f"{{kind: {kind}, url: '{url}'{f', {rest}' if rest else ''}}}"


def refused_url(url: str, wanted: str, *, rest: str = "", more: Edits | None = None) -> Refused:
    content = f"{by_url(url=url, rest=rest)}  # <-"
    return Refused(registry(content, more=more), "schema_registry.url", wanted)


def properties(setting: str, registry_: str = GLUE, format_: str = "avro") -> Edits:
    return registry(registry_, format_=format_, more={PROPERTY: setting})


def refused_property(setting: str, wanted: str, registry_: str = GLUE, format_: str = "avro") -> Refused:
    path = f"connectors.orders.properties.{setting.split(': ')[0]}"
    return Refused(properties(f"{setting}  # <-", registry_, format_), path, wanted)


CASES: Cases = {
    "a_format_has_its_registry": (
        registry(by_url(), format_="protobuf"),
        [
            Refused({HEARTBEAT: "format: avro  # <-"}, "connectors.orders.format", "must come with schema_registry"),
            Refused(
                registry(GLUE, format_="json-schema  # <-"),
                "connectors.orders.format",
                "must be avro or JSON: this project knows no other converter for glue, got 'json-schema'",
            ),
            Refused(
                registry(by_url("apicurio"), format_="protobuf  # <-"),
                "connectors.orders.format",
                "must be avro or JSON: this project knows no other converter for apicurio, got 'protobuf'",
            ),
        ],
    ),
    "the_format_sets_the_converters": (
        properties(
            "value.converter.schemaAutoRegistrationEnabled: false\n"
            "      key.converter: org.apache.kafka.connect.storage.StringConverter\n"
            "      schema.name.adjustment.mode: avro_unicode"
        ),
        [
            refused_property("value.converter: x.Y", "must be left out: set format, got 'x.Y'"),
            refused_property("value.converter.registry.name: x", "must be left out: set schema_registry, got 'x'"),
            refused_property("value.converter.region: eu-west-1", "must be left out: set schema_registry"),
            refused_property(
                "value.converter.schema.registry.url: https://x.example.com", "set schema_registry", by_url()
            ),
            refused_property(
                "value.converter.apicurio.registry.url: https://x.example.com",
                "set schema_registry",
                by_url("apicurio"),
            ),
            refused_property("key.converter: x.Y", "must be left out: set format", by_url(), "json-with-schemas"),
        ],
    ),
    "a_registry_by_url_is_in_one_place": (
        registry(by_url(url="http://registry.example.internal:8081/apis/ccompat/v7", rest=GROUP)),
        [
            Refused(
                registry(f"{by_url(rest=f'{GROUP}, cidr_block: 10.8.0.7/32')}  # <-"),
                "schema_registry.cidr_block",
                "must be left out beside security_group_id: the registry is in one of the two, got '10.8.0.7/32'",
            ),
            refused_url(f"{URL}:8081", "must come with security_group_id or cidr_block: workers reach the internet at"),
            refused_url("http://registry.example.internal", "workers reach the internet at port 443 only"),
            refused_url(URL, "without NAT, workers do not reach the internet", more=NO_NAT),
        ],
    ),
}

ADVICE = {
    "a_registry_is_used": Refused(
        registry(f"{GLUE}  # <-", format_="json"), "schema_registry", "is used by no connector: set format: avro"
    ),
    "passwords_travel_encrypted": Refused(
        registry(f"{by_url(url='http://registry.example.internal:8081', rest=f'secret: cdc/registry, {GROUP}')}  # <-"),
        "schema_registry.url",
        "workers send the password of the secret in plain text there",
    ),
}

# What else a registry may not be.
SECTIONS = [
    Refused(
        registry("{kind: kafka}  # <-"), "schema_registry.kind", "must be glue, confluent or apicurio, got 'kafka'"
    ),
    Refused(registry("{kind: glue}  # <-"), "schema_registry.name", "is missing; must be a Glue registry's name"),
    Refused(
        registry("{kind: glue, name: a b}  # <-"), "schema_registry.name", "must be a Glue registry's name: letters"
    ),
    Refused(
        registry("{kind: glue, name: cdc, compatibility: backward}  # <-"),
        "schema_registry.compatibility",
        "must be NONE, DISABLED, BACKWARD",
    ),
    Refused(
        registry("{kind: glue, name: cdc, url: 'https://x.example.com'}  # <-"),
        "schema_registry.url",
        "unknown key with kind: glue; it goes with kind: confluent",
    ),
    refused_url("registry.example.internal:8081", "must be one URL without user and password"),
    refused_url("https://a.example.com,https://b.example.com", "must be one URL without user and password"),
    Refused(
        registry(f"{by_url(rest='cidr_block: 8.8.8.8/32')}  # <-"), "schema_registry.cidr_block", "must be private"
    ),
    Refused(registry(GLUE, format_="Avro  # <-"), "connectors.orders.format", "must be json, json-with-schemas, avro"),
]
