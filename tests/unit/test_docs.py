"""The documentation names every key of the environment file, and links lead somewhere."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from pydantic import BaseModel

from modules.environment.environment import Environment
from tests.places import ROOT

PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md"), *(ROOT / "benchmarks").glob("*.md")])


def keys() -> Iterator[tuple[str, str]]:
    waiting: list[type[BaseModel]] = [Environment]
    for model in waiting:
        yield from ((model.__name__, field) for field in model.model_fields)
        waiting += [
            found for field in model.model_fields.values() for found in models(field.annotation) if found not in waiting
        ]


def models(kind: object) -> Iterator[type[BaseModel]]:
    """Those that a type is made of."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        yield kind
    for part in get_args(kind):
        yield from models(part)


@pytest.mark.parametrize(("model", "field"), [key for key in keys() if key != ("Environment", "name")])
def test_every_key_of_the_environment_file_is_documented(model: str, field: str) -> None:
    text = (ROOT / "docs" / "environment-file.md").read_text()
    assert re.search(rf"`([a-z<>.]+\.)?{field}(: [a-z_]+)?[`.]", text), f"{model}.{field}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text()):
        assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_every_page_is_reached_from_the_readme() -> None:
    linked = "".join(page.read_text() for page in PAGES)
    for page in PAGES[1:] if PAGES[0].name == "README.md" else PAGES:
        assert page.name == "README.md" or f"{page.name}" in linked, page
