"""The IAM documents of prod, as its plan in a mocked account renders them."""

import pytest

from tests.policies.simulator import Document, documents
from tests.real_terraform import Outcome
from tests.synthesized import Stack


@pytest.fixture(scope="session")
def found(planned: dict[str, Outcome], prod: dict[str, Stack]) -> dict[str, Document]:
    return documents(planned, prod)
