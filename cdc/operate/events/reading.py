"""Reads and decodes the events of an environment, or of one of its tables."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from operator import attrgetter
from typing import Any, Final

from cdc.deep.command import REPORTED
from cdc.kafka.brokers import Tunnels, brokers
from cdc.kafka.reading import Reader, reading
from cdc.operate.connectors import Place
from cdc.operate.events.decoding import Formats
from cdc.operate.events.text import Shown, shown
from cdc.operate.events.topics import Routed, of_all, of_table

__all__ = ["REPORTED", "EventReader", "Wanted"]

_ORDER: Final = attrgetter("timestamp", "topic", "partition", "offset")


@dataclass(frozen=True)
class Wanted:
    """Events of ``table``, or of all tables; ``limit`` is None for all that come."""

    table: str | None
    from_beginning: bool
    follow: bool
    limit: int | None


class EventReader:
    """The events of ``place``; ``note`` takes what the caller should know beside them."""

    def __init__(self, place: Place, tunnels: Tunnels, formats: Formats, note: Callable[[str], None]) -> None:
        self._place = place
        self._tunnels = tunnels
        self._decoder = cache(formats.decoder)
        self._note = note

    def read(self, wanted: Wanted) -> Iterator[Shown]:
        """The events as they are read. Raises BrokersError, NoPluginError, NotCapturedError, REPORTED."""
        environment = self._place.environment
        routed = of_table(environment, wanted.table) if wanted.table else of_all(environment)
        with reading(brokers(self._place.aws, environment, self._tunnels)) as reader:
            owners = self._owners(reader, routed, wanted)
            left = wanted.limit
            for batch in self._batches(reader, list(owners), wanted):
                yield from self._shown(batch[:left], owners)
                left = None if left is None else left - len(batch)
                if left is not None and left <= 0:
                    return

    def _owners(self, reader: Reader, routed: Sequence[Routed], wanted: Wanted) -> dict[str, str]:
        """The connector of each topic."""
        existing = set() if all(one.exact for one in routed) else reader.topics()
        found = {topic: one.connector for one in routed for topic in sorted(one.among(existing))}
        if not wanted.table:
            found = {topic: connector for topic, connector in found.items() if topic in existing}
        if not all(one.sure for one in routed):
            self._note(
                f"transforms decide by each row where {wanted.table} goes: all events of the connector are shown"
            )
        if not found:
            patterns = ", ".join(pattern for one in routed for pattern in one.patterns)
            self._note(f"no topic is {patterns}, or none that you may describe")
        return found

    def _batches(self, reader: Reader, topics: Sequence[str], wanted: Wanted) -> Iterator[list[Any]]:
        if not topics:
            return
        last = None if wanted.from_beginning else 0 if wanted.follow else wanted.limit
        reader.assign(topics, last=last)
        if wanted.follow:
            yield from (sorted(batch, key=_ORDER) for batch in reader.following() if batch)
        elif wanted.from_beginning:
            yield from (sorted(batch, key=_ORDER) for batch in reader.present() if batch)
        else:
            newest = sorted(chain.from_iterable(reader.present()), key=_ORDER)
            yield newest[-(wanted.limit or 0) :]

    def _shown(self, batch: Sequence[Any], owners: dict[str, str]) -> Iterator[Shown]:
        decoded: dict[int, dict[str, Any]] = {}
        for connector in dict.fromkeys(owners[one.topic] for one in batch):
            places = [place for place, one in enumerate(batch) if owners[one.topic] == connector]
            messages = [(batch[place].topic, batch[place].key, batch[place].value) for place in places]
            decoded |= zip(places, self._decoder(connector)(messages), strict=True)
        yield from (shown(one, decoded[place]) for place, one in enumerate(batch))
