"""The documentation names every key of the environment file, and links lead somewhere."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel

from modules import config

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md"), *(ROOT / "benchmarks").glob("*.md")])


def keys() -> Iterator[tuple[str, str]]:
    for model in vars(config).values():
        if isinstance(model, type) and issubclass(model, BaseModel):
            yield from ((model.__name__, field) for field in model.model_fields)


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
