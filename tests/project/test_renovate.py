"""Renovate finds every pin of the artifacts' locks, as its regular expressions are written."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any, Final

import pytest

from modules.artifacts.lock import Coordinates, load
from tests.places import ROOT

CONFIGURATION: Final = json.loads((ROOT / "renovate.json").read_text())
LOCKS: Final = ("artifacts.lock.toml", "tests/rehearsal/plugin/extra.lock.toml")


def managers(file: str) -> list[Mapping[str, Any]]:
    """The custom managers that read ``file``."""
    return [
        manager
        for manager in CONFIGURATION["customManagers"]
        if any(re.search(pattern.strip("/"), file) for pattern in manager["managerFilePatterns"])
    ]


def found(manager: Mapping[str, Any], content: str) -> Iterator[Mapping[str, str]]:
    """What it captures: each expression in all of the text, or (recursive) in the matches of the one before."""
    expressions = [re.compile(text.replace("(?<", "(?P<")) for text in manager["matchStrings"]]
    if manager.get("matchStringsStrategy") == "recursive":
        *outer, inner = expressions
        texts = [content]
        for expression in outer:
            texts = [match[0] for text in texts for match in expression.finditer(text)]
        matches = chain.from_iterable(inner.finditer(text) for text in texts)
    else:
        matches = chain.from_iterable(expression.finditer(content) for expression in expressions)
    for match in matches:
        yield {"depName": manager.get("depNameTemplate", ""), **match.groupdict()}


def pins(file: str, kind: str, content: str) -> Counter[str]:
    """``group:artifact:version`` of what managers of that ``depType`` find."""
    return Counter(
        f"{pin['depName']}:{pin['currentValue']}"
        for manager in managers(file)
        if manager.get("depTypeTemplate") == kind
        for pin in found(manager, content)
    )


def named(coordinates: Coordinates) -> str:
    return f"{coordinates.group}:{coordinates.artifact}:{coordinates.version}"


@pytest.mark.parametrize("file", LOCKS)
def test_every_pin_is_found_once(file: str) -> None:
    sets = load(ROOT / file).sets.values()
    content = (ROOT / file).read_text()
    assert pins(file, "root", content) == Counter(named(root) for set_ in sets for root in set_.roots)
    files = [entry for set_ in sets for entry in set_.files]
    assert pins(file, "file", content) == Counter(named(entry.maven) for entry in files if not entry.url)
    assets = [entry for entry in files if entry.url]
    assert pins(file, "asset", content) == Counter(_asset(entry.url, entry.maven.version) for entry in assets)


def _asset(url: str | None, version: str) -> str:
    """A release asset is named by its repository."""
    parts = (url or "").removeprefix("https://").split("/")
    return f"{parts[1]}/{parts[2]}:{version}"


def test_a_new_config_provider_gets_its_address(tmp_path: Path) -> None:
    """The template is all that Renovate writes: the lock stays whole, and its hash is the one to set by hand."""
    [manager] = [each for each in managers(LOCKS[0]) if each.get("depTypeTemplate") == "asset"]
    [expression] = manager["matchStrings"]
    written = manager["autoReplaceStringTemplate"].replace("{{newValue}}", "9.8.7")
    content, count = re.subn(expression.replace("(?<", "(?P<"), lambda _: written, (ROOT / LOCKS[0]).read_text())
    assert count == 1
    (tmp_path / "lock.toml").write_text(content)
    [(new, old)] = [
        (new, old)
        for name, set_ in load(tmp_path / "lock.toml").sets.items()
        for new, old in zip(set_.files, load(ROOT / LOCKS[0]).sets[name].files, strict=True)
        if new != old
    ]
    assert (new.maven.version, new.url) == ("9.8.7", str(old.url).replace(old.maven.version, "9.8.7"))


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("Makefile", "micropipenv"),
        ("docs/atlantis.md", "micropipenv"),
        (".github/workflows/ci.yml", "hashicorp/terraform"),
    ],
)
def test_other_pins_are_found(file: str, name: str) -> None:
    content = (ROOT / file).read_text()
    assert {pin["depName"] for manager in managers(file) for pin in found(manager, content)} == {name}


def test_a_pin_in_another_form_would_be_missed() -> None:
    """What this test counts on: a lock written otherwise makes it fail."""
    content = (ROOT / LOCKS[0]).read_text().replace('"io.debezium:', "'io.debezium:", 1)
    assert pins(LOCKS[0], "root", content) != pins(LOCKS[0], "root", (ROOT / LOCKS[0]).read_text())


def test_expressions_are_what_renovates_engine_takes() -> None:
    """RE2 has neither look-around nor back-references."""
    for manager in CONFIGURATION["customManagers"]:
        for expression in manager["matchStrings"]:
            assert not re.search(r"\(\?(?:[=!]|<[=!])|\\[1-9]", expression), expression
