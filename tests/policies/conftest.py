"""The IAM policy documents of an environment, from its plan in a mocked account."""

from pathlib import Path

import pytest

from tests.needs import missing
from tests.policies.simulator import Document, documents
from tests.real_terraform import Outcome
from tests.synthesized import Stack


@pytest.fixture(scope="session")
def found(largest_stacks: dict[str, Stack], largest_planned: dict[str, Outcome]) -> dict[str, Document]:
    """Every policy document that an environment can have."""
    return documents(largest_planned, largest_stacks)


@pytest.fixture(scope="session", autouse=True)
def _tools() -> None:
    for tool in (".venv/.installed", "node_modules/.installed"):
        if not (Path(__file__).parent / tool).is_file():
            missing(f"tests/policies/{tool}, which make test installs")
