"""The name of a table, with its database."""

from dataclasses import dataclass
from typing import Final

from rehearsal.database.mysql import quote

SYSTEM_DATABASES: Final = ("information_schema", "mysql", "performance_schema", "sys")
_MOST_CHARACTERS: Final = 64


@dataclass(frozen=True, order=True, slots=True)
class TableName:
    """The name of a table, with its database."""

    database: str
    table: str

    @classmethod
    def parse(cls, text: str) -> "TableName":
        """The reverse of ``str``, for a database without a dot in its name."""
        database, _, table = text.partition(".")
        return cls(database, table)

    def __str__(self) -> str:
        return f"{self.database}.{self.table}"

    @property
    def sql(self) -> str:
        """The quoted name."""
        return f"{quote(self.database)}.{quote(self.table)}"

    @property
    def valid(self) -> bool:
        """Whether MySQL takes it as the name of a user's table (MySQL manual, "Schema Object Names")."""
        return self.database.lower() not in SYSTEM_DATABASES and all(map(_is_name, (self.database, self.table)))


def _is_name(text: str) -> bool:
    in_plane = all("\0" < char <= "\uffff" for char in text)
    return in_plane and 0 < len(text) <= _MOST_CHARACTERS and not text.endswith(" ")
