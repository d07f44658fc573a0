"""Topics that consumers name: those that connectors write to, and such as none does."""

from tests.unit.environment.environment_files import PROPERTY, Edits, Refused

TABLES = "[orders.customers, orders.order_items]"
READ = "[orders.orders.*]"
OUTBOX: Edits = {
    PROPERTY: "transforms: outbox\n      transforms.outbox.type: io.debezium.transforms.outbox.EventRouter",
    TABLES: "[orders.outbox]",
    "partitions: 6}": "others: [outbox.event.*]}",
}
REGEX: Edits = {
    PROPERTY: (
        "transforms: one\n      transforms.one.type: org.apache.kafka.connect.transforms.RegexRouter\n"
        r"      transforms.one.regex: orders\.orders\.(.*)"
        "\n      transforms.one.replacement: $1"
    ),
    "partitions: 6}": "others: [customers, order_items]}",
}
BY_CONTENT: Edits = {
    PROPERTY: (
        "transforms: one\n      transforms.one.type: io.confluent.connect.transforms.ExtractTopic$Value\n"
        "      transforms.one.field: topic"
    ),
    "partitions: 6}": "others: [by-row.*]}",
}


def reading(topics: str, edits: Edits | None = None) -> Edits:
    return {READ: topics, **(edits or {})}


ADVICE = {
    "consumers_read_what_is_written": Refused(
        reading("[ordres.orders.*]  # <-"),
        "consumers.billing.topics[0]",
        "no connector writes there; did you mean orders.orders.customers?, got 'ordres.orders.*'",
    ),
}

WRITTEN: dict[str, Edits] = {
    "a table": reading("[orders.orders.customers, orders.orders.order_items, orders.orders.c*, orders.*, o*]"),
    "schema changes": reading("[orders]"),
    "the signal table": reading("[orders.orders.debezium_signal]"),
    "one of a pattern": reading("[orders.shop.orders_7]", {TABLES: '["shop.orders_*"]'}),
    "any of a database": reading("[orders.shop.anything]", {TABLES: '["shop.*", "!shop.audit"]'}),
    "another case": reading("[orders.orders.Customers]"),
    "a sanitized name": reading("[orders.shop.a_b]", {TABLES: '["shop.a$b"]'}),
    "an outbox": reading("[outbox.event.order]", OUTBOX),
    "a regular expression": reading("[customers]", REGEX),
    "a pattern below the prefix, wherever a route leads": reading("[orders.orders.*]", REGEX),
    "rows of an outbox": reading(
        "[outbox.event.eu]",
        {
            **OUTBOX,
            PROPERTY: f"{OUTBOX[PROPERTY]}\n      transforms.outbox.route.topic.replacement: ${{routedByValue}}",
        },
    ),
    "rows": reading("[by-row.eu, orders.orders.customers]", BY_CONTENT),
    "transactions": reading("[orders.transaction]", {PROPERTY: "provide.transaction.metadata: true"}),
    "notifications": reading("[orders.notifications]", {"heartbeat_seconds: 10": "notifications: true"}),
}

NEVER: dict[str, tuple[Edits, str]] = {
    "a typo": (
        reading("[orders.orders.custmers]"),
        "no connector writes there; did you mean orders.orders.customers?, got 'orders.orders.custmers'",
    ),
    "near a pattern": (
        reading("[orders.shop.ordrs]", {TABLES: '["shop.orders_*", shop.customers]'}),
        "did you mean orders.shop.orders_*?",
    ),
    "another database": (reading("[orders.stock.*]"), "no connector writes there"),
    "nothing near": (
        reading("[x]", {TABLES: "[a.a, a.b, a.c, a.d, a.e, a.f]"}),
        "no connector writes there: they write to orders.a.a, orders.a.b, orders.a.c, orders.a.d, orders.a.e, "
        "orders.a.f or others, got 'x'",
    ),
    "left out": (
        reading("[orders.shop.audit]", {TABLES: '["shop.*", "!shop.audit"]'}),
        "no connector writes there",
    ),
    "before the route": (reading("[orders.orders.customers]", REGEX), "they write to customers, order_items,"),
    "a pattern of no prefix, beside a route": (reading("[stock.*]", REGEX), "no connector writes there"),
    "the outbox itself": (reading("[orders.orders.outbox]", OUTBOX), "no connector writes there"),
    "no schema changes": (reading("[orders]", {PROPERTY: "include.schema.changes: false"}), "no connector writes"),
}
