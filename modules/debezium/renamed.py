"""Names and words that Debezium had, by the release that took them away, and what to write instead.

From the release notes of Debezium, where each is listed under the release that is named here.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Renamed:
    """A property that is gone from ``release`` on; a name that ends in a dot is a prefix.

    ``successor`` is what does the same today, for a prefix what stands in its place; None where nothing does, and
    then ``note`` says what that means. ``of`` is the class behind an alias whose property it was.
    """

    name: str
    release: str
    successor: str | None = None
    note: str = ""
    of: str | None = None


_ALL: Final = (
    Renamed("column.blacklist", "2.0.0", "column.exclude.list"),
    Renamed("column.whitelist", "2.0.0", "column.include.list"),
    Renamed("table.blacklist", "2.0.0", "table.exclude.list"),
    Renamed("table.whitelist", "2.0.0", "table.include.list"),
    Renamed("database.blacklist", "2.0.0", "database.exclude.list"),
    Renamed("database.whitelist", "2.0.0", "database.include.list"),
    Renamed("database.server.name", "2.0.0", "topic.prefix"),
    Renamed("database.history", "2.0.0", "schema.history.internal"),
    Renamed("database.history.", "2.0.0", "schema.history.internal."),
)
RENAMED: Final = {each.name: each for each in _ALL}
