"""The commands of docs/deploy.md: state, cdktf deploy, one stack alone, a first rollout by hand."""

import json

import pytest

from cdc import terraform
from cdc.delivery import cdktf_cli
from tests.delivery.pages import commands
from tests.delivery.project import Project


def test_the_state_of_a_missing_store_cannot_be_shown(fresh: Project) -> None:
    file = fresh.folder / "environments" / "prod.yaml"
    (other := file.with_name("unmade.yaml")).write_text(file.read_text().replace("acme-cdc-state", "acme-unmade"))
    output = fresh.shell(".venv/bin/cdc state show unmade", status=1)
    assert "acme-unmade does not exist; create it with: .venv/bin/cdc bootstrap unmade" in output
    other.unlink()


def test_connect_planned_before_platform_is_refused(planned_too_early: str) -> None:
    assert "prod-platform has no state yet: apply it first, then plan prod-connect" in planned_too_early


def test_everything_is_deployed_in_order(delivered: Project) -> None:
    outputs = json.loads((delivered.folder / "outputs.json").read_text())
    assert outputs["prod-platform"]["bootstrap"].endswith("b-3.cdc-prod:9098")
    arn = outputs["prod-connect"]["connector_orders_arn"]
    connector = delivered.account.client("kafkaconnect").describe_connector(connectorArn=arn)
    assert connector["connectorState"] == "RUNNING"
    assert "connector_orders_arn" in delivered.shell(*commands("deploy.md", "In CI", block=1))


def test_one_stack_alone_is_planned(delivered: Project) -> None:
    output = delivered.shell(*commands("deploy.md", "cdktf deploy", block=1))
    assert "No changes" in output
    assert "prod-platform" not in output.replace("cross-stack-reference-input-prod-platform", "")


def test_terraform_alone_plans_guards_and_applies(delivered: Project) -> None:
    output = delivered.shell(*commands("deploy.md", "cdktf deploy", block=2))
    assert "No changes" in output
    assert "0 added, 0 changed, 0 destroyed" in output


def test_a_rollout_by_hand_ends_in_a_plan(delivered: Project) -> None:
    output = delivered.shell(*commands("deploy.md", "The first rollout"))
    assert output.count("No changes") == 2


def test_every_stack_has_the_lock_file(delivered: Project) -> None:
    [lock] = commands("deploy.md", "The provider's hashes")
    delivered.shell(lock, linux_amd64=terraform.target())
    delivered.shell("make synth ENV=prod", "terraform -chdir=cdktf.out/stacks/prod-state init -lockfile=readonly")
    locks = {file.read_text() for file in delivered.folder.glob("cdktf.out/stacks/*/.terraform.lock.hcl")}
    assert locks == {(delivered.folder / ".terraform.lock.hcl").read_text()}
    wrong = (delivered.folder / ".terraform.lock.hcl").read_text().replace('"h1:', '"h1:AAAA')
    (delivered.folder / ".terraform.lock.hcl").write_text(wrong)
    output = delivered.shell("make synth ENV=prod", "! terraform -chdir=cdktf.out/stacks/prod-state init -no-color")
    assert "doesn't match any of the checksums" in " ".join(output.replace("│", "").split())
    delivered.shell("rm .terraform.lock.hcl cdktf.out/stacks/*/.terraform.lock.hcl")


@pytest.mark.parametrize(("given", "skips"), [("deploy", True), ("diff", True), ("synth", False), ("", False)])
def test_a_mirror_is_not_asked_for_hashes(given: str, skips: bool) -> None:
    called = [given] if given else []
    generated = "/home/ana/.cache/msk-cdc/terraform-0123456789abcdef.tfrc"
    assert cdktf_cli.arguments(called, {"TF_CLI_CONFIG_FILE": generated}) == called + ["--skip-provider-lock"] * skips
    assert cdktf_cli.arguments(called, {"TF_CLI_CONFIG_FILE": "/home/ana/own.tfrc"}) == called
    assert cdktf_cli.arguments(called, {}) == called
