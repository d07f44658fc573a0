"""Reads and decodes the events of an environment, or of one of its tables."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain, islice
from operator import attrgetter
from typing import Any, Final

from cdc.deep.command import REPORTED
from cdc.kafka.brokers import Tunnels, brokers
from cdc.kafka.reading import Reader, reading
from cdc.operate.connectors import Place
from cdc.operate.events.choosing import OfTable
from cdc.operate.events.decoding import Formats
from cdc.operate.events.text import Shown, shown
from cdc.operate.events.topics import Routed, of_all, of_table

__all__ = ["REPORTED", "EventReader", "Wanted"]

_ORDER: Final = attrgetter("timestamp", "topic", "partition", "offset")
# How far back one table's events are looked for in each partition of a shared topic, and how much further each time.
_FURTHEST: Final = 50_000
_FURTHER: Final = 8


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
        routed = of_table(environment, wanted.table) if wanted.table is not None else of_all(environment)
        with reading(brokers(self._place.aws, environment, self._tunnels)) as reader:
            owners = self._owners(reader, routed, wanted)
            if not owners:
                return
            shared = {one.connector for one in routed if one.shared}
            chosen = OfTable(wanted.table, {topic for topic, owner in owners.items() if owner in shared}, self._note)
            if not (wanted.from_beginning or wanted.follow):
                yield from self._newest(reader, owners, wanted.limit or 0, chosen)
                return
            batches = _batches(reader, list(owners), wanted)
            found = (one for batch in batches for one in self._shown(batch, owners) if chosen.has(one))
            yield from islice(found, wanted.limit)

    def _owners(self, reader: Reader, routed: Sequence[Routed], wanted: Wanted) -> dict[str, str]:
        """The connector of each topic."""
        existing = set() if all(one.exact for one in routed) else reader.topics()
        found = {topic: one.connector for one in routed for topic in sorted(one.among(existing))}
        if not all(one.exact for one in routed):
            found = {topic: connector for topic, connector in found.items() if topic in existing}
        if not all(one.sure for one in routed):
            self._note(f"transforms decide by each row where {wanted.table} goes: all topics of the connector are read")
        if not found:
            patterns = ", ".join(pattern for one in routed for pattern in one.patterns)
            self._note(
                f"there is no topic yet of {patterns}, or none that you may describe: a connector creates it with the "
                "first event; cdc status shows its state"
            )
        return found

    def _newest(self, reader: Reader, owners: dict[str, str], limit: int, chosen: OfTable) -> list[Shown]:
        """Where a topic is shared, it reads further back until it has enough."""
        last = limit
        while True:
            reader.assign(list(owners), last=last)
            newest = sorted(chain.from_iterable(reader.present()), key=_ORDER)
            if not chosen.shared:
                return list(self._shown(newest[-limit:], owners))
            found = [one for one in self._shown(newest, owners) if chosen.has(one)]
            if len(found) >= limit or reader.whole:
                return found[-limit:]
            if last >= _FURTHEST:
                self._note(f"only the newest {last} events of each partition were read: --from-beginning reads all")
                return found
            last *= _FURTHER

    def _shown(self, batch: Sequence[Any], owners: dict[str, str]) -> Iterator[Shown]:
        decoded: dict[int, dict[str, Any]] = {}
        for connector in dict.fromkeys(owners[one.topic] for one in batch):
            places = [place for place, one in enumerate(batch) if owners[one.topic] == connector]
            messages = [(batch[place].topic, batch[place].key, batch[place].value) for place in places]
            decoded |= zip(places, self._decoder(connector)(messages), strict=True)
        yield from (shown(one, decoded[place]) for place, one in enumerate(batch))


def _batches(reader: Reader, topics: Sequence[str], wanted: Wanted) -> Iterator[list[Any]]:
    reader.assign(topics, last=None if wanted.from_beginning else 0)
    batches = reader.following() if wanted.follow else reader.present()
    yield from (sorted(batch, key=_ORDER) for batch in batches if batch)
