"""The IAM documents of prod, as its plan in a mocked account renders them."""

from pathlib import Path

import pytest

from tests.needs import missing
from tests.policies.simulator import Document, documents
from tests.real_terraform import Outcome
from tests.synthesized import Stack


@pytest.fixture(scope="session")
def found(planned: dict[str, Outcome], prod: dict[str, Stack]) -> dict[str, Document]:
    return documents(planned, prod)


@pytest.fixture(scope="session", autouse=True)
def _tools() -> None:
    for tool in (".venv/.installed", "node_modules/.installed"):
        if not (Path(__file__).parent / tool).is_file():
            missing(f"tests/policies/{tool}, which make test installs")
