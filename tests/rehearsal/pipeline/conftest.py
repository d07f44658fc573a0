"""One deployed environment for all tests that need one: it takes a minute to start."""

from collections.abc import Iterator

import pytest

from tests.rehearsal.pipeline.deployed import Deployed, deployed


@pytest.fixture(scope="package")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    with deployed(tmp_path_factory.mktemp("deployed")) as running:
        yield running
