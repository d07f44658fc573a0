"""Each example is synthesized once; a test with another environment asks for its own."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.synthesized import Document, Stack, document, synthesize

Synthesize = Callable[..., dict[str, Stack]]


@pytest.fixture(scope="session")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small ZIP in a plugin's place: synthesis reads its bytes only."""
    path = tmp_path_factory.mktemp("plugins") / "debezium-mysql.zip"
    with zipfile.ZipFile(path, "w") as bundle:
        bundle.writestr("debezium-connector-mysql/connector.jar", b"not a connector")
    return path


@pytest.fixture(scope="session")
def prod(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Stack]:
    return synthesize(tmp_path_factory.mktemp("prod"), document("prod"))


@pytest.fixture(scope="session")
def platform(prod: dict[str, Stack]) -> Stack:
    return prod["platform"]


@pytest.fixture(scope="session")
def connect(prod: dict[str, Stack]) -> Stack:
    return prod["connect"]


@pytest.fixture(scope="session")
def dev(tmp_path_factory: pytest.TempPathFactory, archive: Path) -> dict[str, Stack]:
    content = document("dev")
    content["plugins"]["debezium-mysql"]["archive"] = str(archive)
    return synthesize(tmp_path_factory.mktemp("dev"), content, name="dev")


@pytest.fixture
def synth(tmp_path: Path) -> Synthesize:
    """Synthesize changed content into this test's own directory."""

    def run(content: Document, name: str = "prod") -> dict[str, Stack]:
        return synthesize(tmp_path / "out", content, name=name)

    return run
