"""An embedded AWS, empty in each test."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from rehearsal.aws.server import EmbeddedAws
from tests.rehearsal.aws.recording_backends import RecordingBackends


@pytest.fixture
def backends() -> RecordingBackends:
    return RecordingBackends()


@pytest.fixture(scope="session")
def listener() -> Iterator[socket.socket]:
    """One port for all tests: clients are cached by URL."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener


@pytest.fixture
def aws(listener: socket.socket, tmp_path: Path, backends: RecordingBackends) -> Iterator[EmbeddedAws]:
    embedded = EmbeddedAws(
        listener,
        folder=tmp_path,
        start_cluster=backends.start_cluster,
        start_connector=backends.start_connector,
        minute=0.5,
        pages={"echo": lambda request: {"body": request.get_data().decode("ascii")}},
    )
    embedded.start()
    yield embedded
    backends.gate.set()
    embedded.stop()
