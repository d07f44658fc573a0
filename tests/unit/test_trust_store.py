"""A verified database: its authorities as a trust store in S3, what reads it, and who may."""

import base64
import hashlib
import json
from pathlib import Path

import pytest

from modules.app import main
from modules.certificates import BadBundleError, certificates, java_trust_store
from modules.environment.ca_bundles import problems
from modules.environment.environment import Environment
from modules.properties_file import parse
from rehearsal.connect.trust_stores import certificates as stored
from rehearsal.iam.tls import CertificateAuthority
from tests.synthesized import Document, Stack, changed, document, with_another, with_connector
from tests.unit.conftest import Synthesize

FIRST, SECOND = CertificateAuthority(), CertificateAuthority()


def pem(*authorities: CertificateAuthority, around: str = "") -> bytes:
    blocks = [
        f"-----BEGIN CERTIFICATE-----\n{base64.encodebytes(one.der).decode()}-----END CERTIFICATE-----\n"
        for one in authorities
    ]
    return f"{around}\n".join(["", *blocks]).encode()


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    file = tmp_path / "bundle.pem"
    file.write_bytes(pem(FIRST, SECOND))
    return file


def verified(bundle: Path, **changes: object) -> Document:
    return with_connector(source__tls={"verify": "identity", "ca_bundle": str(bundle)}, **changes)


def test_a_bundle_has_each_certificate_once_whatever_is_around_them() -> None:
    assert certificates(pem(FIRST, SECOND, FIRST, around="# Amazon RDS Root")) == (FIRST.der, SECOND.der)
    assert certificates(pem(FIRST).replace(b"\n", b"\r\n")) == (FIRST.der,)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "must have certificates in PEM"),
        (FIRST.der, "must have certificates in PEM"),
        (pem(FIRST) + b"-----BEGIN EC PRIVATE KEY-----\nAA==\n-----END EC PRIVATE KEY-----", "it has a private key"),
        (pem(FIRST).replace(b" CERT", b" TRUSTED CERT"), "it has a trusted certificate"),
        (pem(FIRST).replace(b"MII", b"M*I", 1).replace(b"MIIB", b"M!IB", 1), "number 1 is no Base64"),
        (pem(FIRST, SECOND).replace(base64.encodebytes(SECOND.der)[-30:], b"", 1), "number 2 is"),
        (b"-----BEGIN CERTIFICATE-----\naGVsbG8=\n-----END CERTIFICATE-----", "number 1 is cut off, or is something"),
        (b"-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----", "number 1 is cut off"),
    ],
    ids=["nothing", "der", "a-key", "another-kind", "no-base64", "cut-off", "something-else", "empty"],
)
def test_what_is_no_bundle_is_refused(content: bytes, why: str) -> None:
    with pytest.raises(BadBundleError, match="must have") as refused:
        certificates(content)
    assert why in str(refused.value)


def test_a_trust_store_has_the_certificates_and_the_same_bytes_each_time() -> None:
    made = java_trust_store([FIRST.der, SECOND.der])
    assert stored(made) == [FIRST.der, SECOND.der]
    assert made == java_trust_store([FIRST.der, SECOND.der])
    assert hashlib.sha1(b"Mighty Aphrodite" + made[:-20]).digest() == made[-20:]


def test_the_trust_store_is_an_object_of_the_plugin_bucket(synth: Synthesize, bundle: Path) -> None:
    stack = synth(verified(bundle))["connect"]
    stored_object = stack.one("aws_s3_object", "connectors/orders/trust-store/object")
    content = (stack.file.parent / stored_object["source"]).read_bytes()
    assert content == java_trust_store([FIRST.der, SECOND.der])
    digest = hashlib.sha256(content).hexdigest()
    assert (stored_object["key"], stored_object["source_hash"]) == (f"trust-stores/orders/{digest}.jks", digest)
    assert stored_object["lifecycle"] == {"create_before_destroy": True}
    bucket = stack.address("aws_s3_bucket", "plugin-bucket/bucket")
    assert stored_object["bucket"] == f"${{{bucket}.id}}"
    versioning = stack.address("aws_s3_bucket_versioning", "plugin-bucket/versioning")
    assert versioning in stored_object["depends_on"]


def test_the_worker_imports_it_and_verifies_the_name(synth: Synthesize, bundle: Path) -> None:
    stack = synth(verified(bundle))["connect"]
    configuration = stack.one("aws_mskconnect_connector")["connector_configuration"]
    bucket = stack.address("aws_s3_bucket", "plugin-bucket/bucket")
    key = stack.address("aws_s3_object", "connectors/orders/trust-store/object")
    assert configuration["database.ssl.mode"] == "verify_identity"
    parts = f'"$", "{{s3import:us-east-1:", "${{{bucket}.id}}/${{{key}.key}}", "}}"'
    assert configuration["database.ssl.truststore"] == f'${{join("", [{parts}])}}'
    worker = parse(stack.one("aws_mskconnect_worker_configuration")["properties_file_content"])
    assert worker["config.providers"] == "secretsmanager,s3import"
    assert worker["config.providers.s3import.class"] == "com.amazonaws.kafka.config.providers.S3ImportConfigProvider"
    assert worker["config.providers.s3import.param.region"] == "us-east-1"


def test_the_role_may_read_its_trust_stores_and_decrypt_them_through_s3(synth: Synthesize, bundle: Path) -> None:
    stack = synth(verified(bundle))["connect"]
    policy = json.loads(stack.one("aws_iam_role_policy", "connectors/orders/permissions")["policy"])
    statements = {one["Sid"]: one for one in policy["Statement"]}
    bucket = stack.address("aws_s3_bucket", "plugin-bucket/bucket")
    assert statements["TrustStore"]["Action"] == ["s3:GetObject"]
    assert statements["TrustStore"]["Resource"] == [f"${{{bucket}.arn}}/trust-stores/orders/*"]
    [encryption] = statements["TrustStoreKey"]["Resource"]
    assert "aws_kms_key" in encryption
    assert statements["TrustStoreKey"]["Condition"]["StringEquals"] == {
        "kms:ViaService": "s3.us-east-1.amazonaws.com",
        "kms:EncryptionContext:aws:s3:arn": f"${{{bucket}.arn}}",
    }


def test_without_tls_nothing_of_it_is_there(connect: Stack) -> None:
    configuration = connect.one("aws_mskconnect_connector")["connector_configuration"]
    assert configuration["database.ssl.mode"] == "required"
    assert "database.ssl.truststore" not in configuration
    worker = parse(connect.one("aws_mskconnect_worker_configuration")["properties_file_content"])
    assert worker["config.providers"] == "secretsmanager"
    assert "aws_s3_object" not in connect.json["resource"]
    assert "TrustStore" not in connect.one("aws_iam_role_policy", "connectors/orders/permissions")["policy"]


def test_a_servers_public_authority_needs_no_trust_store(synth: Synthesize) -> None:
    host = {"address": "db.example.com", "cidr_block": "10.8.0.0/16"}
    stack = synth(with_connector(source__cluster=None, source__host=host, source__tls={"verify": "ca"}))["connect"]
    configuration = stack.one("aws_mskconnect_connector")["connector_configuration"]
    assert configuration["database.ssl.mode"] == "verify_ca"
    assert "database.ssl.truststore" not in configuration
    assert "aws_s3_object" not in stack.json["resource"]


def test_each_connector_has_an_object_of_its_own(synth: Synthesize, bundle: Path) -> None:
    """One of them may get another bundle: the old object is destroyed then."""
    stack = synth(with_another(verified(bundle), "again"))["connect"]
    keys = {one["key"].split("/")[1] for one in stack.all("aws_s3_object").values()}
    assert keys == {"orders", "again"}


@pytest.mark.parametrize(("nat", "allowed"), [("none", True), ("per_zone", False)])
def test_without_nat_the_workers_reach_s3_through_its_endpoint(
    nat: str, allowed: bool, synth: Synthesize, bundle: Path
) -> None:
    stack = synth(changed(verified(bundle), network__nat=nat))["connect"]
    rules = stack.all("aws_vpc_security_group_egress_rule")
    assert ("connectors/orders/s3" in rules) == allowed
    if allowed:
        assert "prefix_list_id" in rules["connectors/orders/s3"]["prefix_list_id"]
        assert "cidr_ipv4" not in rules["connectors/orders/s3"]


def test_without_nat_and_without_tls_no_worker_needs_s3(synth: Synthesize) -> None:
    rules = synth(changed(document("prod"), network__nat="none"))["connect"].all("aws_vpc_security_group_egress_rule")
    assert "connectors/orders/s3" not in rules


@pytest.mark.parametrize(("content", "why"), [(None, "cannot be read (no such file"), (b"x", "must have certificates")])
def test_a_bundle_is_checked_before_synthesis(content: bytes | None, why: str, tmp_path: Path) -> None:
    file = tmp_path / "bundle.pem"
    if content is not None:
        file.write_bytes(content)
    [problem] = problems(Environment.model_validate({"name": "prod", **verified(file)}))
    assert problem.path == ("connectors", "orders", "source", "tls", "ca_bundle")
    assert why in problem.message
    assert str(file) in str(problem)


def test_synthesis_reports_it_with_its_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = (Path(__file__).parents[2] / "environments" / "prod.yaml").read_text()
    file = tmp_path / "prod.yaml"
    file.write_text(text.replace("server_id: 5401", "tls: {ca_bundle: missing.pem}\n      server_id: 5401"))
    assert main([str(file)]) == 1
    line = text.splitlines().index("      server_id: 5401") + 1
    assert f"{file}:{line}: connectors.orders.source.tls.ca_bundle: cannot be read" in capsys.readouterr().err
