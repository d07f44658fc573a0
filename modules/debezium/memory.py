"""How much of a worker's memory events take that were read and not yet sent. Sizes in bytes.

The queue and the batch that Kafka Connect took from it may both be as large as the limit. Debezium counts text in
UTF-8; a heap has up to twice as much of it.
"""

from typing import Final

KEY: Final = "max.queue.size.in.bytes"
# Fits one MCU, and so every worker. It is the same for all: MSK Connect changes either the capacity or the
# configuration (its API reference, UpdateConnector), so another limit for each MCU would restart the connector twice.
LIMIT: Final = 64 * 2**20
# Half of an MCU's 4 GiB: MSK Connect does not document its heap.
_HEAP_PER_MCU: Final = 2 * 2**30
# The queue and a batch, with text in its larger form, take half of the heap.
_SHARE: Final = 8


def most(mcu: int) -> int:
    """The largest limit that fits a worker with ``mcu`` units."""
    return mcu * _HEAP_PER_MCU // _SHARE
