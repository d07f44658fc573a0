"""Names and values of a rehearsal are never markup, and secrets among them are never shown."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

import pytest

from cdc.rehearse.page.page import page
from modules.messages.tokens import hidden
from tests.cdc.rehearse.page.material import FAILED, material, recorded
from tests.html_pages import Shown

ATTACK: Final = "'\"><script>alert(1)</script><img src=//evil.example/x onerror=alert(2)>&lt;b&gt;]]>--></style>"
# Decides how the rest is shown.
_WORDS: Final = ("type", "op", "kind")


def everywhere(found: Any, change: Callable[[str], str], key: str = "") -> Any:
    """``found`` with every text changed, and every key that is a name: of a topic, an alarm, a column."""
    if isinstance(found, dict):
        named = key in ("topics", "dropped", "lost", "arrivals", "lag", "states", "before", "after", "where", "key")
        return {change(name) if named else name: everywhere(one, change, name) for name, one in found.items()}
    if isinstance(found, list):
        return [everywhere(one, change, key) for one in found]
    return change(found) if isinstance(found, str) and key not in _WORDS else found


@pytest.mark.parametrize("changes", [{}, FAILED], ids=["passed", "failed"])
def test_markup_in_names_and_values_is_text(changes: dict[str, Any]) -> None:
    plain = material(**changes)
    hostile = replace(
        plain,
        document=everywhere(plain.document, lambda text: text + ATTACK),
        explained=everywhere(plain.explained, lambda text: text + ATTACK, "kind"),
        made=ATTACK,
        svg=plain.svg + ATTACK,
        hide=lambda text: text,
    )
    before, after = Shown.of(page(plain)), Shown.of(page(hostile))
    assert after.tags <= before.tags
    assert "script" not in after.tags
    assert len(after.attributes("img", "src")) == 1
    assert after.external == []
    assert not [name for node in after.nodes for name in node.attributes if name.startswith("on")]
    for text in (
        "shop.customers",
        "rehearsal",
        "name 21",
        "preferences",
        "41 resources",
        "Is data flowing?",
        "database",
    ):
        assert f"{text}{ATTACK}" in after.text or text == "name 21"
    assert after.text.count("<script>alert(1)</script>") > 100


def test_hostile_names_of_tables_and_columns_come_as_they_are() -> None:
    document = recorded()
    document["flows"] = [document["flows"][0] | {"source": "shop.<b>x</b>", "topics": {"<i>t</i>": 3}}]
    value = {"op": "c", "before": None, "after": {"<u>c</u>": "<script>alert(1)</script>"}}
    document["observed"]["samples"] = [document["observed"]["samples"][0] | {"table": "shop.<b>x</b>", "value": value}]
    found = Shown.of(page(replace(material(), document=document)))
    assert "shop.<b>x</b><i>t</i> 3" in found.text
    assert "<u>c</u><script>alert(1)</script>" in found.text
    assert not found.tags & {"b", "u", "script"}


@pytest.mark.parametrize(
    ("text", "escape"),
    [("\x1b[31m", "\\x1b[31m"), ("a\x00b", "a\\x00b"), ("\u202egpj", "\\u202egpj"), ("\ud800", "\\ud800")],
)
def test_control_characters_are_escapes(text: str, escape: str) -> None:
    content = page(material(environment=text))
    assert escape in Shown.of(content).text
    assert text.encode("utf-8", "surrogatepass") not in content


SECRET: Final = "hunter2hunter2"


def samples_of(row: dict[str, Any]) -> dict[str, Any]:
    observed: dict[str, Any] = recorded()["observed"]
    value = {"op": "u", "before": row, "after": row}
    return observed | {"samples": [observed["samples"][0] | {"value": value, "key": row}]}


@pytest.mark.parametrize(
    "row",
    [
        {"password": SECRET},
        {"user_passwd": SECRET},
        {"note": f"password={SECRET}"},
        {"url": f"mysql://cdc:{SECRET}@db/shop"},
        {"api_key": f"a1B2c3D4{SECRET}"},
        {"doc": f'{{"login": {{"password": "{SECRET}"}}}}'},
        {"text": "x" * 70 + f" password={SECRET}"},
    ],
    ids=lambda row: next(iter(row)),
)
def test_secrets_in_rows_are_hidden(row: dict[str, Any]) -> None:
    content = page(material(observed=samples_of(row)))
    assert b"hunter2" not in content
    assert "(hidden)" in Shown.of(content).text


def test_a_row_without_secrets_is_shown() -> None:
    found = Shown.of(page(material(observed=samples_of({"name": SECRET}))))
    assert SECRET in found.text
    assert "(hidden)" not in found.text


def test_secrets_elsewhere_are_hidden() -> None:
    failure = {"text": f"MYSQL_PASSWORD={SECRET}", "what": f"password: {SECRET}", "findings": []}
    found = material(**FAILED | {"failure": failure, "logs": f"/x?password={SECRET}"})
    assert b"hunter2" not in page(found)


def test_secrets_that_only_the_rehearsal_knows_are_hidden() -> None:
    """They have no shape: the databases' passwords, which the rehearsal invents."""
    known = "correct horse battery"
    changes: dict[str, Any] = {"observed": samples_of({"name": f"the {known} staple"}), "summary": f"passed {known}"}
    shown = replace(material(**changes), hide=lambda text: hidden(text).replace(known, "(hidden)"))
    assert known.encode() not in page(shown)
    assert known.encode() in page(material(**changes))


def test_half_of_a_secret_is_not_left_where_a_value_is_cut() -> None:
    known = 'correct "horse" battery'  # quotes are escaped in JSON
    shown = material(observed=samples_of({"name": f"{'x' * 70}{known}"}))
    content = Shown.of(page(replace(shown, hide=lambda text: text.replace(known, "(hidden)"))))
    assert "correct" not in content.text
    assert f"{'x' * 70}(hidden)" in content.text
