"""No secret is printed, in no shape and no place; and the report says which secret the connector needs."""

import json
from pathlib import Path
from typing import Final

import pytest

from tests.cdc.imports.importing import given

CLASS: Final = "io.debezium.connector.mysql.MySqlConnector"
SECRET: Final = "hunter2"
# A secret in every place that people have put one.
LEAKING: Final = {
    "database.hostname": f"jdbc:mysql://root:{SECRET}@db.internal:3306/shop",
    "database.user": SECRET,
    "database.password": SECRET,
    "database.ssl.truststore.password": SECRET,
    "my.api_key": SECRET,
    "callback.url": f"https://user:{SECRET}@example.com/",
    "schema.history.internal.producer.sasl.jaas.config": f'LoginModule required username="a" password="{SECRET}";',
    "schema.history.internal.consumer.ssl.key.password": SECRET,
    "producer.override.sasl.jaas.config": f'LoginModule required password="{SECRET}";',
    "signal.consumer.ssl.keystore.password": SECRET,
    "value.converter": "io.confluent.connect.avro.AvroConverter",
    "value.converter.basic.auth.user.info": f"user:{SECRET}",
    "snapshot.mode": f"password={SECRET}",
    "aws.secret.access.key": SECRET,
}
HCL: Final = "".join(f"    {json.dumps(key)} = {json.dumps(value)}\n" for key, value in LEAKING.items())
WRITTEN: Final = {
    "connect": json.dumps({"name": "shop", "config": {"connector.class": CLASS, **LEAKING}}),
    "properties": "".join(f"{key}={value}\n" for key, value in {"connector.class": CLASS, **LEAKING}.items()),
    "describe": json.dumps({"connectorName": "shop", "connectorConfiguration": {"connector.class": CLASS, **LEAKING}}),
    "terraform": (
        f'variable "password" {{\n  default = "{SECRET}"\n}}\n'
        f'resource "aws_mskconnect_connector" "shop" {{\n  connector_configuration = {{\n'
        f'    "connector.class" = "{CLASS}"\n    "x.password" = sensitive("{SECRET}")\n'
        f'    "y" = format("%s", "{SECRET}")\n{HCL}  }}\n}}\n'
    ),
    "strimzi": json.dumps(
        {
            "apiVersion": "kafka.strimzi.io/v1beta2",
            "kind": "KafkaConnector",
            "metadata": {"name": "shop"},
            "spec": {"class": CLASS, "config": LEAKING},
        }
    ),
}


@pytest.mark.parametrize("options", [(), ("--json",), ("--keep-offsets",)], ids=" ".join)
@pytest.mark.parametrize("shape", WRITTEN)
def test_a_secret_is_never_printed(shape: str, options: tuple[str, ...], tmp_path: Path) -> None:
    found = given(tmp_path, WRITTEN[shape], *options)
    assert found.status == 3
    assert SECRET not in found.output + found.report
    assert "cdc/" in found.output


def source(folder: Path, *, user: str, password: str) -> tuple[str, list[str]]:
    """The secret of an entry, and what the report says is left to do about it."""
    config = {"connector.class": CLASS, "database.user": user, "database.password": password}
    found = given(folder, json.dumps({"name": "shop", "config": config}))
    secret: str = found.connectors["shop"]["source"]["secret"]
    return secret, [line for line in found.notes("to do") if line.startswith("source.secret")]


@pytest.mark.parametrize(
    "placeholder",
    [
        "${secretsmanager:shop/cdc:{}}",
        "${secretManager:shop/cdc:{}}",
        "${asm:shop/cdc:{}}",
        "${aws-secrets-manager:shop/cdc:{}}",
        "${secretsmanager:arn%3Aaws%3Asecretsmanager%3Aeu-west-1%3A123456789012%3Asecret%3Ashop%2Fcdc-AbCd12:{}}",
        "{{resolve:secretsmanager:shop/cdc:SecretString:{}}}",
        "{{resolve:secretsmanager:arn:aws:secretsmanager:eu-west-1:123456789012:secret:shop/cdc-AbCd12:SecretString:{}::}}",
    ],
)
def test_an_existing_secret_is_named(placeholder: str, tmp_path: Path) -> None:
    user, password = (placeholder.replace("{}", field) for field in ("username", "password"))
    assert source(tmp_path, user=user, password=password) == ("shop/cdc", [])


@pytest.mark.parametrize(
    ("user", "password", "secret", "says"),
    [
        ("root", SECRET, "cdc/shop", "which are written in the configuration now"),
        ("${file:/run/db:user}", "${file:/run/db:password}", "cdc/shop", "read by the config provider file now"),
        ("${ssm:/shop/user}", "${ssm:/shop/password}", "cdc/shop", "read by the config provider ssm now"),
        ("root", "${secretsmanager:shop/cdc:password}", "shop/cdc", "the user is not in Secrets Manager"),
        (
            "${secretsmanager:shop/user:username}",
            "${secretsmanager:shop/cdc:password}",
            "shop/cdc",
            "the user is in shop/user under username",
        ),
    ],
)
def test_a_secret_to_create_or_change_is_named(
    user: str, password: str, secret: str, says: str, tmp_path: Path
) -> None:
    found, (line,) = source(tmp_path, user=user, password=password)
    assert found == secret
    assert says in line
    assert "username and password" in line
    assert SECRET not in line


@pytest.mark.parametrize(
    ("login", "says"),
    [
        (f"user:{SECRET}", "which are written in the configuration now: aws secretsmanager create-secret --name cdc/r"),
        ("${file:/run/registry:login}", "which are read by the config provider file now"),
        ("${secretsmanager:a:user}:${secretsmanager:b:password}", "read by the config provider secretsmanager now"),
    ],
)
def test_the_registrys_secret_is_created_from_its_login(login: str, says: str, tmp_path: Path) -> None:
    found = given(tmp_path, registry_of(login))
    assert found.document["schema_registry"]["secret"] == "cdc/registry"
    [line] = [one for one in found.notes("to do") if one.startswith("schema_registry.secret")]
    assert line.startswith("schema_registry.secret → cdc/registry: create it, as flat JSON with username and password")
    assert says in line
    assert SECRET not in found.report + found.output


def test_an_existing_secret_of_a_registry_needs_nothing(tmp_path: Path) -> None:
    login = "${secretsmanager:cdc/registry:username}:${secretsmanager:cdc/registry:password}"
    found = given(tmp_path, registry_of(login))
    assert found.document["schema_registry"]["secret"] == "cdc/registry"
    assert not [one for one in found.notes("to do") if one.startswith("schema_registry.secret")]


def registry_of(login: str) -> str:
    config = {
        "connector.class": CLASS,
        "value.converter": "io.confluent.connect.avro.AvroConverter",
        "value.converter.schema.registry.url": "https://registry.example.com",
        "value.converter.basic.auth.user.info": login,
    }
    return json.dumps({"name": "shop", "config": config})


@pytest.mark.parametrize(
    ("key", "value", "kind", "says"),
    [
        ("database.jdbc.url", f"jdbc:mysql://db/shop?password={SECRET}", "not expressed", "is read by nothing"),
        ("my.api_key", SECRET, "not expressed", "is read by nothing"),
        ("database.ssl.keystore.password", SECRET, "to do", "keep it in Secrets Manager"),
        ("producer.override.x.password", SECRET, "not expressed", "MSK Connect refuses client overrides"),
    ],
)
def test_a_secret_that_nothing_reads_needs_no_place(key: str, value: str, kind: str, says: str, tmp_path: Path) -> None:
    found = given(tmp_path, json.dumps({"name": "shop", "config": {"connector.class": CLASS, key: value}}))
    [line] = [one for one in found.notes(kind) if one.startswith(f"{key} ")]
    assert line.startswith(f"{key} (hidden): ")
    assert says in line
    assert SECRET not in found.report + found.output


@pytest.mark.parametrize(
    ("user", "password", "fields"),
    [
        ("username", "password", {}),
        ("dbuser", "dbpass", {"username_field": "dbuser", "password_field": "dbpass"}),
        ("username", "mysql.password", {"password_field": "mysql.password"}),
    ],
)
def test_other_fields_of_one_secret_are_kept(user: str, password: str, fields: dict[str, str], tmp_path: Path) -> None:
    places = {"database.user": user, "database.password": password}
    config = {key: f"${{secretsmanager:shop/cdc:{place}}}" for key, place in places.items()}
    found = given(tmp_path, json.dumps({"name": "shop", "config": {"connector.class": CLASS, **config}}))
    source = found.connectors["shop"]["source"]
    assert {key: value for key, value in source.items() if key.endswith("_field")} == fields
    assert [line for line in found.notes("to do") if line.startswith("source.secret")] == []
