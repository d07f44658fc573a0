"""An embedded AWS: MSK and MSK Connect are empty in each test, the rest lives as long as the process (moto)."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from rehearsal.aws.server import EmbeddedAws
from tests.rehearsal.aws.runners import Runners


@pytest.fixture
def runners() -> Runners:
    return Runners()


@pytest.fixture(scope="session")
def listener() -> Iterator[socket.socket]:
    """One port for all: clients are kept by their URL."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener


@pytest.fixture
def aws(listener: socket.socket, tmp_path: Path, runners: Runners) -> Iterator[EmbeddedAws]:
    embedded = EmbeddedAws(
        listener,
        folder=tmp_path,
        start_cluster=runners.start_cluster,
        start_connector=runners.start_connector,
        pages={"echo": lambda request: {"body": request.get_data().decode("ascii")}},
    )
    embedded.start()
    yield embedded
    runners.gate.set()
    embedded.stop()
