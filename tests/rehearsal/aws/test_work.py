"""Background work takes as long as it would on AWS, and its errors are kept."""

from threading import Event, Thread

import pytest

from rehearsal.aws.backends import ServerError
from rehearsal.aws.faults import Fault, Faults
from rehearsal.aws.work import BackgroundWork


def test_work_takes_longer_than_its_servers_do() -> None:
    work, done = BackgroundWork("kafka", faults=Faults(), delay=3600), Event()
    under_way = Thread(target=lambda: work.run("CreateCluster", done.set), daemon=True)
    under_way.start()
    assert done.wait(10)
    under_way.join(0.05)
    assert under_way.is_alive()
    work.stop()
    under_way.join(10)
    assert not under_way.is_alive()


def _raise(error: Exception) -> None:
    raise error


@pytest.mark.parametrize(
    ("error", "diagnosis"),
    [(ServerError("b-1 ended"), "b-1 ended"), (KeyError("zone"), "KeyError: 'zone'")],
)
def test_an_error_is_returned(error: Exception, diagnosis: str) -> None:
    assert BackgroundWork("kafka", faults=Faults()).run("CreateCluster", lambda: _raise(error)) == diagnosis


def test_a_fault_replaces_the_work() -> None:
    faults, done = Faults(), Event()
    faults.add(Fault(service="kafka", operation="CreateCluster", failure="unlucky"))
    work = BackgroundWork("kafka", faults=faults)
    assert work.run("CreateCluster", done.set) == "unlucky"
    assert not done.is_set()
    assert work.run("CreateCluster", done.set) is None
    assert done.is_set()
