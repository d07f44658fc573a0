"""One pipeline for all tests of this folder."""

from collections.abc import Iterator

import pytest

from tests.cdc.operate.running.pipeline import OPERATOR, Pipeline, deployed


@pytest.fixture(scope="package")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pipeline]:
    with deployed(tmp_path_factory.mktemp("operated")) as started:
        yield started


@pytest.fixture
def pipeline(shared: Pipeline, monkeypatch: pytest.MonkeyPatch) -> Pipeline:
    """The pipeline, as seen by an operator who may do everything on the brokers."""
    shared.sign_in(monkeypatch, OPERATOR)
    return shared
