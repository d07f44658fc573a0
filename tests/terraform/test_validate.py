"""Terraform and the AWS provider have no errors and no warnings about any stack."""

import json
from pathlib import Path

import pytest

from tests.real_terraform import Terraform
from tests.synthesized import Stack, synthesize
from tests.terraform.variants import SOVEREIGN, VARIANTS

Findings = dict[str, list[str]]
# Validation time grows faster than the number of stacks.
TOGETHER = 8


def contents(environment: dict[str, Stack]) -> list[str]:
    assert {"platform", "connect"} <= environment.keys()
    return [stack.file.read_text() for stack in environment.values()]


@pytest.mark.parametrize("name", ["prod", "dev"])
def test_an_example_is_valid(terraform: Terraform, request: pytest.FixtureRequest, name: str) -> None:
    environment: dict[str, Stack] = request.getfixturevalue(name)
    assert contents(environment)
    assert [problem for stack in environment.values() for problem in terraform.validate(stack)] == []


@pytest.fixture(scope="module")
def variants(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Stack]]:
    return {name: synthesize(tmp_path_factory.mktemp(name), content) for name, content in VARIANTS.items()}


@pytest.fixture(scope="module")
def findings(
    terraform: Terraform, variants: dict[str, dict[str, Stack]], tmp_path_factory: pytest.TempPathFactory
) -> Findings:
    """Errors and warnings by a stack's content: equal stacks of several variants are validated once."""
    distinct = {stack.file.read_text(): stack for parts in variants.values() for stack in parts.values()}
    texts = list(distinct)
    found: Findings = {}
    for start in range(0, len(texts), TOGETHER):
        some = texts[start : start + TOGETHER]
        results = terraform.validate_together([distinct[text] for text in some], tmp_path_factory.mktemp("together"))
        found.update(zip(some, results, strict=True))
    return found


@pytest.mark.parametrize("name", VARIANTS)
def test_a_variant_is_valid(findings: Findings, variants: dict[str, dict[str, Stack]], name: str) -> None:
    assert [problem for text in contents(variants[name]) for problem in findings[text]] == []


def test_the_provider_takes_no_arn_of_the_european_sovereign_cloud(terraform: Terraform, tmp_path: Path) -> None:
    """Where this fails, the pinned provider takes them: drop the warning, and let this be a variant like the others."""
    found = [text for stack in synthesize(tmp_path, SOVEREIGN).values() for text in terraform.validate(stack)]
    assert any("is an invalid ARN: invalid region value" in text for text in found)
    assert [text for text in found if "arn:aws-eusc:sns:eusc-de-east-1:" not in text] == []


def test_an_error_is_found_in_the_right_stack(terraform: Terraform, tmp_path: Path) -> None:
    right, wrong = (synthesize(tmp_path / name, VARIANTS["local-state"])["platform"] for name in ("right", "wrong"))
    [cluster] = wrong.json["resource"]["aws_msk_cluster"].values()
    cluster["enhanced_monitoring"] = "PER_NOTHING"
    wrong.file.write_text(json.dumps(wrong.json))
    [found] = terraform.validate(wrong)
    assert "PER_NOTHING" in found
    (together := tmp_path / "together").mkdir()
    assert terraform.validate_together([right, wrong], together) == [[], [found]]
