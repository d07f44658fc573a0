"""Loopback addresses: two rehearsals never share one, with all of 127.0.0.0/8 up and with 127.0.0.1 only."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from rehearsal.processes import addresses
from rehearsal.processes.addresses import AWS_PORT, EVERY_LOOPBACK, Address, AddressError, Addresses, free_port, listens

both = pytest.mark.parametrize(
    "every_loopback",
    [
        pytest.param(True, marks=pytest.mark.skipif(not EVERY_LOOPBACK, reason="127.0.0.1 alone is up")),
        pytest.param(False),
    ],
)
linux = pytest.mark.skipif(not EVERY_LOOPBACK, reason="127.0.0.1 alone is up")


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def rehearsal(stack: ExitStack, *, every_loopback: bool = EVERY_LOOPBACK) -> Addresses:
    ours = Addresses(every_loopback=every_loopback)
    stack.callback(ours.listener.close)
    return ours


@both
def test_two_rehearsals_share_no_address(stack: ExitStack, *, every_loopback: bool) -> None:
    first, second = (rehearsal(stack, every_loopback=every_loopback) for _ in range(2))
    taken = [run.allocate(9098) for run in (first, second, first, second)] + [first.aws, second.aws]
    assert len(set(taken)) == len(taken)
    for address in taken[:4]:
        stack.enter_context(socket.create_server((address.host, address.port)))


@both
def test_aws_listens_from_the_start(stack: ExitStack, *, every_loopback: bool) -> None:
    ours = rehearsal(stack, every_loopback=every_loopback)
    assert listens(ours.aws)
    assert (ours.aws.port == AWS_PORT) == every_loopback


@linux
def test_a_server_has_its_port_on_aws(stack: ExitStack) -> None:
    ours = rehearsal(stack)
    address = ours.allocate(9098)
    assert address.port == 9098
    assert ours.same_host(address, 9092) == Address(address.host, 9092)


def test_on_one_address_each_server_has_another_port(stack: ExitStack) -> None:
    ours = rehearsal(stack, every_loopback=False)
    address = ours.allocate(9098)
    assert {address.host, ours.same_host(address, 9092).host} == {"127.0.0.1"}
    assert address.port != 9098


@linux
def test_the_number_of_a_rehearsal_that_ended_is_free_again() -> None:
    first = Addresses()
    first.listener.close()
    second = Addresses()
    second.listener.close()
    assert first.aws == second.aws


@linux
def test_addresses_run_out(stack: ExitStack) -> None:
    ours = rehearsal(stack)
    taken = {ours.allocate(1).host for _ in range(253)}
    assert len(taken) == 253
    with pytest.raises(AddressError, match="all 253 loopback addresses"):
        ours.allocate(1)


@linux
def test_rehearsals_run_out(stack: ExitStack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(addresses, "MAX_RUNS", 0)
    with pytest.raises(AddressError, match="0 rehearsals are running"):
        rehearsal(stack)


def test_the_hosts_file_has_every_name(stack: ExitStack, tmp_path: Path) -> None:
    ours = rehearsal(stack)
    taken = ours.allocate(9098, name="b-1.orders.example")
    ours.add_name("orders.cluster.example", "127.0.0.1")
    lines = ours.write_hosts(tmp_path / "hosts").read_text().splitlines()
    assert f"{taken.host} b-1.orders.example" in lines
    assert {"127.0.0.1 orders.cluster.example", f"{ours.aws.host} localhost"} <= set(lines)
    assert [path.name for path in tmp_path.iterdir()] == ["hosts"]


def test_a_free_port_accepts_no_connections() -> None:
    assert listens(Address("127.0.0.1", free_port())) is None


@pytest.mark.parametrize("every_loopback", [pytest.param(True, marks=linux), False])
def test_what_is_deployed_with_an_address_leads_here(every_loopback: bool, tmp_path: Path) -> None:
    ours = Addresses(every_loopback=every_loopback)
    try:
        named = ours.allocate(3307, name="db.internal", deployed=True)
        numbered = ours.allocate(3307, name="10.9.4.7", deployed=True)
        assert ours.here("db.internal", "3307") == ("db.internal", str(named.port))
        assert ours.here("10.9.4.7", "3307") == (numbered.host, str(numbered.port))
        assert ours.here("10.9.4.7", "3306") == ("10.9.4.7", "3306")
        hosts = ours.write_hosts(tmp_path / "hosts").read_text()
        assert f"{named.host} db.internal" in hosts
        assert "10.9.4.7" not in hosts
    finally:
        ours.listener.close()
