"""What connectors capture: patterns of tables as Debezium reads them."""

from collections.abc import Sequence
from dataclasses import dataclass

from modules.debezium.checks.values import split
from modules.debezium.configuration import connector_properties, table_expression
from modules.debezium.regex.matching import matches
from modules.debezium.settings import Connector
from rehearsal.database.table_name import TableName


@dataclass(frozen=True)
class Pattern:
    """An entry of ``source.tables``: as the file has it, and the regular expression that Debezium gets for it."""

    text: str
    regex: str

    @property
    def exact(self) -> bool:
        """Whether it is the name of one table."""
        return "*" not in self.text

    def captures(self, name: TableName) -> bool:
        """Whether Debezium captures the table: the whole name must match, in upper or lower case."""
        return matches(self.regex, str(name), caseless=True)


@dataclass(frozen=True)
class Capture:
    """What the connector ``name`` captures; ``excluded`` are the patterns of tables that it leaves out."""

    name: str
    patterns: tuple[Pattern, ...]
    excluded: tuple[Pattern, ...] = ()

    @classmethod
    def of(cls, name: str, connector: Connector) -> "Capture":
        """As the connector is deployed."""
        included = connector_properties(connector)["table.include.list"]
        patterns = zip(connector.source.captured, split(included), strict=True)
        excluded = tuple(Pattern(text, table_expression(text)) for text in connector.source.excluded)
        return cls(name, tuple(Pattern(text, regex) for text, regex in patterns), excluded)

    def captured(self, names: Sequence[TableName]) -> list[TableName]:
        """Those of ``names`` that the connector captures."""
        return [name for name in names if any(pattern.captures(name) for pattern in self.patterns)]
