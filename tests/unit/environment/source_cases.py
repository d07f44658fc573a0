"""Rules about what connectors read, and their releases: for each a file that keeps it, and files that do not."""

from tests.unit.environment.connect_cases import connector
from tests.unit.environment.environment_files import Cases, Edits, Refused

TABLES = "[orders.customers, orders.order_items]"
VERSION = "    version: 3HL4kqtJlcpXroDTDmJ.rmSpXd3dIbrHY"
AT = "connectors.orders.source.tables"


def tables(*names: str, mark: str = "  # <-") -> Edits:
    return {TABLES: f"[{', '.join(map(repr, names))}]{mark}"}


def released(version: str) -> Edits:
    return {VERSION: f"{VERSION}\n    debezium_version: {version}  # <-"}


def beside(*names: str, prefix: str, mark: str = "") -> Edits:
    """A second connector with these tables."""
    edits = connector(topics=f"topics: {{prefix: {prefix}}}")
    return {place: text.replace("[stock.*]", f"[{', '.join(names)}]{mark}") for place, text in edits.items()}


CASES: Cases = {
    "debezium_is_new_enough": (
        released("2.7.4.Final"),
        [
            Refused(
                released("1.9.7.Final"),
                "plugins.debezium-mysql.debezium_version",
                "must be 2.0 or later: topic.prefix and schema.history.internal.* came with it, got '1.9.7.Final'",
            )
        ],
    ),
    "tables_are_names": (
        tables("shop.*", "shop.line_*", "crm.foo$bar", "crm.foo-bar", "Shop.Übersicht"),
        [
            Refused(tables(pattern), AT, "must be names, database.table, with * for any characters but a dot")
            for pattern in ("(shop|crm).orders", r"shop\.orders", "shop.orders_[0-9]", "^shop.orders", "shop.orders$")
        ]
        + [
            Refused(tables("shop.order?"), AT, "regular expressions are not read here, and names need no backslash"),
            Refused(tables("shop.%"), AT, "got 'shop.%'"),
            Refused(tables("a.b", "shop.x+", "c.d", "crm.[a]"), AT, "got 'shop.x+, crm.[a]'"),
            Refused(tables("`shop`.`orders`"), AT, "must be names without quotes: database.table"),
            Refused(tables("shop.*", "-shop.audit"), AT, "must have ! before a table that is left out, in quotes"),
            Refused(tables("shop.*", "!shop.au?it"), AT, "got 'shop.au?it'"),
        ],
    ),
    "tables_are_left_out_of_captured_ones": (
        tables("shop.*", "!shop.audit_*", "!shop.cards"),
        [
            Refused(tables("!shop.audit"), AT, "must have a table that is captured, without !, got '!shop.audit'"),
            Refused(tables("shop.*", "!crm.*"), f"{AT}[1]", "must be left out: no captured table has such a name"),
            Refused(tables("shop.*", "crm.a", "!crm.*"), f"{AT}[1]", "an entry with ! leaves all of these tables out"),
        ],
    ),
    "databases_hold_the_users_tables": (
        tables("mysqlx.user", "sysadmin.*"),
        [
            Refused(
                tables("shop.*", "mysql.user", "SYS.*"), AT, "Debezium never captures MySQL's, got 'mysql.user, SYS.*'"
            )
        ],
    ),
    "tables_have_topics_of_their_own": (
        beside("orders.customers", "orders.foo_bar", prefix="stock"),
        [
            Refused(
                tables("shop.foo$bar", "shop.foo@bar"),
                AT,
                "shop.foo@bar and shop.foo$bar both become orders.shop.foo_bar, and their events mix",
            ),
            Refused(tables("größe.x", "gr__e.x"), AT, "both become orders.gr__e.x"),
            Refused(tables("a.b_c", "a_b.c"), AT, "a_b.c becomes orders.a_b.c, and a.b_c orders.a.b_c; it refuses"),
            Refused(tables(f"a.{'x' * 250}", f"a.{'x' * 251}"), AT, "both become orders.a.xxx"),
            Refused(
                tables("eu.shop_x", mark="") | beside("shop.x", prefix="orders_eu", mark="  # <-"),
                "connectors.stock.source.tables",
                "and eu.shop_x of connector orders orders.eu.shop_x",
            ),
        ],
    ),
}
