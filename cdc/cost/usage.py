"""What an estimate assumes of the use of an environment."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from cdc.pricing.lines import HOURS

GB: Final = Decimal(2**30)


@dataclass(frozen=True)
class Usage:
    """For the whole environment: ``event_bytes`` as they are in Kafka; GB (2^30 bytes) a month of all else.

    ``readers``: applications that read every event; None: the consumers of the file.
    """

    events_per_second: Decimal = Decimal(100)
    event_bytes: Decimal = Decimal(1000)
    retention_hours: Decimal = Decimal(168)
    log_gb: Decimal = Decimal(5)
    service_gb: Decimal = Decimal(1)
    stored_gb: Decimal = Decimal(1)
    readers: int | None = None

    @property
    def event_gb(self) -> Decimal:
        """GB of events a month, written once."""
        return self.events_per_second * self.event_bytes * 3600 * HOURS / GB
