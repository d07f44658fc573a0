"""What brokers and workers carry: limits that were published or measured, with room for a peak.

Brokers: ``msk_sizing.py`` of github.com/aws/agent-toolkit-for-aws, of 2026-08. It has the MiB/s of a broker's volume
and network, the partitions that AWS recommends, and how much of both an event needs with replication, lagging readers
and rebalancing, while one of three zones is down. AWS plans with half of that for standard brokers, with three quarters
for Express. A worker: a third of what one with one MCU streams in ``benchmarks/README.md``, in events and in bytes.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from cdc.cost.usage import Usage
from modules.environment.msk import is_express

PEAK: Final = 3
"""How many times the assumed events there must be room for."""
EVENTS_OF_AN_MCU: Final = 5000
MEBIBYTES_OF_AN_MCU: Final = Decimal("0.75")
_MEBIBYTE: Final = 2**20
_HALF: Final = Decimal("0.5")
_THREE_QUARTERS: Final = Decimal("0.75")
_THREE_ZONES: Final = Decimal("1.5")
_WRITTEN: Final = Decimal("6.5")
_SENT: Final = Decimal("5.7")
_READ_OF_EXPRESS: Final = Decimal("2.5")


@dataclass(frozen=True)
class Size:
    """MiB/s of one broker; ``volume`` is all that an Express broker may be sent, and it has no other limit."""

    volume: Decimal
    network: Decimal
    partitions: int


def _sizes(family: str, **sizes: tuple[str, str, int]) -> dict[str, Size]:
    return {
        f"{family}.{name.removeprefix('_')}": Size(Decimal(volume), Decimal(network), partitions)
        for name, (volume, network, partitions) in sizes.items()
    }


SIZES: Final = {
    **_sizes(
        "kafka.m5", large=("81", "96", 1000), xlarge=("144", "160", 1000), _2xlarge=("250", "320", 2000),
        _4xlarge=("593.75", "640", 4000), _8xlarge=("850", "1280", 4000), _12xlarge=("1000", "1536", 4000),
        _16xlarge=("1000", "2560", 4000), _24xlarge=("1000", "3200", 4000),
    ),
    **_sizes(
        "kafka.m7g", large=("78.75", "117", 1000), xlarge=("156.25", "234", 1000), _2xlarge=("312.5", "469", 2000),
        _4xlarge=("625", "937", 4000), _8xlarge=("1000", "1875", 4000), _12xlarge=("1000", "2812", 4000),
        _16xlarge=("1000", "3750", 4000),
    ),
    **_sizes(
        "express.m7g", large=("15.625", "0", 1000), xlarge=("31.25", "0", 1000), _2xlarge=("62.5", "0", 2500),
        _4xlarge=("125", "0", 6000), _8xlarge=("250", "0", 12000), _12xlarge=("375", "0", 16000),
        _16xlarge=("500", "0", 20000),
    ),
}  # fmt: skip


def peak(usage: Usage) -> Decimal:
    """MiB/s of events at a peak, written once."""
    return usage.events_per_second * usage.event_bytes * PEAK / _MEBIBYTE


def carried(kind: str, *, brokers: int, zones: int, readers: int) -> Decimal:
    """MiB/s of events that ``brokers`` of this type take, and send to each of ``readers``."""
    size = SIZES[kind]
    if is_express(kind):
        return brokers * size.volume * _THREE_QUARTERS * min(Decimal(1), _READ_OF_EXPRESS / max(1, readers))
    # Fewer zones leave fewer brokers when one is down.
    left = _THREE_ZONES / (Decimal(zones) / (zones - 1))
    sent = _SENT + _THREE_ZONES * readers
    # A volume takes 250 MiB/s unless more is bought.
    return brokers * min(min(size.volume, Decimal(250)) / _WRITTEN, size.network / sent) * left * _HALF


def fits_worker(usage: Usage, mcu: int) -> bool:
    """Whether one worker with ``mcu`` units can stream a peak of all events."""
    return usage.events_per_second * PEAK <= mcu * EVENTS_OF_AN_MCU and peak(usage) <= mcu * MEBIBYTES_OF_AN_MCU
