"""Rules about topics and groups in reach of a role: for each a file that keeps it, and files that do not."""

from tests.unit.environment.adoption_cases import READS, adopting
from tests.unit.environment.connect_cases import connector
from tests.unit.environment.environment_files import Cases, Edits, Refused

PREFIX = "{prefix: orders, partitions: 6}"
GROUPS = "groups: [billing-*]"
SIGNALS = "signals: {table: orders.debezium_signal}"
CONSUMER = "consumers.billing."
OTHERS = "connectors.orders.topics.others[0]"


def prefix(name: str) -> Refused:
    """Connector orders with another prefix; what its consumer reads is not looked at by this rule."""
    return Refused({PREFIX: f"{{prefix: {name}}}  # <-"}, "connectors.orders.topics.prefix", f"got '{name}'")


def stock(name: str) -> Edits:
    """A second connector with this prefix."""
    return connector(topics=f"topics: {{prefix: {name}}}  # <-")


def reading(*topics: str, more: Edits | None = None) -> Edits:
    return {**(more or {}), READS: f"topics: [{', '.join(topics)}]"}


def refused_topic(topic: str, what: str, more: Edits | None = None) -> Refused:
    edits = {**(more or {}), READS: f'topics: ["{topic}"]  # <-'}
    return Refused(edits, f"{CONSUMER}topics[0]", f"must match topics of events only, not {what}")


def refused_group(group: str, what: str, more: Edits | None = None) -> Refused:
    edits = {**(more or {}), GROUPS: f'groups: ["{group}"]  # <-'}
    return Refused(edits, f"{CONSUMER}groups[0]", f"must match groups of the application only, not {what}")


def signals(topic: str, more: Edits | None = None) -> Refused:
    edits = {**(more or {}), SIGNALS: f"signals: {{topic: {topic}}}  # <-"}
    return Refused(edits, "connectors.orders.signals.topic", "must be a topic of its own, not ")


def routing(*topics: str) -> Edits:
    """What connector orders may write outside its prefix; that nothing is routed there is no error."""
    return {PREFIX: f"{{prefix: orders, others: [{', '.join(topics)}]}}"}


def others(topic: str, wanted: str, more: Edits | None = None) -> Refused:
    return Refused({**(more or {}), PREFIX: f'{{prefix: orders, others: ["{topic}"]}}  # <-'}, OTHERS, wanted)


CASES: Cases = {
    "prefixes_reach_no_internal_topics": (
        {PREFIX: "{prefix: schema-histories}"},
        [
            prefix("schema-history"),
            prefix("schema-history.orders"),
            prefix("schema-history_orders"),
            prefix("__amazon_msk_connect_offsets_x"),
            prefix("__consumer_offsets"),
            prefix("__debezium-heartbeat"),
            prefix("__orders"),
            prefix("connect-offsets"),
            prefix("cdc-prod-orders-offsets"),
            prefix(".."),
        ],
    ),
    "prefixes_reach_no_other_connector": (
        connector(topics="topics: {prefix: orders-eu}"),
        [
            Refused(
                stock("orders.eu"),
                "connectors.stock.topics.prefix",
                "must not start with orders., under which connector orders writes its events, got 'orders.eu'",
            ),
            Refused(
                {PREFIX: "{prefix: eu.orders.v2}  # <-", **connector(topics="topics: {prefix: eu.orders}")},
                "connectors.orders.topics.prefix",
                "must not start with eu.orders., under which connector stock writes its events",
            ),
        ],
    ),
    "other_topics_hold_events_only": (
        routing("outbox.event.*", "all-orders"),
        [
            others("orders.*", "must be left out: the role may write under orders. anyway"),
            others("orders", "must be left out: the role may write under orders. anyway"),
            others("s*", "must match topics of events only, not schema-history.orders, the schema history"),
            others("cdc-prod-*", "must match topics of events only, not cdc-prod-orders-offsets"),
            others("__debezium-heartbeat.*", "must match topics of events only, not __*"),
            others("stock.stock.items", "not stock.*, the topics of connector stock", connector()),
            others("st*", "not stock, the topics of connector stock", connector()),
        ],
    ),
    "signals_come_by_a_topic_of_their_own": (
        {SIGNALS: "signals: {topic: orders.signals}"},
        [
            signals("__consumer_offsets"),
            signals("schema-history.orders"),
            signals("cdc-prod-orders-offsets"),
            signals("connect-configs"),
            signals("orders"),
            signals("stock.stock.items", connector()),
            signals("commands", routing("commands")),
            signals("schema-history.stock", connector()),
        ],
    ),
    "consumers_read_events_only": (
        reading("orders.*", "orders", "stock.stock.items", "connect-events", more=connector()),
        [
            refused_topic("s*", "schema-history.orders, the schema history of connector orders"),
            refused_topic("schema-history.orders", "schema-history.orders"),
            refused_topic("schema-history.*", "schema-history.orders"),
            refused_topic("schema-history.stock", "schema-history.*, topics that keep the schema histories"),
            refused_topic("_*", "__*, topics whose names start with __: Kafka's, MSK's and Debezium's own"),
            refused_topic("__amazon_msk_connect_*", "__*"),
            refused_topic("__consumer_offsets", "__*"),
            refused_topic("__debezium-heartbeat.*", "__*"),
            refused_topic("c*", "cdc-prod-orders-offsets, the topic of offsets of connector orders"),
            refused_topic("connect-*", "connect-configs, topics that workers of Kafka Connect keep for themselves"),
            refused_topic(
                "o*", "orders-offsets, the topic of offsets of connector orders", adopting(offsets="orders-offsets")
            ),
            refused_topic("orders.*", "orders.history, the schema history", adopting(history="orders.history")),
        ],
    ),
    "consumers_have_groups_of_their_own": (
        {GROUPS: "groups: [billing-*, connectors, orders]"},
        [
            refused_group(
                "__amazon_msk_connect_*", "__*, groups whose names start with __: those of MSK Connect's workers"
            ),
            refused_group("_*", "__*"),
            refused_group("connect-billing", "connect-*, groups of Kafka Connect's workers and sinks"),
            refused_group("con*", "connect-*"),
            refused_group(
                "orders-schemahistory", "orders-schemahistory, the group of the schema history of connector orders"
            ),
            refused_group("o*", "orders-schemahistory"),
            refused_group("orders-sig*", "orders-signal", {SIGNALS: "signals: {topic: commands}"}),
            refused_group(
                "stock-*", "stock-schemahistory, the group of the schema history of connector stock", connector()
            ),
        ],
    ),
}
