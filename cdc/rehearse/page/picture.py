"""The picture of the environment, marked with what a rehearsal runs really and what stands in its place."""

from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from typing import Final
from xml.etree.ElementTree import Element

from cdc.diagram.picture.canvas import Mark
from cdc.rehearse.page.elements import element

_REAL: Final = "real"
_EMBEDDED: Final = "embedded"
_STAND_IN: Final = "stand-in"
_WORDS: Final = {_REAL: "real", _EMBEDDED: "embedded AWS", _STAND_IN: "stand-in"}
MEANINGS: Final = {
    _REAL: "the same program as on AWS runs, on this machine",
    _EMBEDDED: "the embedded AWS answers; it keeps and enforces what Terraform creates",
    _STAND_IN: "another program runs in its place; in that of an application, a client with its permissions",
}
# By icon of the picture: how it runs, and the differences from AWS that it has.
RUNS: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "database": (_STAND_IN, ("database", "addresses of databases", "databases' certificates")),
    "connector": (
        _REAL,
        ("Kafka Connect's version", "secrets in files", "trust stores in files", "observers of events",
         "worker's memory", "schema registry"),
    ),
    "kafka": (_REAL, ("brokers", "Kafka's version", "brokers' certificates")),
    "topics": (_REAL, ()),
    "application": (_STAND_IN, ()),
    "function": (_EMBEDDED, ("pollers of Lambda",)),
    "bucket": (_EMBEDDED, ()),
    "secret": (_EMBEDDED, ("secrets' endpoint",)),
    "watch": (_EMBEDDED, ()),
    "key": (_EMBEDDED, ()),
    "role": (_EMBEDDED, ("permissions boundary",)),
    "message": (_EMBEDDED, ()),
    "table": (_EMBEDDED, ("Terraform's state",)),
    "gateway": (_EMBEDDED, ("host names",)),
}  # fmt: skip
# By the kind of Terraform's state, whose icon is the table.
_STATES: Final = {"s3": _EMBEDDED, "cloud": _STAND_IN, "local": _REAL}


def marks(substitutions: Sequence[str], *, state: str = "s3") -> dict[str, Mark]:
    """By icon; the numbers are places in ``substitutions``, names in the order of the page's list.

    ``state`` is the kind of Terraform's state.
    """
    found = {}
    for icon, (usual, names) in RUNS.items():
        kind = _STATES[state] if icon == "table" else usual
        numbers = [str(number) for number, name in enumerate(substitutions, 1) if name in names]
        found[icon] = Mark(kind, f"{_WORDS[kind]}{', see ' if numbers else ''}{', '.join(numbers)}")
    return found


def shown(svg: str, title: str) -> Iterator[Element]:
    """As an image, which runs and loads nothing; it follows the reader's light or dark colours."""
    data = f"data:image/svg+xml;base64,{b64encode(svg.encode()).decode()}"
    picture = element("img", src=data, alt=title)
    yield element("div", picture, class_="scroll picture", tabindex="0")
    for kind, meaning in MEANINGS.items():
        yield element("p", element("strong", _WORDS[kind]), f": {meaning}", class_="note")
    yield element("p", "Numbers are those of the list of differences below.", class_="note")
