"""Text of an environment file is text in the Terraform JSON: nothing that it says is evaluated."""

import json
import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from modules.app import build
from modules.environment.environment import Environment
from modules.template_text import escaped, with_escaped_text
from tests.synthesized import Document, document, synthesize

EVIL = '${file("/etc/hosts")}%{if true}$${kept}%%{kept}'
ESCAPED = '$${file("/etc/hosts")}%%{if true}$$${kept}%%%{kept}'
# Of a connector's properties, rules refuse the first as a placeholder that nothing replaces.
CANDIDATES = (EVIL, '%{if "/etc/hosts"}')
# The places of free text that the examples leave out.
LOSING = "event.processing.failure.handling.mode"
CONNECTOR: Document = {
    "properties": {"custom.metric.tags": "key=text", LOSING: "warn"},
    "accept": {LOSING: "a reason to accept"},
}
Place = tuple[str | int, ...]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (EVIL, ESCAPED),
        ("$${x}", "$$${x}"),
        ("$ { } % $x %y {z}", "$ { } % $x %y {z}"),
        ("", ""),
        ("$", "$"),
    ],
)
def test_each_sign_of_a_template_is_escaped_once(text: str, expected: str) -> None:
    assert escaped(text) == expected


def test_an_environment_without_such_text_is_the_same() -> None:
    environment = Environment.model_validate({"name": "prod", **document("prod")})
    assert with_escaped_text(environment) == environment


def places(node: Any, place: Place = ()) -> Iterator[Place]:
    """Where each text is, and each key."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield (*place, key)
            yield from places(value, (*place, key))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from places(value, (*place, index))
    elif isinstance(node, str):
        yield place


def with_evil(node: Any, place: Place, evil: str, *, key: bool, first: bool) -> Any:
    """``node`` with the evil text beside the text at ``place``, or beside its key."""
    if not place:
        return beside(node, evil, first=first) if isinstance(node, str) and not key else node
    step, rest = place[0], place[1:]
    if isinstance(node, list):
        return [with_evil(one, rest, evil, key=key, first=first) if at == step else one for at, one in enumerate(node)]
    if key and not rest:
        return {beside(name, evil, first=first) if name == step else name: one for name, one in node.items()}
    return {n: with_evil(one, rest, evil, key=key, first=first) if n == step else one for n, one in node.items()}


def beside(text: str, evil: str, *, first: bool) -> str:
    return f"{evil}{text}" if first else f"{text}{evil}"


def merged(base: Any, more: Any) -> Any:
    if not isinstance(base, dict) or not isinstance(more, dict):
        return base
    return {**more, **base} | {key: merged(base[key], more[key]) for key in base.keys() & more.keys()}


def filled(name: str, archive: Path) -> tuple[Document, set[str]]:
    """The example with the evil text wherever the models and rules allow it, and the sections where that is."""
    content = document(name)
    connectors = {"connectors": dict.fromkeys(content["connectors"], CONNECTOR)}
    content = merged(content, {"tags": {"a": "text"}, **connectors})
    for plugin in content["plugins"].values():
        if "archive" in plugin:
            plugin["archive"] = str(archive)
    assert is_valid(name, content)
    allowed = set()
    order = list(places(content))
    # A changed key moves what is below it: values first, and of the keys the deepest.
    for key, place in [*((False, place) for place in order), *((True, place) for place in reversed(order))]:
        for first, evil in product((False, True), CANDIDATES):
            changed = with_evil(content, place, evil, key=key, first=first)
            if changed != content and is_valid(name, changed):
                content = changed
                allowed.add(f"{'key' if key else 'value'} in {place[0]}")
                break
    return content, allowed


def is_valid(name: str, content: Document) -> bool:
    try:
        Environment.model_validate({"name": name, **content})
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize("name", ["dev", "prod", "rehearsal"])
def test_no_text_of_a_file_is_a_template(name: str, archive: Path, tmp_path: Path) -> None:
    content, allowed = filled(name, archive)
    assert "value in connectors" in allowed, allowed
    assert not allowed & {"value in tags", "key in tags"}, "AWS allows no such signs in tags"
    stacks = synthesize(tmp_path, content, name=name)
    found = [text for stack in stacks.values() for text in strings(stack.json) if "/etc/hosts" in text]
    assert len(found) >= len(allowed)
    for text in found:
        assert not re.search(r"(?<!\$)\$\{file|(?<!%)%\{if|(?<!\$)\$\$\{kept", text), text


def test_keys_and_values_are_text_where_no_rule_refuses_them(tmp_path: Path) -> None:
    environment = Environment.model_validate({"name": "prod", **document("prod")})
    build([environment.model_copy(update={"tags": {EVIL: EVIL}})], tmp_path).synth()
    stack = json.loads((tmp_path / "stacks/prod-platform/cdk.tf.json").read_text())
    [provider] = stack["provider"]["aws"]
    assert provider["default_tags"][0]["tags"] == {"environment": "prod", "project": "msk-cdc", ESCAPED: ESCAPED}


def strings(node: Any) -> Iterator[str]:
    """Every text and key."""
    if isinstance(node, dict):
        yield from node
        for value in node.values():
            yield from strings(value)
    elif isinstance(node, list):
        for value in node:
            yield from strings(value)
    elif isinstance(node, str):
        yield node
