"""The differences from AWS are listed, and nothing else is changed."""

import io
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest

from modules.archive.zips import BadArchiveError
from modules.debezium import configuration, formats
from modules.debezium.configuration import SECRET_PROVIDER_CLASS
from modules.environment.environment import Environment
from modules.properties_file import as_lines
from rehearsal.aws.backends import ServerError
from rehearsal.connect.secret_files import SecretFiles
from rehearsal.connect.substitutions import (
    FILE_PROVIDER_CLASS,
    connector_properties,
    has_provider,
    without_iam,
    worker_properties,
)
from rehearsal.substitutions import applied
from tests.synthesized import changed, document

ENDPOINT = "http://127.0.0.1:4566"
DEPLOYED = configuration.worker_properties(region="eu-west-1", offset_topic="offsets")


def archive(folder: Path, *classes: str) -> Path:
    """A plugin that was not made here, with one jar of these classes."""
    jar = io.BytesIO()
    with zipfile.ZipFile(jar, "w") as inner:
        for name in classes:
            inner.writestr(f"{name.replace('.', '/')}.class", b"")
    with zipfile.ZipFile(path := folder / "plugin.zip", "w") as outer:
        outer.writestr("plugin/plugin.jar", jar.getvalue())
    return path


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    return archive(tmp_path, "org.example.Connector")


@pytest.fixture
def provided(tmp_path: Path) -> Path:
    return archive(tmp_path, "org.example.Connector", SECRET_PROVIDER_CLASS)


def environment(**changes: Any) -> Environment:
    return Environment(name="dev", **changed(document("dev"), **changes))


@pytest.mark.parametrize(
    ("state", "listed"),
    [({"kind": "cloud", "organization": "acme", "project": "cdc"}, True), ({"kind": "local"}, False)],
    ids=["cloud", "local"],
)
def test_state_that_is_not_where_it_is_deployed_is_listed(plain: Path, state: dict[str, str], listed: bool) -> None:
    found = {one.name for one in applied(environment(state=state), {"debezium-mysql": plain})}
    assert ("Terraform's state" in found) is listed


def test_the_version_of_mysql_is_listed(plain: Path) -> None:
    [database] = [
        one
        for one in applied(environment(), {"debezium-mysql": plain}, mysql=["8.0.33", "8.0.33"])
        if one.name == "database"
    ]
    assert database.deployed == "Aurora MySQL, compatible with 8.0"
    assert database.here.startswith("MySQL 8.0.33, a server of its own for each database")


SERVERS = {"name": "db.internal", "address": "10.9.4.7"}


@pytest.mark.parametrize(("server", "listed"), [("name", False), ("address", True)])
def test_a_server_elsewhere_is_listed(server: str, listed: bool, plain: Path) -> None:
    host = {"address": SERVERS[server], "port": 3307, "cidr_block": "10.9.4.0/24"}
    changes = {"connectors__shop__source__cluster": None, "connectors__shop__source__host": host}
    found = {one.name: one for one in applied(environment(**changes), {"debezium-mysql": plain})}
    assert found["database"].deployed == "a MySQL server elsewhere"
    assert ("addresses of databases" in found) == listed


def test_an_instance_is_listed(plain: Path) -> None:
    changes = {"connectors__shop__source__cluster": None, "connectors__shop__source__instance": "shop"}
    [database] = [one for one in applied(environment(**changes), {"debezium-mysql": plain}) if one.name == "database"]
    assert database.deployed == "RDS for MySQL"


def test_a_worker_connects_to_the_database_here() -> None:
    deployed = {"database.hostname": "10.9.4.7", "database.port": "3307", "topic.prefix": "shop"}
    found = connector_properties(deployed, provider=False, observed=False, database=("127.99.1.5", "40001"))
    assert found == {**deployed, "database.hostname": "127.99.1.5", "database.port": "40001"}
    assert connector_properties(deployed, provider=False, observed=False) == deployed


def names(path: Path, *, brokers: int | None = None, **changes: Any) -> set[str]:
    found = applied(environment(**changes), {"debezium-mysql": path}, brokers=brokers)
    assert all(one.deployed and one.here for one in found)
    return {one.name for one in found}


ALWAYS = {
    "database", "host names", "brokers' certificates", "worker's memory", "prevent_destroy", "provider's retries",
    "observers of events", "databases' certificates", "Terraform's state",
}  # fmt: skip


def test_the_provider_is_looked_for_in_the_archive(plain: Path) -> None:
    assert names(plain) == {*ALWAYS, "secrets in files"}
    assert not has_provider(plain)


def test_a_trust_store_is_written_by_the_rehearsal(plain: Path) -> None:
    tls: Any = {"connectors__shop__source__tls": {"ca_bundle": "certs/bundle.pem"}}
    assert names(plain, **tls) - names(plain) == {"trust stores in files"}


def test_a_worker_here_has_no_provider_of_trust_stores() -> None:
    config = environment(connectors__shop__source__tls={"ca_bundle": "certs/bundle.pem"}).connectors["shop"]
    deployed = configuration.worker_properties(config, region="eu-west-1", offset_topic="offsets")
    assert deployed != DEPLOYED
    for provider in (False, True):
        here = worker_properties(deployed, provider=provider, endpoint=ENDPOINT, observed=False)
        assert here == worker_properties(DEPLOYED, provider=provider, endpoint=ENDPOINT, observed=False)


def test_a_provider_in_the_archive_is_used(provided: Path) -> None:
    assert names(provided) == {*ALWAYS, "secrets' endpoint"}
    assert has_provider(provided)


def test_a_damaged_archive_is_refused(tmp_path: Path) -> None:
    (path := tmp_path / "plugin.zip").write_bytes(b"not a ZIP")
    with pytest.raises(BadArchiveError):
        has_provider(path)


@pytest.mark.parametrize(("brokers", "fewer"), [(1, True), (3, False), (None, False)])
def test_fewer_brokers_are_listed(plain: Path, brokers: int | None, fewer: bool) -> None:
    assert ("brokers" in names(plain, brokers=brokers)) is fewer


@pytest.mark.parametrize(("version", "other"), [("3.9.x", False), ("3.8.x", True)])
def test_another_version_of_kafka_is_listed(plain: Path, version: str, other: bool) -> None:
    assert ("Kafka's version" in names(plain, kafka__version=version)) is other


@pytest.mark.parametrize("kind", ["application", "lambda"])
def test_pollers_of_functions_are_listed(plain: Path, kind: str) -> None:
    reads = {"topics": {"shop.shop.orders": "receipts"}} if kind == "lambda" else {"topics": ["shop"], "groups": ["x"]}
    consumers = {"receipts": {"kind": kind, **reads}}
    assert ("pollers of Lambda" in names(plain, consumers=consumers)) is (kind == "lambda")


@pytest.mark.parametrize("arn", [None, "arn:aws:iam::123456789012:policy/boundary"])
def test_a_permissions_boundary_is_listed(plain: Path, arn: str | None) -> None:
    assert ("permissions boundary" in names(plain, permissions_boundary=arn)) is (arn is not None)


def test_the_older_connect_is_listed(plain: Path) -> None:
    content = changed(document("dev"), connectors__shop__kafkaconnect_version="2.7.1")
    content["plugins"]["debezium-mysql"] = {
        "bucket": "plugins",
        "key": "old.zip",
        "version": "1",
        "debezium_version": "2.7.4.Final",
    }
    older = applied(Environment(name="dev", **content), {"debezium-mysql": plain})
    assert "Kafka Connect's version" in {one.name for one in older}


CLIENTS = ("schema.history.internal.producer.", "schema.history.internal.consumer.", "signal.consumer.")
ACCESS = {client + key: value for client in CLIENTS for key, value in configuration.IAM_CLIENT.items()}
OTHERS = {"security.protocol": "a", "database.ssl.mode": "required", "schema.history.internal.producer.acks": "all"}


@pytest.mark.parametrize("provider", [False, True])
def test_a_connector_signs_in_as_it_is_deployed(provider: bool) -> None:
    deployed = {**OTHERS, **ACCESS}
    assert connector_properties(deployed, provider=provider, observed=False) == deployed


def test_without_iam_only_the_iam_settings_are_removed() -> None:
    assert without_iam({**OTHERS, **ACCESS}) == OTHERS


@pytest.mark.parametrize(
    ("provider", "here"),
    [(False, "${secretsmanager:prod/shop:password}"), (True, "${secretsmanager:/prod/shop:password}")],
)
def test_a_secret_file_is_below_the_workers_folder(provider: bool, here: str) -> None:
    deployed = {"database.password": "${secretsmanager:/prod/shop:password}"}
    assert connector_properties(deployed, provider=provider, observed=False) == {"database.password": here}


@pytest.mark.parametrize(
    ("provider", "changes"),
    [
        (False, {"config.providers.secretsmanager.class": FILE_PROVIDER_CLASS}),
        (True, {"config.providers.secretsmanager.param.endpoint": ENDPOINT}),
    ],
)
def test_a_worker_gets_another_provider_or_another_endpoint(provider: bool, changes: dict[str, str]) -> None:
    assert worker_properties(DEPLOYED, provider=provider, endpoint=ENDPOINT, observed=False) == {**DEPLOYED, **changes}


def test_a_worker_with_another_provider_is_not_changed() -> None:
    other = {**DEPLOYED, "config.providers.secretsmanager.class": "org.example.Provider"}
    assert worker_properties(other, provider=False, endpoint=ENDPOINT, observed=False) == other


def files(folder: Path, *, written: bool = True) -> SecretFiles:
    held = {"cdc/shop": {"username": "cdc", "password": "pass\\word "}, "../outside": {"password": "x"}}
    return SecretFiles(folder, held.__getitem__, write_files=written)


def placeholder(secret: str, key: str) -> dict[str, str]:
    return {"property": f"${{secretsmanager:{secret}:{key}}}"}


def test_a_secret_is_a_file_until_it_is_removed(tmp_path: Path) -> None:
    secrets = files(tmp_path)
    secrets.update(placeholder("cdc/shop", "password"))
    file = tmp_path / "cdc" / "shop"
    assert file.read_text() == as_lines({"username": "cdc", "password": "pass\\word "})
    assert file.stat().st_mode & 0o077 == 0
    secrets.remove()
    assert not file.exists()


@pytest.mark.parametrize(
    ("secret", "key", "wrong"),
    [
        (
            "cdc/none",
            "password",
            "the secret 'cdc/none' is not in Secrets Manager; create it, with password",
        ),
        ("cdc/shop", "pin", "the secret 'cdc/shop' must have pin, got password and username; it must be flat JSON"),
        ("../outside", "password", "a secret's name must not point outside the worker's folder, got '../outside'"),
    ],
)
def test_an_invalid_reference_is_refused(tmp_path: Path, secret: str, key: str, wrong: str) -> None:
    with pytest.raises(ServerError, match=re.escape(wrong)):
        files(tmp_path).update(placeholder(secret, key))
    assert list(tmp_path.iterdir()) == []


def test_without_files_secrets_are_only_checked(tmp_path: Path) -> None:
    secrets = files(tmp_path, written=False)
    secrets.update(placeholder("cdc/shop", "password"))
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(ServerError):
        secrets.update(placeholder("cdc/shop", "pin"))


def test_values_are_hidden_but_not_the_username(tmp_path: Path) -> None:
    secrets = files(tmp_path)
    secrets.update({**placeholder("cdc/shop", "password"), "database.user": "${secretsmanager:cdc/shop:username}"})
    assert secrets.hide("user cdc with pass\\word !") == "user cdc with ********!"


@pytest.mark.parametrize(
    ("key", "value", "line"),
    [
        ("a", "plain", "a=plain"),
        ("a", " led", "a=\\ led"),
        ("a", "b\\c", "a=b\\\\c"),
        ("a", "two\nlines", "a=two\\nlines"),
        ("a b=c:#!", "é", "a\\ b\\=c\\:\\#\\!=é"),
    ],
)
def test_a_properties_file_can_have_any_value(key: str, value: str, line: str) -> None:
    assert as_lines({key: value}) == f"{line}\n"


@pytest.mark.parametrize("kind", ["confluent", "apicurio"])
def test_the_user_of_a_registry_is_not_hidden(tmp_path: Path, kind: Any) -> None:
    login = {"user": "${secretsmanager:cdc/registry:user}", "password": "${secretsmanager:cdc/registry:password}"}
    properties = formats.properties("avro", formats.Registry(kind, url="https://registry.internal", **login))
    content = {"user": "registry", "password": "no one knows"}
    secrets = SecretFiles(tmp_path, {"cdc/registry": content}.__getitem__, write_files=False)
    secrets.update(properties)
    assert secrets.hide("io.apicurio.registry.E: no one knows") == "io.apicurio.registry.E: ********"
