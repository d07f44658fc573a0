"""``cdc rehearse ENV --explain-permissions``: every deployed permission, with its reason."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

import cdc.rehearse.permissions
from cdc.rehearse.permissions import permissions, short
from modules.environment.environment import Environment
from rehearsal.iam.permissions.reasons import REASONS
from tests.places import ROOT
from tests.synthesized import Document, Stack, changed, document, synthesize
from tests.terraform.variants import FUNCTION

ARN = "arn:aws:kafka:eu-west-1:123456789012"
UUID = "6f1c2f4e-0000-4000-8000-000000000000-2"
HEALING = "self-healing"  # its roles use no cluster
TYPES = {"cluster_arn": "cluster", "topics": "topic", "groups": "group"}


def command(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "cdc.cli", "rehearse", *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


def environment(name: str, content: Document | None = None) -> Environment:
    return Environment.model_validate({"name": name, **(content or document(name))})


def explained(config: Environment) -> set[tuple[str, str, str, int]]:
    """Policy, statement, action and number of resources."""
    return {(one.holder.policy, one.statement, one.reason.action, len(one.resources)) for one in permissions(config)}


def deployed(connect: Stack) -> set[tuple[str, str, str, int]]:
    """The same, from the synthesized policies of connectors and consumers."""
    held = {**connect.all("aws_iam_role_policy"), **connect.all("aws_iam_policy")}
    return {
        (policy["name"], statement["Sid"], action, len(statement["Resource"]))
        for policy in held.values()
        if HEALING not in policy["name"]
        for statement in json.loads(policy["policy"])["Statement"]
        for action in statement["Action"]
    }


MAPPED: dict[str, Any] = {"consumers__receipts": FUNCTION}
SIGNALLED: dict[str, Any] = {"connectors__orders__signals": {"topic": "orders-signals"}}


@pytest.mark.parametrize(
    ("name", "changes"),
    [("rehearsal", {}), ("dev", {}), ("prod", {}), ("prod", SIGNALLED), ("prod", MAPPED)],
    ids=["rehearsal", "dev", "prod", "signals by a topic", "a function"],
)
def test_the_explained_permissions_are_the_deployed_ones(tmp_path: Path, name: str, changes: dict[str, Any]) -> None:
    published = document("prod")["plugins"]  # no archive has to be built for it
    content = changed(document(name), plugins=published, **changes)
    stacks = synthesize(tmp_path, content, name=name)
    assert explained(environment(name, content)) == deployed(stacks["connect"])


def test_roles_are_named_as_they_are_deployed(tmp_path: Path) -> None:
    content = changed(document("prod"), **MAPPED)
    connect = synthesize(tmp_path, content)["connect"]
    named = {role for one in permissions(environment("prod", content)) for role in one.holder.roles}
    attachments = connect.all("aws_iam_role_policy_attachment").values()
    attached = {body["role"] for body in attachments if not body["role"].startswith("$")}
    roles = {body["name"] for body in connect.all("aws_iam_role").values()}
    assert named == {role for role in roles if HEALING not in role} | attached


def test_resources_are_those_of_the_environment() -> None:
    found = {(one.holder.name, one.statement): one.resources for one in permissions(environment("prod"))}
    assert found["orders", "Cluster"] == ("cluster/cdc-prod",)
    assert found["orders", "Events"] == ("topic/orders", "topic/orders.*", "topic/__debezium-heartbeat.orders")
    assert found["orders", "InternalTopics"] == (
        "topic/__amazon_msk_connect_configs_cdc-prod-orders_*",
        "topic/__amazon_msk_connect_status_cdc-prod-orders_*",
        "topic/cdc-prod-orders-offsets",
    )
    assert found["orders", "Secret"] == ("secret:cdc/orders",)
    assert found["billing", "Groups"] == ("group/billing-*",)


def test_a_cluster_that_exists_has_its_own_name() -> None:
    kafka = {
        "kind": "existing",
        "cluster_arn": f"{ARN}:cluster/shared/{UUID}",
        "security_group_id": "sg-0123456789abcdef0",
    }
    found = permissions(environment("dev", changed(document("dev"), kafka=kafka)))
    assert {one.resources for one in found if one.statement == "Cluster"} == {("cluster/shared",)}


def test_conditions_are_included() -> None:
    [key] = [one for one in permissions(environment("prod")) if one.statement == "SecretKey"]
    assert key.resources == ("key/*",)
    assert key.condition == {
        "kms:ViaService": "secretsmanager.us-east-1.amazonaws.com",
        "kms:EncryptionContext:SecretARN": "secret:cdc/orders",
    }


@pytest.mark.parametrize(
    ("arn", "resource"),
    [
        (f"{ARN}:cluster/orders/{UUID}", "cluster/orders"),
        (f"{ARN}:topic/orders/{UUID}/orders.*", "topic/orders.*"),
        (f"{ARN}:group/orders/{UUID}/billing-*", "group/billing-*"),
        (f"{ARN}:transactional-id/orders/{UUID}/*", "transactional-id/*"),
        ("arn:aws:kms:eu-west-1:123456789012:key/*", "key/*"),
        ("arn:aws:secretsmanager:eu-west-1:123456789012:secret:cdc/shop-AbCdEf", "secret:cdc/shop-AbCdEf"),
        ("*", "*"),
    ],
)
def test_a_resource_is_abbreviated(arn: str, resource: str) -> None:
    assert short(arn) == resource


def test_json_has_the_same_permissions() -> None:
    done = command("prod", "--explain-permissions", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == [one.document for one in permissions(environment("prod"))]


def test_the_text_has_every_permission_with_its_reason() -> None:
    done = command("prod", "--explain-permissions")
    assert (done.returncode, done.stderr) == (0, "")
    text = " ".join(done.stdout.split())
    for one in permissions(environment("prod")):
        assert one.holder.title in text
        for part in (one.statement, *one.resources, one.reason.action, one.reason.needed_for, one.reason.without):
            assert part in text
        assert one.reason.source in text
        assert f"kept because {one.reason.unseen}" in text or not one.reason.unseen
    unused = [reason for reason in REASONS if reason.sid == "Signals"]
    assert all(reason.needed_for not in text for reason in unused)


@pytest.mark.parametrize("columns", [80, 120])
@pytest.mark.parametrize("name", ["rehearsal", "dev", "prod", "function"])
def test_the_text_fits_the_terminal(monkeypatch: pytest.MonkeyPatch, name: str, columns: int) -> None:
    terminal = Console(file=io.StringIO(), width=columns)
    monkeypatch.setattr(cdc.rehearse.permissions, "out", terminal)
    content = document("prod") if name == "function" else document(name)
    found = permissions(environment("prod", changed(content, **(MAPPED if name == "function" else {}))))
    cdc.rehearse.permissions.show(found)
    assert isinstance(terminal.file, io.StringIO)
    lines = terminal.file.getvalue().splitlines()
    assert max(map(len, lines)) <= columns
    assert [line for line in lines if line != line.rstrip()] == []
    words = set(" ".join(lines).split())
    assert {resource for one in found for resource in one.resources} <= words
    assert {one.reason.action for one in found} <= words


def test_explaining_cannot_be_combined_with_running(tmp_path: Path) -> None:
    for option in ("--keep", "--stop"):
        done = command("prod", "--explain-permissions", option)
        assert done.returncode == 2
        assert f"'--explain-permissions': cannot be combined with {option}, because it runs nothing" in done.stderr
        assert done.stdout == ""
    done = command(str(tmp_path / "none.yaml"), "--explain-permissions")
    assert done.returncode == 1
    assert "does not exist" in done.stderr


def test_an_invalid_environment_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text((ROOT / "environments/dev.yaml").read_text().replace("eu-west-1", "nowhere"))
    done = command(str(tmp_path / "mine.yaml"), "--explain-permissions")
    assert done.returncode == 1
    assert "mine.yaml:3: region:" in done.stderr


def test_a_trust_store_two_secrets_and_signals() -> None:
    content = changed(
        document("prod"),
        connectors__orders__source__tls={"ca_bundle": "certs/bundle.pem"},
        connectors__orders__signals={"topic": "orders-signals"},
        connectors__orders__properties={"driver.clientCertificateKeyStorePassword": "${secretsmanager:cdc/tls:own}"},
        consumers__billing__signals=["orders"],
    )
    found = permissions(Environment(name="prod", **content))
    by = {(one.statement, one.reason.action): one for one in found}
    bucket = "cdc-prod-plugins-123456789012-us-east-1"
    assert by["TrustStore", "s3:GetObject"].resources == (f"{bucket}/trust-stores/orders/*",)
    assert by["TrustStoreKey", "kms:Decrypt"].condition["kms:EncryptionContext:aws:s3:arn"] == bucket
    assert (
        by["SecretKey", "kms:Decrypt"].condition["kms:EncryptionContext:SecretARN"]
        == "secret:cdc/orders, secret:cdc/tls"
    )
    assert by["Signals", "kafka-cluster:WriteData"].resources == ("topic/orders-signals",)
    assert by["Signals", "kafka-cluster:WriteData"].holder.name == "billing"
