"""What applications read: received events, decoded with the connectors' own converters."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, TypeAlias

from rehearsal.database.event_kinds import EventKind
from rehearsal.events.deliveries import Event

Message: TypeAlias = tuple[str, bytes | None, bytes | None]
# A connector's messages (topic, key, value) as ``key`` and ``value``, or an ``error``, in the same order.
Decode: TypeAlias = Callable[[str, Sequence[Message]], Sequence[dict[str, Any]]]

_BATCH: Final = 5000
_SAMPLES: Final = (EventKind.UPDATE, EventKind.CREATE, EventKind.SNAPSHOT)  # the best first


class DecodedEvents:
    """The first events that were received. Public: ``sample``, a row's event if any, and ``errors``."""

    def __init__(self, kept: Sequence[tuple[str, Event]], samples: Mapping[EventKind, Event], decode: Decode) -> None:
        self.sample: dict[str, Any] = {}
        self._failed: dict[str, list[tuple[Event, str]]] = defaultdict(list)
        wanted = next((samples[kind] for kind in (*_SAMPLES, *samples) if kind in samples), None)
        for event, content in _decoded(kept, decode):
            if "error" in content:
                self._failed[event.topic].append((event, content["error"]))
            if event == wanted:
                place = {"topic": event.topic, "partition": event.partition, "offset": event.offset}
                self.sample = {**place, **content}

    @property
    def errors(self) -> list[str]:
        """A line for each topic with events that no application can read."""
        found = []
        for topic, failed in self._failed.items():
            event, error = failed[0]
            more = f" (and {len(failed) - 1} more)" if len(failed) > 1 else ""
            found.append(
                f"{topic}, partition {event.partition}, offset {event.offset}{more}: cannot be decoded: {error}"
            )
        return found


def _decoded(kept: Sequence[tuple[str, Event]], decode: Decode) -> Iterator[tuple[Event, dict[str, Any]]]:
    for connector in dict.fromkeys(name for name, _ in kept):
        events = [event for name, event in kept if name == connector]
        for start in range(0, len(events), _BATCH):
            batch = events[start : start + _BATCH]
            yield from zip(batch, decode(connector, [(one.topic, one.key, one.value) for one in batch]), strict=True)
