"""Checkov, which auditors run, on the stacks of the examples."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any, Final

import pytest

from tests.synthesized import Stack

CHECKOV: Final = Path(__file__).parent / ".venv/bin/checkov"

# Exactly these checks fail: on resources with this part in their name, for this reason.
ACCEPTED: Final = {
    "CKV_AWS_18": ("bucket_", "access logs need another bucket; CloudTrail's data events have more detail"),
    "CKV_AWS_50": ("self-healing_", "its log has each step; a trace of one request has no more"),
    "CKV_AWS_115": ("self-healing_", "one invocation a failed task; reserved concurrency is taken from the account's"),
    "CKV_AWS_116": ("self-healing_", "an error is an alarm: a queue that nobody reads adds nothing"),
    "CKV_AWS_117": ("self-healing_", "it calls AWS only, and must work when the VPC's routes do not"),
    "CKV_AWS_144": ("bucket_", "objects are versioned; in another region this project can create them again"),
    "CKV_AWS_173": ("self-healing_", "its variables are names and ARNs"),
    "CKV_AWS_272": ("self-healing_", "Terraform uploads the ZIP of this project, by its hash"),
    "CKV_AWS_338": ("_log-group_", "retention is set in the environment file: log_retention_days"),
    "CKV2_AWS_5": ("consumers_", "the group is an output, for applications that this project does not manage"),
    "CKV2_AWS_62": ("bucket_", "nothing reads events of these buckets"),
}
REQUIRED: Final = {
    "CKV_AWS_7": "keys rotate",
    "CKV_AWS_21": "buckets keep versions",
    "CKV_AWS_28": "the lock table can be restored to a point in time",
    "CKV_AWS_80": "brokers log",
    "CKV_AWS_81": "brokers encrypt at rest and in transit",
    "CKV_AWS_145": "buckets are encrypted with a customer managed key",
    "CKV_AWS_158": "log groups are encrypted with a customer managed key",
    "CKV_AWS_291": "brokers are private",
    "CKV2_AWS_6": "buckets block public access",
    "CKV2_AWS_11": "the VPC has flow logs",
    "CKV2_AWS_12": "the VPC's default security group has no rules",
}


def _write(folder: Path, stack: dict[str, Any]) -> None:
    """Write a stack for checkov, whose JSON parser fails without an error on the terraform block."""
    folder.mkdir(parents=True)
    (folder / "cdk.tf.json").write_text(json.dumps({key: stack[key] for key in stack if key != "terraform"}))


def _with_an_error(stack: Stack) -> dict[str, Any]:
    copied: dict[str, Any] = json.loads(json.dumps(stack.json))
    [cluster] = copied["resource"]["aws_msk_cluster"].values()
    cluster["encryption_info"]["encryption_in_transit"]["client_broker"] = "TLS_PLAINTEXT"
    return copied


@pytest.fixture(scope="module")
def results(
    prod: dict[str, Stack], dev: dict[str, Stack], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, list[dict[str, Any]]]:
    """Checks by outcome: passed_checks, failed_checks, parsing_errors."""
    folder = tmp_path_factory.mktemp("checkov")
    for name, environment in {"prod": prod, "dev": dev}.items():
        for part, stack in environment.items():
            _write(folder / name / part, stack.json)
    _write(folder / "error", _with_an_error(prod["platform"]))
    options = ["--framework", "terraform_json", "--skip-download", "--output", "json", "--directory"]
    variables = os.environ | {"CKV_SKIP_PACKAGE_UPDATE_CHECK": "true"}
    process = subprocess.run([CHECKOV, *options, folder], capture_output=True, text=True, env=variables)
    found: dict[str, list[dict[str, Any]]] = json.loads(process.stdout)["results"]
    return found


def _ids(checks: list[dict[str, Any]], *, error: bool = False) -> set[str]:
    return {check["check_id"] for check in checks if check["file_path"].startswith("/error/") is error}


def test_every_stack_is_read(results: dict[str, list[dict[str, Any]]]) -> None:
    assert results["parsing_errors"] == []
    files = {check["file_path"] for check in results["passed_checks"]}
    assert files == {
        "/dev/connect/cdk.tf.json",
        "/dev/platform/cdk.tf.json",
        "/error/cdk.tf.json",
        "/prod/connect/cdk.tf.json",
        "/prod/platform/cdk.tf.json",
        "/prod/state/cdk.tf.json",
    }


def test_only_accepted_checks_fail(results: dict[str, list[dict[str, Any]]]) -> None:
    assert _ids(results["failed_checks"]) == ACCEPTED.keys()
    failed = [check for check in results["failed_checks"] if not check["file_path"].startswith("/error/")]
    assert [one["resource"] for one in failed if ACCEPTED[one["check_id"]][0] not in one["resource"]] == []


def test_required_checks_pass(results: dict[str, list[dict[str, Any]]]) -> None:
    assert REQUIRED.keys() - _ids(results["passed_checks"]) == set()


def test_an_error_is_found(results: dict[str, list[dict[str, Any]]]) -> None:
    assert "CKV_AWS_81" in _ids(results["failed_checks"], error=True)
