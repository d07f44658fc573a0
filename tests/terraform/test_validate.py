"""Terraform and the AWS provider accept every stack without an error or a warning."""

import json
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from tests.real_terraform import Terraform
from tests.synthesized import Stack, synthesize
from tests.terraform.variants import VARIANTS

ENVIRONMENTS = ["prod", "dev", *VARIANTS]
AT_ONCE = 2
Findings = dict[str, Future[list[str]]]


@pytest.fixture(scope="module")
def stacks(
    prod: dict[str, Stack], dev: dict[str, Stack], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, dict[str, Stack]]:
    """Every stack by environment and part."""
    variants = {name: synthesize(tmp_path_factory.mktemp(name), content) for name, content in VARIANTS.items()}
    return {"prod": prod, "dev": dev} | variants


@pytest.fixture(scope="module")
def findings(terraform: Terraform, stacks: dict[str, dict[str, Stack]]) -> Iterator[dict[str, Findings]]:
    """What was found in each stack: two at a time, and what several environments have alike only once."""
    by_content: dict[str, Future[list[str]]] = {}
    with ThreadPoolExecutor(AT_ONCE) as pool:

        def find(stack: Stack) -> Future[list[str]]:
            content = stack.file.read_text()
            if content not in by_content:
                by_content[content] = pool.submit(terraform.validate, stack)
            return by_content[content]

        yield {name: {part: find(stack) for part, stack in parts.items()} for name, parts in stacks.items()}
        pool.shutdown(cancel_futures=True)


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_terraform_finds_nothing(findings: dict[str, Findings], name: str) -> None:
    assert {"platform", "connect"} <= findings[name].keys()
    assert [problem for found in findings[name].values() for problem in found.result()] == []


def test_a_mistake_is_found(terraform: Terraform, tmp_path_factory: pytest.TempPathFactory) -> None:
    stack = synthesize(tmp_path_factory.mktemp("mistake"), VARIANTS["state-in-a-file"])["platform"]
    [cluster] = stack.json["resource"]["aws_msk_cluster"].values()
    cluster["enhanced_monitoring"] = "PER_WHIM"
    stack.file.write_text(json.dumps(stack.json))
    [found] = terraform.validate(stack)
    assert "PER_WHIM" in found
