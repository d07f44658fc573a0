"""An embedded AWS with nothing in it."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from rehearsal.aws.server import EmbeddedAws
from tests.rehearsal.aws.runners import Runners


@pytest.fixture
def runners() -> Runners:
    return Runners()


@pytest.fixture
def aws(tmp_path: Path, runners: Runners) -> Iterator[EmbeddedAws]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        embedded = EmbeddedAws(
            listener,
            folder=tmp_path,
            start_cluster=runners.start_cluster,
            start_connector=runners.start_connector,
            pages={"echo": lambda body: {"body": body.decode("ascii")}},
        )
        embedded.start()
        requests.post(f"{embedded.url}/moto-api/reset", timeout=10).raise_for_status()
        yield embedded
        runners.gate.set()
        embedded.stop()
