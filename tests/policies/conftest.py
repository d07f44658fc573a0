"""The IAM documents of an environment, as its plan in a mocked account renders them."""

from pathlib import Path

import pytest

from tests.mocked_account import plan
from tests.needs import missing
from tests.policies.simulator import Document, documents
from tests.real_terraform import Terraform
from tests.synthesized import changed, document, synthesize
from tests.terraform.variants import with_stock


@pytest.fixture(scope="session")
def found(terraform: Terraform, archive: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Document]:
    """Every document there can be: prod with a second connector, its plugin uploaded, its signals in a topic."""
    prod = changed(document("prod"), plugins__uploaded={"archive": str(archive)})
    content = with_stock(prod, plugin="uploaded")
    stacks = synthesize(tmp_path_factory.mktemp("policies"), content)
    return documents(plan(terraform, stacks), stacks)


@pytest.fixture(scope="session", autouse=True)
def _tools() -> None:
    for tool in (".venv/.installed", "node_modules/.installed"):
        if not (Path(__file__).parent / tool).is_file():
            missing(f"tests/policies/{tool}, which make test installs")
