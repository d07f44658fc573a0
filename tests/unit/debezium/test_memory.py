"""How much memory events take between Debezium's reader and the brokers."""

from typing import Final

import pytest

from modules.debezium import memory
from modules.debezium.configuration import connector_properties
from rehearsal.connect.substitutions import HEAP_PER_MCU
from tests.unit.debezium.checks.connectors import OLD, RELEASE, errors, found, subject, warnings

MIB: Final = 2**20


@pytest.mark.parametrize("release", [OLD, RELEASE])
@pytest.mark.parametrize("mcu", [1, 8])
def test_every_connector_has_a_limit_that_fits_one_mcu(release: str, mcu: int) -> None:
    connector = subject({}, release, capacity={"mcu": mcu}).connector
    assert connector_properties(connector, debezium_version=release)[memory.KEY] == str(64 * MIB)
    assert memory.most(1) >= memory.LIMIT
    # The queue and a batch, both in their larger form, leave half of a rehearsal's heap, which is smaller.
    assert HEAP_PER_MCU * MIB // 2 >= 2 * 2 * memory.LIMIT


def test_the_users_own_limit_is_taken() -> None:
    connector = subject({memory.KEY: 8 * MIB}).connector
    assert connector_properties(connector)[memory.KEY] == str(8 * MIB)
    assert found({memory.KEY: 8 * MIB}) == ()


@pytest.mark.parametrize(
    ("mcu", "limit", "most"),
    [
        (1, 256 * MIB, None),
        (1, 256 * MIB + 1, 268435456),
        (2, 512 * MIB, None),
        (2, 4096 * MIB, 536870912),
        (8, 2048 * MIB, None),
        (8, 2048 * MIB + 1, 2147483648),
    ],
)
def test_a_limit_that_the_heap_does_not_have_is_refused(mcu: int, limit: int, most: int | None) -> None:
    wrong = errors({memory.KEY: limit}, capacity={"mcu": mcu})
    assert list(wrong) == [memory.KEY] * bool(most)
    assert most is None or wrong[memory.KEY].startswith(f"must be at most {most}, ")
    assert most is None or wrong[memory.KEY].endswith(f"the heap of {mcu} MCU")


@pytest.mark.parametrize(("queue", "rows"), [({}, 8192), ({"max.queue.size": 20000}, 20000)])
def test_no_limit_is_a_warning(queue: dict[str, int], rows: int) -> None:
    assert f"{rows} wide rows may take all memory" in warnings({memory.KEY: 0, **queue})[memory.KEY]
    assert errors({memory.KEY: 0, **queue}) == {}


@pytest.mark.parametrize("limit", [0, 4096 * MIB])
def test_a_reason_accepts_both(limit: int) -> None:
    assert found({memory.KEY: limit}, accept={memory.KEY: "rows are small, and the worker has nothing else"}) == ()


@pytest.mark.parametrize("limit", [-1, "64m"])
def test_a_limit_is_a_number_of_bytes(limit: int | str) -> None:
    assert "must be" in errors({memory.KEY: limit})[memory.KEY]


def test_a_limit_that_only_the_worker_knows_is_not_compared() -> None:
    assert found({memory.KEY: "${secretsmanager:cdc/orders:limit}"}) == ()
