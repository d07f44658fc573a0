"""Regular expressions as patterns: whatever an expression matches, its patterns match, and nothing else."""

import itertools
import re

import pytest

from cdc.imports.translation import patterns
from cdc.imports.translation.patterns import InexpressibleError
from modules.debezium.configuration import connector_properties
from modules.environment.models.connectors import Connector

WORDS = ("shop", "shop2", "crm", "orders", "orders_2026", "order_items", "customers", "a$b", "x", "")
TABLES = [f"{database}.{table}" for database, table in itertools.product(WORDS, WORDS)]


def deployed(tables: list[str]) -> str:
    """The regular expressions that the product makes of patterns."""
    source = {"cluster": "c", "secret": "s", "server_id": 1, "tables": tables}
    connector = Connector.model_validate({"plugin": "pp", "source": source, "topics": {"prefix": "p"}})
    return connector_properties(connector)["table.include.list"]


def matched(expressions: str) -> set[str]:
    """As Debezium does: each of the list anchored, in any case; an expression may hold commas of its own."""
    found = [re.compile(each, re.IGNORECASE) for each in patterns.split(expressions)]
    return {table for table in TABLES if any(each.fullmatch(table) for each in found)}


@pytest.mark.parametrize(
    ("expressions", "expected"),
    [
        (r"shop\.orders", ["shop.orders"]),
        ("shop.orders", ["shop.orders"]),
        (r"shop\.orders, crm\.customers", ["shop.orders", "crm.customers"]),
        ("shop[.]orders", ["shop.orders"]),
        (r"^shop\.orders$", ["shop.orders"]),
        (r"(?i)shop\.orders", ["shop.orders"]),
        (r"shop\.(orders|customers)", ["shop.orders", "shop.customers"]),
        (r"(?:shop|crm)\.(?:orders|customers)", ["shop.orders", "shop.customers", "crm.orders", "crm.customers"]),
        (r"shop\.orders|crm\.customers", ["shop.orders", "crm.customers"]),
        (r"shop\.order.*", ["shop.order*"]),
        (r"shop\.order[^.]*", ["shop.order*"]),
        (r"shop2?\.orders", ["shop2.orders", "shop.orders"]),
        (r"shop(2)?\.orders", ["shop2.orders", "shop.orders"]),
        (r".*\.orders", ["*.orders"]),
        (r"shop\..*", ["shop.*"]),
        ("shop.*", ["shop*.*"]),
        (".*", ["*.*"]),
        (r"shop\.a\$b", ["shop.a$b"]),
    ],
)
def test_an_expression_becomes_patterns_that_match_the_same(expressions: str, expected: list[str]) -> None:
    found = [table for each in patterns.split(expressions) for table in patterns.tables(each).patterns]
    assert found == expected
    assert matched(deployed(found)) == matched(expressions)
    assert matched(expressions)


@pytest.mark.parametrize(
    ("expression", "part"),
    [
        (r"shop\.(?!audit).*", "(?!audit)"),
        (r"shop\.order\d+", r"\d"),
        (r"shop\.order[0-9]", "[0-9]"),
        (r"shop\.o.ders", ". for any one character"),
        (r"shop\.(order)+", "repeats a group"),
        (r"shop\.orders{1,2}", "repeats a character"),
        (r"shop\.a\.b", "more than one dot"),
        ("orders", "no dot"),
        (r"shop\.(orders", "an unclosed bracket"),
        (r"shop\.orders)", "an unmatched closing bracket"),
        ("*.orders", "*.orders"),
        ("(a|b|c|d|e|f)" * 4 + r"\.x", "more than 200"),
    ],
)
def test_an_expression_without_a_pattern_is_an_error(expression: str, part: str) -> None:
    with pytest.raises(InexpressibleError, match=re.escape(part)):
        patterns.tables(expression)


@pytest.mark.parametrize(("expression", "widened"), [(r"shop\.\w+", True), (r"shop\.[^.]+", False)])
def test_a_pattern_that_matches_more_is_reported(expression: str, widened: bool) -> None:
    found = patterns.tables(expression)
    assert (found.patterns, found.widened) == (["shop.*"], widened)


@pytest.mark.parametrize(
    ("tables", "databases", "both"),
    [
        (["shop.orders", "crm.orders"], ["shop"], ["shop.orders"]),
        (["shop*.*"], ["shop"], ["shop.*"]),
        (["*.orders"], ["shop", "crm"], ["shop.orders", "crm.orders"]),
        (["shop.orders"], ["sh*"], ["shop.orders"]),
        (["shop.orders"], ["crm"], []),
    ],
)
def test_a_table_is_in_both_lists(tables: list[str], databases: list[str], both: list[str]) -> None:
    assert patterns.within(tables, databases) == both


def test_overlapping_patterns_of_databases_are_an_error() -> None:
    with pytest.raises(InexpressibleError, match="may be in both"):
        patterns.within(["shop*.orders"], ["*2"])


def test_a_comma_in_brackets_is_no_separator() -> None:
    assert patterns.split(r"a\.b{1,2},c\.[x,y],d\,e.f,") == [r"a\.b{1,2}", r"c\.[x,y]", r"d\,e.f"]
