"""Stacks of the production example, and a fixture to synthesize another environment."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.synthesized import Document, Stack, synthesize

Synthesize = Callable[..., dict[str, Stack]]


@pytest.fixture(scope="session")
def platform(prod: dict[str, Stack]) -> Stack:
    return prod["platform"]


@pytest.fixture(scope="session")
def connect(prod: dict[str, Stack]) -> Stack:
    return prod["connect"]


@pytest.fixture
def synth(tmp_path: Path) -> Synthesize:
    """Synthesize changed content into this test's own directory."""

    def run(content: Document, name: str = "prod") -> dict[str, Stack]:
        return synthesize(tmp_path / "out", content, name=name)

    return run
