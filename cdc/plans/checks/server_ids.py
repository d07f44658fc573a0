"""Checks of server ids that two connectors share, in one plan or in several."""

from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from cdc.plans.reading import connectors
from cdc.plans.reading.connectors import SERVER_ID, Connector, Connectors
from cdc.plans.reading.plan import Plan
from cdc.plans.reading.resources import UNKNOWN
from cdc.plans.rules import connectors as rules
from cdc.plans.rules.rule import Finding


@dataclass(frozen=True)
class _Reader:
    """A connector of a stack that reads a database, before and after the plan."""

    number: int
    stack: str
    before: Connector | None
    after: Connector | None

    @property
    def changes(self) -> bool:
        return any(one.resource.changes for one in (self.before, self.after) if one)

    @property
    def sides(self) -> Iterator[Connector]:
        yield from (one for one in (self.before, self.after) if one)


# By server id and host, and by server id alone.
_Index = Mapping[Hashable, Sequence[_Reader]]


def check(plans: Sequence[Plan]) -> Iterator[Finding]:
    """Each pair once, on the one that is new to the server id."""
    sides = [(plan.stack, *sides) for plan in plans for sides in _sides(connectors.read(plan))]
    readers = [_Reader(number, *each) for number, each in enumerate(sides)]
    index = _index(readers)
    reported: set[frozenset[int]] = set()
    for reader in readers:
        for other in _near(reader, index):
            pair = frozenset((reader.number, other.number))
            if not reader.after or len(pair) == 1 or pair in reported:
                continue
            if conflict := _conflict(reader, reader.after, other):
                reported.add(pair)
                yield _reused(reader.stack, reader.after, conflict)
                break


def _sides(found: Connectors) -> Iterator[tuple[Connector | None, Connector | None]]:
    yield from found.kept
    yield from ((None, new) for new in (*found.added, *(new for _, new in found.renamed)))
    yield from ((old, None) for old in (*found.removed, *(old for old, _ in found.renamed)))
    yield from ((one, one) for one in found.forgotten)


def _index(readers: Sequence[_Reader]) -> _Index:
    index: dict[Hashable, list[_Reader]] = defaultdict(list)
    for reader in readers:
        ids = {one.server_id for one in reader.sides} - {None, UNKNOWN}
        for key in {*ids, *((one.server_id, one.host) for one in reader.sides if one.server_id in ids)}:
            index[key].append(reader)
    return index


def _near(reader: _Reader, index: _Index) -> Iterator[_Reader]:
    """Those that may read the same database with the same server id."""
    after = reader.after
    if after is None or after.server_id in (None, UNKNOWN):
        return
    if after.host is UNKNOWN:
        yield from index[after.server_id]
        return
    for host in (after.host, UNKNOWN):
        yield from index.get((after.server_id, host), ())


def _reused(stack: str, one: Connector, conflict: str) -> Finding:
    what = f"{SERVER_ID} of {one.name} is {one.shown(SERVER_ID)}, which {conflict}"
    return Finding(rules.SERVER_ID_REUSED, stack, one.address, what)


def _conflict(reader: _Reader, after: Connector, other: _Reader) -> str:
    """How ``other`` uses the server id of ``after``; empty where it does not, or is the same connector."""
    if _uses_id_of(other.after, after) and (reader.changes or not other.changes):
        assert other.after
        return f"{other.after.name} has as well"
    is_new = reader.before is None or reader.before.server_id != after.server_id
    if is_new and _uses_id_of(other.before, after):
        assert other.before
        return f"{other.before.name} has until this is applied"
    return ""


def _uses_id_of(other: Connector | None, after: Connector) -> bool:
    if other is None or other.key == after.key or other.server_id != after.server_id:
        return False
    return other.host == after.host or UNKNOWN in (other.host, after.host)
