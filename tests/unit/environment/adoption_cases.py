"""Rules about adopted connectors: for each a file that keeps it, and files that do not."""

from tests.unit.environment.connect_cases import connector
from tests.unit.environment.environment_files import Cases, Edits, Refused

PLACE = "heartbeat_seconds: 10"
PREFIX = "topics: {prefix: stock}"
READS = "topics: [orders.orders.*]"


def adopting(
    *, name: str = "orders-cdc", offsets: str = "connect-offsets", history: str = "dbhistory.orders", more: str = ""
) -> Edits:
    """Connector orders, adopted; ``# <-`` in a value marks its line."""
    values = {"name": name, "offset_topic": offsets, "schema_history_topic": history}
    lines = "".join(f"      {key}: {value}\n" for key, value in values.items())
    return {PLACE: f"adopt:\n{lines}{more}    {PLACE}"}


def both(*, name: str = "stock-cdc", offsets: str = "stock-offsets", history: str = "dbhistory.stock") -> Edits:
    """Two adopted connectors, orders and stock."""
    adopt = f"adopt:\n      name: {name}\n      offset_topic: {offsets}\n      schema_history_topic: {history}\n"
    return adopting() | connector(topics=f"{PREFIX}\n    {adopt}")


SIGNAL_TABLE = "signals: {table: orders.debezium_signal}"
GROUP = "      signal_group: kafka-signal"

CASES: Cases = {
    "adopted_names_are_unique": (
        both(),
        [
            Refused(
                both(name="orders-cdc  # <-"),
                "connectors.stock.adopt.name",
                "must differ from connector orders: offsets belong to a name, got 'orders-cdc'",
            )
        ],
    ),
    "adopted_names_are_not_our_own": (
        adopting(name="cdc-prod-old", offsets="cdc-prod-old-offsets"),
        [
            Refused(
                {**connector(), **adopting(name="cdc-prod-stock  # <-")},
                "connectors.orders.adopt.name",
                "must differ from connector stock, which is called that, got 'cdc-prod-stock'",
            ),
            Refused(
                {**connector(), **adopting(offsets="cdc-prod-stock-offsets  # <-")},
                "connectors.orders.adopt.offset_topic",
                "must differ from connector stock, whose offsets are there",
            ),
        ],
    ),
    "schema_histories_are_unique": (
        both(history="schema-history.orders"),
        [
            Refused(
                both(history="dbhistory.orders  # <-"),
                "connectors.stock.adopt.schema_history_topic",
                "must differ from connector orders: a schema history is one connector's, got 'dbhistory.orders'",
            ),
            Refused(
                {**connector(), **adopting(history="schema-history.stock  # <-")},
                "connectors.orders.adopt.schema_history_topic",
                "must differ from connector stock",
            ),
        ],
    ),
    "adopted_topics_have_one_use": (
        adopting(history="orders.history"),
        [
            Refused(
                adopting(history="connect-offsets  # <-"),
                "connectors.orders.adopt.schema_history_topic",
                "must differ from offset_topic",
            ),
            Refused(
                adopting(history="orders  # <-"),
                "connectors.orders.adopt.schema_history_topic",
                "must not be the topic of schema changes of connector orders, got 'orders'",
            ),
            Refused(
                {**adopting(offsets="orders.orders.customers  # <-"), READS: "topics: [orders.orders.order_items]"},
                "connectors.orders.adopt.offset_topic",
                "must not be a topic of events of connector orders",
            ),
            Refused(
                {**connector(), **adopting(offsets="stock.stock.returns  # <-")},
                "connectors.orders.adopt.offset_topic",
                "must not be within reach of the role of connector stock",
            ),
            Refused(
                adopting(offsets="__debezium-heartbeat.orders  # <-"),
                "connectors.orders.adopt.offset_topic",
                "must not be the heartbeat topic of connector orders",
            ),
            Refused(
                {**connector(), **adopting(history="stock.history  # <-")},
                "connectors.orders.adopt.schema_history_topic",
                "must not be within reach of the role of connector stock, got 'stock.history'",
            ),
            Refused(
                {**adopting(history="commands  # <-"), SIGNAL_TABLE: "signals: {topic: commands}"},
                "connectors.orders.adopt.schema_history_topic",
                "must not be the signal topic of connector orders",
            ),
            Refused(
                {**connector(), **adopting(offsets="schema-history.stock  # <-")},
                "connectors.orders.adopt.offset_topic",
                "must not be the schema history of connector stock",
            ),
        ],
    ),
    "adopted_topics_are_not_kafkas": (
        adopting(offsets="__amazon_msk_connect_offsets_orders-cdc_12345678-09e7-4abc-8be8-c657f7e4ff32-2"),
        [
            Refused(
                adopting(offsets="__consumer_offsets  # <-"),
                "connectors.orders.adopt.offset_topic",
                "must be a topic of Kafka Connect or Debezium, not Kafka's own, got '__consumer_offsets'",
            ),
            Refused(
                adopting(history="__amazon_msk_connect_configs_orders-cdc_12345678-2  # <-"),
                "connectors.orders.adopt.schema_history_topic",
                "must be a topic of the connector, not MSK Connect's or MSK's own",
            ),
        ],
    ),
    "an_adopted_signal_group_reads_a_topic": (
        {**adopting(more=f"{GROUP}\n"), SIGNAL_TABLE: "signals: {topic: commands}"},
        [
            Refused(
                adopting(more=f"{GROUP}  # <-\n"),
                "connectors.orders.adopt.signal_group",
                "must be left out: signals has no topic that a group would read, got 'kafka-signal'",
            )
        ],
    ),
}

ADVICE = {
    "adopted_topics_are_no_consumers": Refused(
        adopting(history="orders.history  # <-"),
        "connectors.orders.adopt.schema_history_topic",
        "consumers of orders.* read it as if it held events, got 'orders.history'",
    ),
    "adopted_offsets_are_one_connectors": Refused(
        both(offsets="connect-offsets  # <-"),
        "connectors.stock.adopt.offset_topic",
        "connector orders has it too: the role of each may overwrite the other's offsets",
    ),
}
