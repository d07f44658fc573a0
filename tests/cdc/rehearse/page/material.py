"""What the pages of these tests are made of: the document of a rehearsal that ran."""

import json
from pathlib import Path
from typing import Any, Final

from cdc.rehearse import permissions
from cdc.rehearse.page.page import Material, page
from modules.environment.loading import load
from tests.html_pages import Shown
from tests.places import ROOT

RECORDED: Final = Path(__file__).with_name("recorded.json")
SVG: Final = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><rect width="9" height="9"/></svg>'
FAILED: Final = {
    "passed": False,
    "failure": {
        "what": "a connector does not run",
        "findings": [
            {
                "cause": "the user has no privilege",
                "next_step": "grant SELECT",
                "evidence": "Access denied",
                "where": {"connector": "shop", "line": "rehearsal.yaml:20: connectors.shop", "topic": ""},
            }
        ],
        "text": "all that was said",
    },
    "failed_step": "snapshot",
    "failed": {"name": "snapshot", "at": 40.0, "seconds": 27.5, "result": ""},
    "summary": "failed in 1:08: 51 resources",
    "logs": "/cache/failed/1",
}


def recorded() -> dict[str, Any]:
    """A document of its own for each test."""
    document: dict[str, Any] = json.loads(RECORDED.read_text())
    return document


def explained() -> list[dict[str, Any]]:
    return [one.document for one in permissions.permissions(load(ROOT / "environments/rehearsal.yaml"))]


def material(**changes: Any) -> Material:
    return Material(recorded() | changes, explained(), SVG, made="2026-11-29 20:10 UTC, cdc 1.0")


def shown(**changes: Any) -> Shown:
    return Shown.of(page(material(**changes)))
