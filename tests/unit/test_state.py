"""The backend of each stack, and the stack that creates the state store."""

import json

import pytest

from tests.synthesized import Document, Stack, changed, document
from tests.unit.conftest import Synthesize


def backends(stacks: dict[str, Stack]) -> dict[str, Document]:
    return {part: stack.json["terraform"]["backend"] for part, stack in stacks.items()}


def lifecycle(stacks: dict[str, Stack]) -> Document:
    """The lifecycle of connect's remote state data source."""
    (remote,) = stacks["connect"].json["data"]["terraform_remote_state"].values()
    found: Document = remote["lifecycle"]
    return found


def test_each_stack_has_its_own_key_in_the_bucket(prod: dict[str, Stack]) -> None:
    assert set(prod) == {"state", "platform", "connect"}
    for part, backend in backends(prod).items():
        assert backend["s3"] == {
            "bucket": "acme-cdc-state",
            "key": f"prod-{part}/terraform.tfstate",
            "region": "us-east-1",
            "encrypt": True,
            "kms_key_id": "alias/cdc-prod-state",
            "dynamodb_table": "acme-cdc-locks",
            "use_lockfile": True,
        }


def test_the_lock_file_in_s3_is_optional(synth: Synthesize) -> None:
    stacks = synth(changed(document("prod"), state__lockfile=None))
    assert all("use_lockfile" not in backend["s3"] for backend in backends(stacks).values())
    assert all(backend["s3"]["dynamodb_table"] == "acme-cdc-locks" for backend in backends(stacks).values())


def test_connect_reads_the_platforms_state_without_a_lock(connect: Stack) -> None:
    (remote,) = connect.json["data"]["terraform_remote_state"].values()
    assert remote["backend"] == "s3"
    assert remote["config"]["key"] == "prod-platform/terraform.tfstate"
    assert "dynamodb_table" not in remote["config"]


def test_connect_requires_the_platforms_state(synth: Synthesize) -> None:
    here = lifecycle(synth(document("prod")))
    assert '"prod-platform/terraform.tfstate"' in here["precondition"][0]["condition"]
    assert "prod-platform has no state yet: apply it first" in here["precondition"][0]["error_message"]
    assert '"bootstrap", "cluster_arn"' in here["postcondition"][0]["condition"]
    local = lifecycle(synth(changed(document("prod"), state={"kind": "local"})))
    assert local["precondition"][0]["condition"].endswith('fileexists("../../../terraform.prod-platform.tfstate")}')


def test_a_bucket_in_another_region_is_read_with_its_own_provider(synth: Synthesize) -> None:
    connect = synth(changed(document("prod"), state__create=False, state__region="eu-west-1"))["connect"]
    assert connect.lookup("aws_s3_objects", "platform-state")["provider"] == "aws.state"
    [_, elsewhere] = connect.json["provider"]["aws"]
    assert (elsewhere["alias"], elsewhere["region"]) == ("state", "eu-west-1")
    assert elsewhere["allowed_account_ids"] == ["123456789012"]


def test_an_existing_bucket_is_not_created(synth: Synthesize) -> None:
    key = "arn:aws:kms:eu-west-1:123456789012:key/0a1b2c3d"
    stacks = synth(changed(document("prod"), state__create=False, state__region="eu-west-1", state__kms_key_arn=key))
    assert set(stacks) == {"platform", "connect"}
    backend = backends(stacks)["platform"]["s3"]
    assert (backend["region"], backend["kms_key_id"], backend["encrypt"]) == ("eu-west-1", key, True)


def test_without_a_key_the_buckets_default_encryption_applies(synth: Synthesize) -> None:
    backend = backends(synth(changed(document("prod"), state__create=False)))["platform"]["s3"]
    assert "encrypt" not in backend
    assert "kms_key_id" not in backend


def test_hcp_terraform_has_a_workspace_for_each_stack(dev: dict[str, Stack]) -> None:
    assert set(dev) == {"platform", "connect"}
    for part, stack in dev.items():
        cloud = stack.json["terraform"]["cloud"]
        assert cloud["organization"] == "acme"
        assert cloud["workspaces"] == {"name": f"dev-{part}", "project": "cdc"}
    (remote,) = dev["connect"].json["data"]["terraform_remote_state"].values()
    assert remote["backend"] == "remote"
    assert remote["config"]["workspaces"] == {"name": "dev-platform"}


def test_the_platforms_state_is_read_from_terraform_enterprise_too(synth: Synthesize) -> None:
    state = {"kind": "cloud", "organization": "acme", "hostname": "tfe.example.com"}
    stacks = synth(changed(document("prod"), state=state))
    assert all(stack.json["terraform"]["cloud"]["hostname"] == "tfe.example.com" for stack in stacks.values())
    (remote,) = stacks["connect"].json["data"]["terraform_remote_state"].values()
    assert remote["config"] == {
        "hostname": "tfe.example.com",
        "organization": "acme",
        "workspaces": {"name": "prod-platform"},
    }


def test_local_state_has_a_relative_path_outside_the_output(synth: Synthesize) -> None:
    for part, backend in backends(synth(changed(document("prod"), state={"kind": "local"}))).items():
        assert backend["local"]["path"] == f"../../../terraform.prod-{part}.tfstate"


def test_the_state_store_is_a_private_bucket_and_a_lock_table(prod: dict[str, Stack]) -> None:
    stack = prod["state"]
    assert stack.one("aws_s3_bucket")["bucket"] == "acme-cdc-state"
    assert stack.one("aws_s3_bucket_versioning")["versioning_configuration"] == {"status": "Enabled"}
    key = f"${{{stack.address('aws_kms_key', 'store/key/key')}.arn}}"
    rule = stack.one("aws_s3_bucket_server_side_encryption_configuration")["rule"][0]
    assert rule["apply_server_side_encryption_by_default"] == {"sse_algorithm": "aws:kms", "kms_master_key_id": key}
    assert stack.one("aws_kms_alias")["name"] == "alias/cdc-prod-state"
    assert len(json.loads(stack.one("aws_s3_bucket_policy")["policy"])["Statement"]) == 2
    table = stack.one("aws_dynamodb_table")
    assert (table["name"], table["hash_key"]) == ("acme-cdc-locks", "LockID")
    assert table["attribute"] == [{"name": "LockID", "type": "S"}]
    assert table["server_side_encryption"] == {"enabled": True, "kms_key_arn": key}
    assert table["point_in_time_recovery"] == {"enabled": True}
    assert table["deletion_protection_enabled"] is True


@pytest.mark.parametrize("part", ["state", "platform", "connect"])
def test_every_stack_has_pinned_versions_tags_and_an_account_guard(prod: dict[str, Stack], part: str) -> None:
    json_ = prod[part].json
    assert json_["terraform"]["required_providers"] == {"aws": {"source": "aws", "version": "5.100.0"}}
    assert json_["terraform"]["required_version"] == ">= 1.10"
    (provider,) = json_["provider"]["aws"]
    tags = {"environment": "prod", "owner": "data-platform", "project": "msk-cdc"}
    assert provider["default_tags"] == [{"tags": tags}]
    assert provider["allowed_account_ids"] == ["123456789012"]
    assert provider["region"] == "us-east-1"


def test_without_an_account_id_any_account_is_allowed(dev: dict[str, Stack]) -> None:
    (provider,) = dev["platform"].json["provider"]["aws"]
    assert "allowed_account_ids" not in provider
