"""Whatever shape a field of a plan or of the overrides has: exit 0, 1 or 2 as documented, and never a traceback."""

import json
from datetime import date
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from hypothesis import example, given, strategies as st
from typer.testing import CliRunner

from cdc.cli import app
from cdc.plans import guard
from cdc.plans.overrides import OverridesError, apply, load
from cdc.plans.reading.attributes import ATTRIBUTES
from cdc.plans.reading.plan import PlanError, parse
from cdc.plans.summary.page import summary
from cdc.pricing.prices import known
from tests.cdc.plans.shapes import INPUTS, documents, entries
from tests.cdc.plans.small import change, plan
from tests.fuzzing import SEEDED
from tests.synthesized import Document

WRONG: Final = {"text": "x\ty", "a number": 17.5, "a list": [[1]], "a mapping": {"a": [1]}, "a boolean": True}


def judged(document: Document) -> int:
    """The exit status, with all texts made that a command prints."""
    try:
        read = parse(json.dumps(document).encode(), "plan.json")
    except PlanError:
        return 2
    result = apply(guard.check([read]), (), today=date(2026, 11, 29))
    summary([read], result, prices=known(None)).encode()
    assert all(map(str, (*result.refused, *result.to_confirm)))
    return 0 if result.passes else 1


# A bucket that is there, of which the plan has no values of before.
BUCKET: Final = change(
    "aws_s3_bucket", None, {"bucket": "acme-cdc-state"}, unknown={"lifecycle_rule": True}, actions=("update",)
)


@SEEDED
@INPUTS
@example(plan(BUCKET))
@given(documents())
def test_a_plan_of_any_shape_has_an_exit_status(document: Document) -> None:
    assert judged(document) in (0, 1, 2)


READ: Final = [(type_, name) for type_, names in ATTRIBUTES.items() for name in names]


@pytest.mark.parametrize("sensitive", [False, True])
@pytest.mark.parametrize(("type_", "attribute"), READ)
def test_every_attribute_that_rules_read_may_have_any_shape(type_: str, attribute: str, sensitive: bool) -> None:
    """Null, missing, unknown and sensitive are shapes of the provider; at least one other shape is not."""

    def of(before: Any, after: Any, unknown: Any = None) -> int:
        one = change(type_, before, after, unknown=unknown, actions=("update",))
        one["change"] |= {key: {attribute: sensitive} for key in ("before_sensitive", "after_sensitive")}
        return judged(plan(one))

    assert of({}, {}) in (0, 1)
    assert of({attribute: None}, {attribute: None}) in (0, 1)
    assert of({}, {}, {attribute: True}) in (0, 1)
    for statuses in (
        {of({attribute: value}, {}) for value in WRONG.values()},
        {of({}, {attribute: value}) for value in WRONG.values()},
    ):
        assert 2 in statuses
        assert statuses <= {0, 1, 2}


PROPERTIES: Final = ("a=\\u00zz", "\\u")
POLICIES: Final = ("{", "[]", "{}", '{"Statement": [1]}', "[" * 200)
SYNTAX: Final = {
    "server_properties": PROPERTIES,
    "properties_file_content": PROPERTIES,
    "policy": POLICIES,
    "assume_role_policy": POLICIES,
}
TEXTS: Final = [(type_, name, content) for type_, name in READ for content in SYNTAX.get(name, ())]


@pytest.mark.parametrize(("type_", "attribute", "content"), TEXTS)
def test_text_without_its_syntax_cannot_be_read(type_: str, attribute: str, content: str) -> None:
    assert judged(plan(change(type_, {attribute: ""}, {attribute: content}))) == 2
    assert judged(plan(change(type_, {attribute: ""}, {attribute: ""}))) == 0


@SEEDED
@INPUTS
@given(entries())
def test_overrides_of_any_shape_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, content: Any) -> None:
    assert read_or_refused(tmp_path_factory, yaml.safe_dump(content))


@SEEDED
@INPUTS
@given(st.text(max_size=40) | st.text(alphabet="-?:[]{}!&*|>'\"%@`#, \n\tarule", max_size=60))
def test_any_text_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, content: str) -> None:
    assert read_or_refused(tmp_path_factory, content)


def read_or_refused(folder: pytest.TempPathFactory, content: str) -> bool:
    """With an error that names the file in each line."""
    path = folder.getbasetemp() / "plan-overrides.yaml"
    path.write_text(content, encoding="utf-8", errors="surrogatepass")
    try:
        return isinstance(load(path), tuple)
    except OverridesError as error:
        return all(line.startswith(f"{path}:") for line in str(error).split("\n"))


@pytest.mark.parametrize("command", ["plan-guard", "plan-summary"])
@pytest.mark.parametrize("value", WRONG.values(), ids=WRONG)
def test_a_command_ends_with_2_on_what_it_cannot_read(tmp_path: Path, command: str, value: object) -> None:
    before = {"connector_configuration": {"topic.prefix": "a"}}
    after = {"connector_configuration": {"topic.prefix": value}}
    (path := tmp_path / "plan.json").write_text(json.dumps(plan(change("aws_mskconnect_connector", before, after))))
    done = CliRunner().invoke(app, [command, str(path)])
    wrong = isinstance(value, list | dict)
    assert done.exit_code == (2 if wrong else 0 if command == "plan-summary" else 1)
    if wrong:
        assert (
            "aws_mskconnect_connector.x: after.connector_configuration.topic.prefix must be text, got a" in done.output
        )
