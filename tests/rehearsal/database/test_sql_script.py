"""Scripts are split into statements as MySQL's client splits them."""

import pytest

from rehearsal.database.sql_script import statements


@pytest.mark.parametrize(
    ("script", "texts"),
    [
        ("", []),
        (" ; ;\n", []),
        ("SELECT 1", ["SELECT 1"]),
        ("SELECT 1; SELECT 2;", ["SELECT 1", "SELECT 2"]),
        ("SELECT ';'; SELECT 2", ["SELECT ';'", "SELECT 2"]),
        (r"SELECT '\';'; SELECT 2", [r"SELECT '\';'", "SELECT 2"]),
        ("SELECT 'it''s;'; SELECT 2", ["SELECT 'it''s;'", "SELECT 2"]),
        ('SELECT ";"; SELECT 2', ['SELECT ";"', "SELECT 2"]),
        ("SELECT `a;b`; SELECT 2", ["SELECT `a;b`", "SELECT 2"]),
        ("-- a;\nSELECT 1", ["SELECT 1"]),
        ("--\nSELECT 1", ["SELECT 1"]),
        ("# it's;\nSELECT 1; # the end;", ["SELECT 1"]),
        ("/* a; */ SELECT /* b; */ 1;", ["SELECT /* b; */ 1"]),
        ("SELECT 1--1; SELECT 2", ["SELECT 1--1", "SELECT 2"]),
        ("/*!40101 SET NAMES utf8 */;\nSELECT 1;", ["/*!40101 SET NAMES utf8 */", "SELECT 1"]),
        ("DELIMITER $$\nBEGIN; END$$\ndelimiter ;\nSELECT 1;", ["BEGIN; END", "SELECT 1"]),
        ("SELECT 'delimiter //';\nSELECT 2", ["SELECT 'delimiter //'", "SELECT 2"]),
        ("SELECT 'open", ["SELECT 'open"]),
    ],
)
def test_a_script_is_split(script: str, texts: list[str]) -> None:
    assert [statement.text for statement in statements(script)] == texts


def test_lines_are_counted_from_one() -> None:
    script = "SELECT 1;\n-- two\n\n  SELECT\n2; SELECT 3;\nDELIMITER //\nSELECT 4//"
    assert [statement.line for statement in statements(script)] == [1, 4, 5, 7]
