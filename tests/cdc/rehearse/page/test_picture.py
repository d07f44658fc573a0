"""The picture's marks: what runs really, and the numbers of the differences."""

import base64
from pathlib import Path

import pytest

from cdc.diagram import command
from cdc.diagram.architecture import Architecture
from cdc.diagram.picture import drawing, style
from cdc.rehearse.page import picture
from modules.environment.loading import load
from tests.cdc.diagram.shapes import Picture
from tests.cdc.rehearse.page.material import recorded
from tests.places import ROOT

NAMES = [one["name"] for one in recorded()["substitutions"]]


@pytest.fixture(scope="module")
def architecture() -> Architecture:
    return command.drawn(load(ROOT / "environments/prod.yaml"))


def test_marks_name_what_runs_and_the_differences() -> None:
    found = picture.marks(["database", "host names", "brokers' certificates"])
    assert (found["database"].kind, found["database"].text) == ("stand-in", "stand-in, see 1")
    assert (found["kafka"].kind, found["kafka"].text) == ("real", "real, see 3")
    assert (found["secret"].kind, found["secret"].text) == ("embedded", "embedded AWS")
    assert found["topics"].text == "real"


@pytest.mark.parametrize(
    ("state", "kind", "text"),
    [("s3", "embedded", "embedded AWS"), ("cloud", "stand-in", "stand-in, see 1"), ("local", "real", "real")],
)
def test_the_state_is_where_it_is_kept(state: str, kind: str, text: str) -> None:
    found = picture.marks(["Terraform's state"] if state == "cloud" else [], state=state)["table"]
    assert (found.kind, found.text) == (kind, text)


def test_every_icon_has_a_mark_and_every_kind_a_colour_and_a_meaning() -> None:
    found = picture.marks([])
    assert found.keys() == style.ICONS.keys()
    assert {one.kind for one in found.values()} == style.MARKS.keys() == picture.MEANINGS.keys()


def test_the_differences_of_the_marks_exist() -> None:
    source = Path(ROOT / "rehearsal/substitutions.py").read_text()
    for _, names in picture.RUNS.values():
        for name in names:
            assert f'"{name}"' in source


def test_cards_are_marked_in_the_picture(architecture: Architecture) -> None:
    marked, plain = drawing.svg(architecture, picture.marks(NAMES)), drawing.svg(architecture)
    kinds = [one.kind for one in Picture(marked).rectangles]
    cards = [one.kind for one in Picture(plain).rectangles].count("card")
    assert kinds.count("real") == 2 + len(architecture.connectors)  # brokers and topics
    assert kinds.count("stand-in") == len(architecture.connectors) + len(architecture.consumers)
    assert kinds.count("embedded") >= 6
    assert sum(kinds.count(kind) for kind in style.MARKS) <= cards + 2
    assert "embedded AWS, see 2" in marked
    assert ">real" not in plain
    assert "stand-in" not in plain


def test_it_is_an_image_that_holds_the_picture() -> None:
    box, *_ = picture.shown("<svg>é</svg>", "a title")
    [image] = box.iter("img")
    kind, _, data = image.attrib["src"].partition(",")
    assert kind == "data:image/svg+xml;base64"
    assert base64.b64decode(data).decode() == "<svg>é</svg>"
    assert image.attrib["alt"] == "a title"
