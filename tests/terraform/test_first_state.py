"""The first state, as docs/deploy.md makes it: the override lets Terraform begin before the bucket is there."""

import json
import re
from pathlib import Path

import pytest

from cdc import terraform as cli
from tests.real_terraform import Terraform
from tests.synthesized import Stack, document, synthesize

PAGE = Path(__file__).parents[2] / "docs" / "deploy.md"


@pytest.fixture
def state(tmp_path: Path) -> Stack:
    return synthesize(tmp_path, document("prod"))["state"]


def initialize(terraform: Terraform, stack: Stack, *backend: str) -> str:
    """What a whole init says where no AWS can be reached; nothing when it succeeds."""
    nowhere = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "AWS_ENDPOINT_URL": "http://127.0.0.1:9"}
    process = cli.run(
        stack.file.parent,
        "init",
        f"-plugin-dir={terraform.providers}",
        *backend,
        variables=terraform.variables | nowhere,
        check=False,
    )
    return "" if process.returncode == 0 else process.stderr


def test_the_override_of_the_page_keeps_the_state_beside_the_stack(terraform: Terraform, state: Stack) -> None:
    found = re.search(r"echo '(.*)' > (backend_override\.tf\.json)", PAGE.read_text())
    assert found
    (state.file.parent / found[2]).write_text(found[1])
    assert initialize(terraform, state) == ""
    backend = json.loads((state.file.parent / ".terraform/terraform.tfstate").read_text())["backend"]
    assert backend["type"] == "local"


def test_without_it_terraform_goes_to_aws(terraform: Terraform, state: Stack) -> None:
    assert "connection refused" in initialize(terraform, state, "-backend-config=max_retries=0")
