"""What a report shows beside the result, as far as it can still be read."""

import time
from pathlib import Path

from rehearsal.aws.access import AwsAccess
from rehearsal.aws.server import EmbeddedAws
from rehearsal.daemon_client import DaemonClient
from rehearsal.observations import Observer, received_so_far
from rehearsal.processes.runs import Run
from tests.rehearsal.aws.account import REGION
from tests.rehearsal.aws.conftest import aws, backends, listener

__all__ = ["aws", "backends", "listener"]  # fixtures


def client(folder: Path, access: AwsAccess) -> DaemonClient:
    return DaemonClient(Run(folder, environment="dev", pid=1, started=0.0), aws=access)


def test_without_a_database_there_are_no_events(aws: EmbeddedAws, tmp_path: Path) -> None:
    found = Observer(client(tmp_path, aws.access), None, REGION, time.monotonic() - 5).document()
    assert found["missing"] == {}
    assert (found["samples"], found["arrivals"]) == ([], {})
    assert {"lag", "dashboards"} <= found.keys()


def test_what_cannot_be_read_has_its_reason(tmp_path: Path) -> None:
    """The embedded AWS is gone: nothing answers at its port."""
    gone = client(tmp_path, AwsAccess.create("http://127.0.0.1:9"))
    found = Observer(gone, None, REGION, time.monotonic()).document()
    assert found["missing"].keys() == {"lag", "dashboards"}
    assert all("127.0.0.1:9" in why for why in found["missing"].values())
    assert "lag" not in found


def test_a_failed_rehearsal_says_what_still_answers(tmp_path: Path) -> None:
    assert received_so_far(None, None) == {}
    assert received_so_far(client(tmp_path, AwsAccess.create("http://127.0.0.1:9")), None) == {}
