"""Java's regular expressions: what compiles, what matches, and what two can match alike."""

import pytest

from modules.debezium.regex.automaton import common
from modules.debezium.regex.matching import matches, replaced
from modules.debezium.regex.parsing import parse
from modules.debezium.regex.syntax import JavaRegexError

COMPILES = [
    r"orders\.customers\.(id|email)",
    "[a-z&&[^b]]+",
    "(?i)abc",
    "(?i:a)b",
    "a{2}{3}",
    "{2}",
    r"(?<n>x)\k<n>",
    r"\p{Alpha}+\P{Upper}\pL",
    r"\Qa.b\E",
    "[]a]",
    "[[:alpha:]]",
    "[a-]",
    r"\_\-\x41\u0041\0101\x{41}",
    "(?>a)b",
    "a++b*+c?+",
    "(?<=a)b(?!c)",
    "",
    "a}",
    "]",
]
REFUSED = {
    "*.ssn": "dangling meta character '*'",
    "a**": "dangling meta character '*'",
    "+a": "dangling meta character '+'",
    "x{": "illegal repetition",
    "a{,3}": "illegal repetition",
    "a{3,2}": "illegal repetition range",
    "a{2": "unclosed counted closure",
    "(a": "unclosed group",
    "a)": "unmatched closing ')'",
    "[a": "unclosed character class",
    "[z-a]": "illegal character range",
    r"\y": r"illegal/unsupported escape sequence: \y",
    r"\p{Foo}": "unknown character property name {Foo}",
    "(?P<x>a)": "unknown inline modifier",
    "(?<1>a)": "must be letters and digits",
    r"\k<n>": "named capturing group <n> does not exist",
    "(?<n>a)(?<n>b)": "named capturing group <n> is already defined",
    "a\\": "a backslash at the end",
}


@pytest.mark.parametrize("expression", COMPILES)
def test_what_java_compiles_is_parsed(expression: str) -> None:
    parse(expression)


@pytest.mark.parametrize("expression", REFUSED)
def test_what_java_refuses_is_refused_with_its_reason(expression: str) -> None:
    with pytest.raises(JavaRegexError) as refused:
        parse(expression)
    assert REFUSED[expression] in str(refused.value)


@pytest.mark.parametrize(
    ("expression", "text", "whole"),
    [
        (r"orders\.Customers\..*", "ORDERS.customers.id", True),
        ("[^a]", "A", False),
        ("[a-z&&[^b]]+", "acd", True),
        ("[a-z&&[^b]]+", "abc", False),
        ("[a-c[x-z]]+", "axz", True),
        (r"\Qa.b\E", "axb", False),
        (r"\w+\s\d", "ab 1", True),
        ("(?-i)a", "A", False),
        ("^a$", "a", True),
        ("a|bc", "bc", True),
        (r"(.)\1", "aa", True),
        ("(?!x).", "x", False),
    ],
)
def test_the_whole_text_is_matched_without_case(expression: str, text: str, whole: bool) -> None:
    assert matches(expression, text, caseless=True) is whole


@pytest.mark.parametrize(
    ("expression", "replacement", "text", "result"),
    [
        (r"orders\.orders\.(.*)", "orders.$1", "orders.orders.customers", "orders.customers"),
        ("(?<x>.*)-([0-9]+)", "${x}_$2", "a-1", "a_1"),
        ("(a)(b)", "$21$1", "ab", "b1a"),
        ("a", r"\$1", "a", "$1"),
        ("(a)|b", "x$1", "b", "x"),
        ("a", "b", "aa", None),
    ],
)
def test_the_first_match_is_replaced(expression: str, replacement: str, text: str, result: str | None) -> None:
    assert replaced(expression, replacement, text) == result


@pytest.mark.parametrize("replacement", ["$2", "${y}", "$", "a$x", "\\"])
def test_a_reference_to_no_group_is_refused(replacement: str) -> None:
    with pytest.raises(JavaRegexError):
        replaced("(?<x>a)", replacement, "a")


@pytest.mark.parametrize(
    ("one", "other", "some"),
    [
        ("customers.ssn", r"orders\.customers\..+", False),
        (".*ssn", r"orders\.customers\..+", True),
        ("orders.customers.ssn", r"orders\.customers\..+", True),
        (r"ORDERS\.customers\.SSN", r"orders\.customers\..+", True),
        (r"^orders\..*$", r"orders\.customers\..+", True),
        ("a^b", ".*", False),
        ("a$b", ".*", False),
        (r"orders\.(shop|crm)\..*", r"orders\.sh[^.]+\.x", True),
        (r"orders\.(shop|crm)\..*", r"orders\.x[^.]+\.x", False),
        ("[^o].*", "orders.*", False),
        ("(?!orders).*", "orders.*", True),
        (r"\d{3,}", "[a-z0-9]{2}", False),
        ("a{100}", "a+", True),
        ("", "a*", True),
    ],
)
def test_two_expressions_share_a_text(one: str, other: str, some: bool) -> None:
    """What only Java could say, such as a look ahead, counts as matching."""
    assert bool(common(one, other, caseless=True)) is some


def test_what_two_share_is_matched_by_both() -> None:
    one, other = r"orders\.(customers|order_[a-z]+)\.\w{2,4}", r"orders\.[^.]+\..+"
    found = common(one, other, most=5)
    assert len(set(found)) > 1
    assert all(matches(one, text) and matches(other, text) for text in found)
