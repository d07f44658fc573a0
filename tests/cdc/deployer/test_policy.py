"""The deployer's policy of the examples: each action has a reason, resources are narrow, documents fit."""

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from typer.testing import CliRunner, Result

from cdc.cli import app
from cdc.deployer import calls
from cdc.deployer.policy import MOST_CHARACTERS, Policy
from cdc.deployer.stacks import policy_of
from modules.environment.environment import Environment
from modules.synthesis import sdk
from rehearsal.iam.actions import kinds
from rehearsal.iam.policies import policy as iam
from tests.places import ROOT
from tests.synthesized import Document, changed
from tests.terraform.variants import PROD, VARIANTS

READING: Final = re.compile(r"[\w-]+:(Describe|Get|Head|List)\w*")
ACCOUNT: Final = "123456789012"
HERE: Final = f"us-east-1:{ACCOUNT}"


def policy(content: Document, *, read_only: bool = False) -> Policy:
    return policy_of(Environment.model_validate({"name": "prod", **content}), read_only=read_only)


def resources(of: Policy, action: str) -> set[str]:
    return {one.resource for one in of.permissions if one.action == action}


def allows(of: Policy, action: str, resource: str, **context: str) -> bool:
    """By the embedded IAM, with condition keys as ``aws_RequestedRegion``."""
    keys = {"aws:RequestedRegion": "us-east-1", **{key.replace("_", ":"): value for key, value in context.items()}}
    request = iam.Request(action, resource, keys)
    identity = [iam.parse(str(number), document) for number, document in enumerate(of.documents)]
    return iam.decide(request, identity=identity, known=list(keys)).allowed


@pytest.mark.parametrize("name", ["prod", *sorted(VARIANTS)])
def test_every_environment_has_a_policy_that_iam_takes(name: str) -> None:
    found = policy({**VARIANTS, "prod": PROD}[name])
    for number, document in enumerate(found.documents):
        assert len(document) <= MOST_CHARACTERS
        iam.parse(str(number), document)
    given = {
        action for document in found.documents for one in json.loads(document)["Statement"] for action in one["Action"]
    }
    assert given == {one.action for one in found.permissions}
    assert not [action for action in given if "*" in action]


def test_each_permission_is_of_a_recorded_call_or_has_its_source() -> None:
    for one in policy(PROD).permissions:
        recorded = one.why in calls.calls() and one.action in calls.actions(one.why, read_only=False)
        assert recorded or (one.source and one.why), one


def test_the_record_has_a_kind_of_resource_for_each_action() -> None:
    found = {action for of in calls.calls().values() for actions in of.values() for action in actions}
    assert all(kinds.kinds(action) for action in found)
    with pytest.raises(kinds.UnknownActionError, match="sqs:CreateQueue"):
        kinds.kinds("sqs:CreateQueue")


def test_every_type_that_a_stack_may_have_is_recorded() -> None:
    found = re.findall(r"from cdktf_cdktf_provider_aws\.(\w+) import", Path(sdk.__file__).read_text())
    data = {one.replace("data_", "data.", 1) for one in found if one.startswith("data_")}
    types = {f"aws_{one}" for one in found if not one.startswith("data_")} - {"aws_provider"}
    assert "aws_msk_cluster" in types
    assert (data | types) - calls.calls().keys() == set()


def test_a_registry_that_exists_is_read_and_nothing_else() -> None:
    registry = {"kind": "glue", "name": "shared", "create": False}
    found = policy(changed(PROD, connectors__orders__format="avro", schema_registry=registry))
    named = {one.resource for one in found.permissions if one.action.startswith("glue:")}
    assert {one.action for one in found.permissions if one.action.startswith("glue:")} == {"glue:GetRegistry"}
    assert named == {f"arn:aws:glue:{HERE}:registry/shared"}


def test_a_type_without_a_record_is_an_error() -> None:
    with pytest.raises(calls.UnrecordedTypeError, match=r"calls of aws_sqs_queue, it has none: run make calls"):
        calls.actions("aws_sqs_queue", read_only=False)


def test_mappings_of_a_function_have_ids_that_aws_gives() -> None:
    """Which are in the policy only where the environment has mappings."""
    found, without = policy(VARIANTS["lambda"]), policy(PROD)
    mappings = f"arn:aws:lambda:{HERE}:event-source-mapping:*"
    for action in ("Delete", "Get", "Update"):
        assert resources(found, f"lambda:{action}EventSourceMapping") == {mappings}
    assert resources(found, "lambda:TagResource") >= {mappings}
    assert resources(found, "lambda:CreateEventSourceMapping") == {"*"}
    assert allows(found, "lambda:CreateEventSourceMapping", "*")
    assert not allows(found, "lambda:CreateEventSourceMapping", "*", aws_RequestedRegion="eu-west-1")
    assert not [one for one in without.permissions if "event-source-mapping" in one.resource]


def test_resources_are_those_of_the_environment() -> None:
    found = policy(PROD)
    assert resources(found, "kafka:CreateCluster") == {f"arn:aws:kafka:{HERE}:cluster/cdc-prod/*"}
    assert resources(found, "kafkaconnect:DeleteCustomPlugin") == {
        f"arn:aws:kafkaconnect:{HERE}:custom-plugin/cdc-prod-debezium-mysql-*/*"
    }
    assert resources(found, "dynamodb:DeleteTable") == {f"arn:aws:dynamodb:{HERE}:table/acme-cdc-locks"}
    assert resources(found, "iam:DetachRolePolicy") == {
        f"arn:aws:iam::{ACCOUNT}:role/billing-app",
        f"arn:aws:iam::{ACCOUNT}:role/*/billing-app",
    }
    assert resources(found, "s3:DeleteBucket") == {"arn:aws:s3:::acme-cdc-state"}
    assert allows(found, "s3:PutObject", "arn:aws:s3:::acme-cdc-state/prod-connect/terraform.tfstate")
    assert not allows(found, "s3:PutObject", "arn:aws:s3:::acme-cdc-state/dev-connect/terraform.tfstate")
    assert not allows(found, "iam:DeleteRole", f"arn:aws:iam::{ACCOUNT}:role/billing-app")


def test_what_has_no_narrower_resource_is_of_the_region() -> None:
    found = policy(PROD)
    assert allows(found, "ec2:DeleteVpc", "*")
    assert not allows(found, "ec2:DeleteVpc", "*", aws_RequestedRegion="eu-west-1")


@pytest.mark.parametrize(
    ("role", "service"),
    [("orders-worker", "kafkaconnect"), ("flow-logs", "vpc-flow-logs"), ("self-healing", "lambda")],
)
def test_a_role_is_passed_to_its_own_service(role: str, service: str) -> None:
    found, arn = policy(PROD), f"arn:aws:iam::{ACCOUNT}:role/cdc-prod-{role}"
    assert allows(found, "iam:PassRole", arn, iam_PassedToService=f"{service}.amazonaws.com")
    assert not allows(found, "iam:PassRole", arn, iam_PassedToService="ec2.amazonaws.com")


def test_roles_with_a_path_and_accounts_that_the_file_does_not_say() -> None:
    found = policy(changed(PROD, iam_path="/data/cdc/"))
    assert f"arn:aws:iam::{ACCOUNT}:role/data/cdc/cdc-prod-orders-worker" in resources(found, "iam:PassRole")
    anywhere = policy(changed(PROD, account_id=None))
    assert resources(anywhere, "kafka:CreateCluster") == {"arn:aws:kafka:us-east-1:*:cluster/cdc-prod/*"}


def test_a_plan_changes_nothing_but_the_lock() -> None:
    found = policy(PROD, read_only=True)
    changing = {one.action for one in found.permissions if not READING.fullmatch(one.action)}
    assert changing == {
        "dynamodb:DeleteItem",
        "dynamodb:PutItem",
        "kms:Decrypt",
        "kms:GenerateDataKey",
        "s3:DeleteObject",
        "s3:PutObject",
    }
    assert not allows(found, "s3:PutObject", "arn:aws:s3:::acme-cdc-state/prod-connect/terraform.tfstate")
    assert allows(found, "s3:PutObject", "arn:aws:s3:::acme-cdc-state/prod-connect/terraform.tfstate.tflock")


def test_later_changes_and_the_state_are_allowed() -> None:
    found = policy(PROD)
    assert allows(found, "lambda:UpdateFunctionCode", f"arn:aws:lambda:{HERE}:function:cdc-prod-self-healing")
    assert allows(found, "kafka:UpdateClusterConfiguration", f"arn:aws:kafka:{HERE}:configuration/cdc-prod/x")
    key = f"arn:aws:kms:{HERE}:key/own"
    for service, allowed in (("s3", True), ("dynamodb", True), ("rds", False)):
        assert allows(found, "kms:Decrypt", key, kms_ViaService=f"{service}.us-east-1.amazonaws.com") is allowed
    role = f"arn:aws:iam::{ACCOUNT}:role/cdc-prod-orders-worker"
    assert allows(found, "iam:PutRolePermissionsBoundary", role)
    assert not allows(found, "iam:PutRolePermissionsBoundary", f"arn:aws:iam::{ACCOUNT}:role/billing-app")


def test_only_what_is_deployed_is_needed() -> None:
    existing = policy(VARIANTS["existing-both"])
    assert not [one for one in existing.permissions if one.action in ("ec2:CreateVpc", "kafka:CreateCluster")]
    assert not [one for one in existing.permissions if one.resource.endswith("AWSServiceRoleForKafka")]


def cdc(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["deployer-policy", *arguments])


@pytest.fixture
def file(tmp_path: Path) -> str:
    (path := tmp_path / "prod.yaml").write_text(yaml.safe_dump(PROD))
    return str(path)


def test_the_command_writes_documents_and_gives_reasons(file: str, tmp_path: Path) -> None:
    done = cdc(file, "--to", str(tmp_path / "policies"), "--json")
    assert done.exit_code == 0
    document: Mapping[str, Any] = json.loads(done.stdout)
    assert [*document["documents"]] == [f"cdc-prod-deployer-{number}" for number in (1, 2, 3)]
    for name, found in document["documents"].items():
        assert json.loads((tmp_path / "policies" / f"{name}.json").read_text()) == found
    worker = f"arn:aws:iam::{ACCOUNT}:role/cdc-prod-orders-worker"
    [passed] = [one for one in document["permissions"] if (one["action"], one["resource"]) == ("iam:PassRole", worker)]
    assert passed["why"] == "the role of aws_mskconnect_connector"
    assert passed["source"].startswith("IAM user guide")


@pytest.mark.parametrize(("page", "options"), [("deploy", ()), ("operations", ("--operate",))])
def test_the_sizes_on_the_page_are_those_of_the_example(page: str, options: Sequence[str]) -> None:
    size = re.compile(r"(cdc-prod-\w+-\d)(?:\.json)?: (\d+) of \d+ characters")
    printed = size.findall(cdc("prod", *options).stdout)
    assert printed
    assert size.findall((ROOT / "docs" / f"{page}.md").read_text()) == printed


def test_a_plan_or_operating_not_both() -> None:
    done = cdc("prod", "--read-only", "--operate")
    assert (done.exit_code, "give --read-only or --operate, not both" in done.stderr) == (2, True)


def test_a_folder_that_cannot_be_written_is_an_error(file: str, tmp_path: Path) -> None:
    (tmp_path / "occupied").write_text("a file")
    done = cdc(file, "--to", str(tmp_path / "occupied" / "policies"))
    assert done.exit_code == 1
    assert "occupied/policies: cannot be written: not a directory" in " ".join(done.stderr.split())


def test_the_command_shows_what_needs_each_action(file: str) -> None:
    shown = cdc(file).stdout
    assert (
        "ec2:CreateNetworkInterface\n    on   *\n    for  the workers' addresses\n    see  Service Authorization"
        in shown
    )
    assert "cdc-prod-deployer-3: " in shown
    assert "cdc-prod-planner-1: " in cdc(file, "--read-only").stdout


def test_an_unknown_environment_is_an_error() -> None:
    done = cdc("nowhere")
    assert done.exit_code == 1
    assert "environments/nowhere.yaml does not exist" in done.stderr
