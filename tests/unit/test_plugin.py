"""Plugins: bucket, object and custom plugin in the synthesized JSON."""

import hashlib
import json
from pathlib import Path

import pytest

from tests.synthesized import Document, Stack, document, with_another
from tests.unit.conftest import Synthesize

BUCKET = "plugin-bucket"


@pytest.fixture(scope="module")
def uploaded(dev: dict[str, Stack]) -> Stack:
    return dev["connect"]


def with_archive(path: Path) -> Document:
    content = document("dev")
    content["plugins"]["debezium-mysql"] = {"archive": str(path)}
    return content


def test_the_archive_is_uploaded_under_its_hash(uploaded: Stack, archive: Path) -> None:
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    object_ = uploaded.one("aws_s3_object", "plugins/debezium-mysql/object")
    assert object_["key"] == f"plugins/debezium-mysql/{digest}.zip"
    copy = uploaded.file.parent / object_["source"]
    assert copy.read_bytes() == archive.read_bytes()
    assert object_["lifecycle"] == {"create_before_destroy": True}
    settings = {
        uploaded.address(f"aws_s3_bucket_{kind}", f"{BUCKET}/{path}")
        for kind, path in (("versioning", "versioning"), ("server_side_encryption_configuration", "encryption"))
    }
    assert set(object_["depends_on"]) == settings


def test_the_plugin_uses_this_version_of_the_object(uploaded: Stack, archive: Path) -> None:
    plugin = uploaded.one("aws_mskconnect_custom_plugin")
    address = uploaded.address("aws_s3_object", "plugins/debezium-mysql/object")
    assert plugin["content_type"] == "ZIP"
    assert plugin["location"]["s3"]["file_key"] == f"${{{address}.key}}"
    assert plugin["location"]["s3"]["object_version"] == f"${{{address}.version_id}}"
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    assert plugin["name"] == f"cdc-dev-debezium-mysql-{digest[:12]}"
    assert plugin["lifecycle"] == {"create_before_destroy": True}
    address = uploaded.address("aws_mskconnect_custom_plugin", "plugins/debezium-mysql/plugin")
    used = uploaded.one("aws_mskconnect_connector")["plugin"]
    assert used == [{"custom_plugin": {"arn": f"${{{address}.arn}}", "revision": f"${{{address}.latest_revision}}"}}]


def test_another_archive_is_another_plugin(synth: Synthesize, uploaded: Stack, tmp_path: Path) -> None:
    other = tmp_path / "debezium-mysql.zip"
    other.write_bytes(b"other bytes")
    stack = synth(with_archive(other), "dev")["connect"]
    for type_, key in (("aws_mskconnect_custom_plugin", "name"), ("aws_s3_object", "key")):
        assert stack.one(type_)[key] != uploaded.one(type_)[key]


def test_the_bucket_is_private_versioned_encrypted_and_tls_only(uploaded: Stack) -> None:
    bucket = uploaded.one("aws_s3_bucket", f"{BUCKET}/bucket")
    assert bucket["bucket"].startswith("cdc-dev-plugins-")
    assert bucket["lifecycle"] == {"prevent_destroy": True}
    access = uploaded.one("aws_s3_bucket_public_access_block")
    for switch in ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets"):
        assert access[switch] is True
    versioning = uploaded.one("aws_s3_bucket_versioning")
    assert versioning["versioning_configuration"] == {"status": "Enabled"}
    rule = uploaded.one("aws_s3_bucket_server_side_encryption_configuration")["rule"][0]
    assert rule["apply_server_side_encryption_by_default"]["sse_algorithm"] == "aws:kms"
    assert "aws_kms_key" in rule["apply_server_side_encryption_by_default"]["kms_master_key_id"]
    ownership = uploaded.one("aws_s3_bucket_ownership_controls")
    assert ownership["rule"] == {"object_ownership": "BucketOwnerEnforced"}
    denied = json.loads(uploaded.one("aws_s3_bucket_policy")["policy"])["Statement"]
    assert {statement["Effect"] for statement in denied} == {"Deny"}
    assert {"Bool": {"aws:SecureTransport": "false"}} in [statement["Condition"] for statement in denied]
    old = uploaded.one("aws_s3_bucket_lifecycle_configuration")["rule"][0]
    assert old["noncurrent_version_expiration"] == [{"noncurrent_days": 90}]


def test_a_published_object_is_used_directly(connect: Stack) -> None:
    assert not connect.all("aws_s3_bucket")
    assert not connect.all("aws_s3_object")
    location = connect.one("aws_mskconnect_custom_plugin")["location"]["s3"]
    assert location == {
        "bucket_arn": "arn:aws:s3:::acme-artifacts",
        "file_key": "msk-connect/debezium-mysql-3.6.1.Final.zip",
        "object_version": "3HL4kqtJlcpXroDTDmJ.rmSpXd3dIbrHY",
    }


def test_another_version_of_a_published_object_is_another_plugin(synth: Synthesize, connect: Stack) -> None:
    content = document("prod")
    content["plugins"]["debezium-mysql"]["version"] = "other"
    names = {stack.one("aws_mskconnect_custom_plugin")["name"] for stack in (connect, synth(content)["connect"])}
    assert len(names) == 2


def test_a_published_object_must_exist(connect: Stack) -> None:
    assert (
        connect.lookup("aws_s3_objects", "plugins/debezium-mysql/published")["prefix"]
        == "msk-connect/debezium-mysql-3.6.1.Final.zip"
    )
    guard = connect.one("aws_mskconnect_custom_plugin")["lifecycle"]["precondition"][0]
    assert guard["condition"].startswith("${contains(data.aws_s3_objects.")
    assert "s3://acme-artifacts/msk-connect/debezium-mysql-3.6.1.Final.zip does not exist" in guard["error_message"]


def test_an_archive_and_a_published_object_can_be_used_together(synth: Synthesize, archive: Path) -> None:
    content = document("prod")
    content["plugins"]["local"] = {"archive": str(archive)}
    stack = synth(with_another(content, "extra", plugin="local"))["connect"]
    assert len(stack.all("aws_mskconnect_custom_plugin")) == 2
    assert len(stack.all("aws_s3_bucket")) == 1


REGISTERED = (
    "arn:aws:kafkaconnect:us-east-1:123456789012:custom-plugin/team-debezium/0a1b2c3d-0000-0000-0000-00000000abcd-2"
)


def test_a_plugin_that_exists_is_used_as_it_is(synth: Synthesize) -> None:
    plugins = {"debezium-mysql": {"arn": REGISTERED, "revision": 3}}
    stack = synth(document("prod") | {"plugins": plugins})["connect"]
    assert not stack.all("aws_mskconnect_custom_plugin")
    assert not stack.all("aws_s3_bucket")
    connector = stack.one("aws_mskconnect_connector")
    assert connector["plugin"] == [{"custom_plugin": {"arn": REGISTERED, "revision": 3}}]
    assert stack.lookup("aws_mskconnect_custom_plugin", "plugins/debezium-mysql/registered")["name"] == "team-debezium"
    guard = connector["lifecycle"]["precondition"][-1]
    assert f'.arn == "{REGISTERED}"' in guard["condition"]
    assert f"{REGISTERED} does not exist" in guard["error_message"]
