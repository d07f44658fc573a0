"""A connector as the checks see it: what the user wrote, what Kafka Connect will read, and what that captures."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from modules.debezium import configuration, topics
from modules.debezium.definitions import Found, Release, release
from modules.debezium.finding import find
from modules.debezium.formats import Registry
from modules.debezium.settings import Connector
from modules.properties_file import as_text


@dataclass(frozen=True)
class Subject:
    """``debezium_version`` is the plugin's, ``kafkaconnect_version`` the worker's.

    ``plugin_at_hand`` where the archive itself can say which classes it holds. Not ``whole`` is a connector of a file
    with errors, of which the properties are there and nothing else is sure.
    """

    connector: Connector
    debezium_version: str
    kafkaconnect_version: str
    plugin_at_hand: bool = False
    whole: bool = True
    registry: Registry | None = None

    @cached_property
    def release(self) -> Release:
        return release(self.debezium_version, self.kafkaconnect_version)

    @cached_property
    def given(self) -> Mapping[str, str]:
        """The user's properties as text."""
        return {key: as_text(value) for key, value in self.connector.properties.items()}

    @cached_property
    def effective(self) -> Mapping[str, str]:
        """All that is known before a deploy, the user's own last."""
        if not self.whole:
            return self.given
        return configuration.connector_properties(
            self.connector, debezium_version=self.debezium_version, registry=self.registry
        )

    def found(self, key: str) -> Found | None:
        """What a name is on this connector; None where nothing reads it."""
        return find(self.release, key, self.effective)

    @property
    def name(self) -> str:
        return f"Debezium {self.debezium_version}"

    @property
    def prefix(self) -> str:
        return self.connector.topics.prefix

    @property
    def tables(self) -> tuple[str, ...]:
        return self.connector.source.captured

    @property
    def signal_table(self) -> str | None:
        return self.connector.signals.table if self.connector.signals else None

    def enabled(self, key: str, *, default: bool) -> bool:
        """A boolean as Debezium reads it."""
        return self.effective.get(key, str(default)).strip().lower() == "true"

    def word(self, key: str) -> str | None:
        """A word as Debezium reads it; the default where it is not set."""
        value = self.effective.get(key)
        if value is None:
            found = self.found(key)
            value = found.property.default if found else None
        return value.strip().lower() if value is not None else None

    def number(self, key: str) -> int | None:
        """The number in force; None where there is none."""
        text = self.effective.get(key)
        if text is None and (found := self.found(key)):
            text = found.property.default
        return int(text) if text is not None and re.fullmatch(r"[+-]?[0-9]+", text.strip()) else None

    def listed(self, key: str) -> tuple[str, ...]:
        """The members of a list, as Connect and Debezium trim them."""
        text = self.effective.get(key, "").strip()
        return tuple(each.strip() for each in text.split(",")) if text else ()

    @cached_property
    def table_patterns(self) -> tuple[str, ...]:
        """Captured tables as regular expressions of ``database.table``."""
        return tuple(configuration.table_expression(table) for table in self.tables)

    @cached_property
    def other_topics(self) -> tuple[str, ...]:
        """Topics beside those of tables that events go to, whatever is captured."""
        found = [topics.heartbeat_topic(self.prefix)]
        if self.enabled("include.schema.changes", default=True):
            found.append(self.prefix)
        if self.enabled("provide.transaction.metadata", default=False):
            found.append(f"{self.prefix}.{self.effective.get('topic.transaction', 'transaction')}")
        if "sink" in self.listed("notification.enabled.channels"):
            found += [name for name in (self.effective.get("notification.sink.topic.name"),) if name]
        return tuple(found)
