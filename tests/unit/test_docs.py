"""The documentation names every key of the environment file, its index has every page, and links lead somewhere."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from pydantic import BaseModel

from modules.environment.environment import Environment
from tests.places import DOCS, ROOT

PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md"), *(ROOT / "benchmarks").glob("*.md")])


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
    text = (DOCS / "environment-file.md").read_text()
    assert re.search(rf"`([a-z_<>.]+\.)?{field}(: [a-z_]+)?[`.]", text), f"{model}.{field}"


def whole_files(text: str) -> list[str]:
    """The environment files that a page has from their first line on."""
    return re.findall(r"^```yaml\n(region:.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_whole_environment_file_stands_once(page: Path) -> None:
    """In environments/, where tests hold it; a page links to it."""
    assert whole_files(page.read_text()) == []


def test_a_whole_environment_file_is_found() -> None:
    assert whole_files("Words.\n\n```yaml\nregion: us-east-1\n```\n\n```yaml\nkafka: {}\n```\n") == [
        "region: us-east-1\n"
    ]


def bare(text: str) -> list[str]:
    """Commands to be typed that would start another ``cdc`` or ``cdktf`` than this project's, or none."""
    return re.findall(r"^(?:\$|>|.*[|&] ) ?(?=cdc|cdktf)(.+)$", text, flags=re.MULTILINE)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_commands_are_this_projects_own(page: Path) -> None:
    assert bare(page.read_text()) == []


def test_a_bare_command_is_found() -> None:
    text = "$ cdc check prod\n$ .venv/bin/cdc check prod\n$ cdktf deploy\n`cdc status` | x\n$ make synth && cdc check\n"
    assert bare(text) == ["cdc check prod", "cdktf deploy", "cdc check"]


def anchors(text: str) -> set[str]:
    """Of a page's headings, as GitHub makes them."""
    outside = re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
    headings = re.findall(r"^#+ (.+)$", outside, flags=re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def links(page: Path, text: str) -> Iterator[tuple[Path, str]]:
    """File and anchor of every link to this project's own files; the anchor may be empty."""
    for target, anchor in re.findall(r"\]\(([^)#:]*)(?:#([^):]*))?\)", text):
        yield (page.parent / target).resolve() if target else page, anchor


def broken(page: Path, text: str) -> list[str]:
    """The links of ``page``, which says ``text``, to no file or no heading."""
    found = []
    for file, anchor in links(page, text):
        missing = file != page and not file.exists()
        if missing or (anchor and anchor not in anchors(text if file == page else file.read_text())):
            found.append(f"{file.name}#{anchor}")
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    assert broken(page, page.read_text()) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("[a](plans.md) [b](plans.md#the-summary) [c](https://example.com/x#y)", []),
        ("# Some `code.<x>`, words\n[a](#some-codex-words)", []),
        ("```\n# comment\n```\n[a](#comment)", ["page.md#comment"]),
        ("[a](nowhere.md)", ["nowhere.md#"]),
        ("![a](images/report.png) ![b](images/nowhere.png)", ["nowhere.png#"]),
        ("[a](plans.md#nowhere)", ["plans.md#nowhere"]),
    ],
)
def test_a_broken_link_is_found(text: str, found: list[str]) -> None:
    assert broken(DOCS / "page.md", text) == found


def test_the_index_has_every_page() -> None:
    index = DOCS / "README.md"
    assert index in {file for file, _ in links(ROOT / "README.md", (ROOT / "README.md").read_text())}
    indexed = {file for file, _ in links(index, index.read_text())}
    assert {page for page in PAGES if page not in (index, ROOT / "README.md")} - indexed == set()
