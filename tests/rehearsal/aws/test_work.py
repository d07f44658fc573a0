"""Background work takes as long as AWS would, and no error gets lost in it."""

from threading import Event, Thread

import pytest

from rehearsal.aws.faults import Fault, Faults
from rehearsal.aws.servers import ServerError
from rehearsal.aws.work import Work


def test_work_takes_longer_than_its_servers_do() -> None:
    work, done = Work("kafka", faults=Faults(), delay=3600), Event()
    under_way = Thread(target=lambda: work.attempt("CreateCluster", done.set), daemon=True)
    under_way.start()
    assert done.wait(10)
    under_way.join(0.05)
    assert under_way.is_alive()
    work.end()
    under_way.join(10)
    assert not under_way.is_alive()


def _raise(error: Exception) -> None:
    raise error


@pytest.mark.parametrize(
    ("error", "diagnosis"),
    [(ServerError("b-1 ended"), "b-1 ended"), (KeyError("zone"), "KeyError: 'zone'")],
)
def test_errors_are_diagnoses(error: Exception, diagnosis: str) -> None:
    assert Work("kafka", faults=Faults()).attempt("CreateCluster", lambda: _raise(error)) == diagnosis


def test_a_fault_takes_the_place_of_the_work() -> None:
    faults, done = Faults(), Event()
    faults.add(Fault(service="kafka", operation="CreateCluster", failure="unlucky"))
    work = Work("kafka", faults=faults)
    assert work.attempt("CreateCluster", done.set) == "unlucky"
    assert not done.is_set()
    assert work.attempt("CreateCluster", done.set) is None
    assert done.is_set()
