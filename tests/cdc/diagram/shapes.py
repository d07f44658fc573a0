"""What a drawn picture consists of."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Final
from xml.etree import ElementTree

NAMESPACE: Final = "{http://www.w3.org/2000/svg}"


@dataclass(frozen=True)
class Rectangle:
    kind: str
    x: float
    y: float
    right: float
    bottom: float

    def overlaps(self, other: "Rectangle") -> bool:
        return self.x < other.right and other.x < self.right and self.y < other.bottom and other.y < self.bottom

    def contains(self, x: float, y: float) -> bool:
        return self.x <= x <= self.right and self.y <= y <= self.bottom


class Picture:
    """The rectangles, texts and arrows of an SVG."""

    def __init__(self, svg: str) -> None:
        root = ElementTree.fromstring(svg)
        self.style = root.findtext(f"{NAMESPACE}style") or ""
        self.rectangles = [rectangle(one) for one in root.findall(f"{NAMESPACE}rect")]
        self.texts = [
            (float(one.attrib["x"]), float(one.attrib["y"]), one.text or "") for one in root.iter(f"{NAMESPACE}text")
        ]
        self.flows = [one.attrib["d"] for one in root.iter(f"{NAMESPACE}path") if one.get("class") == "flow"]

    @property
    def page(self) -> Rectangle:
        return next(one for one in self.rectangles if one.kind == "page")

    def words(self) -> set[str]:
        return {text for _, _, text in self.texts}

    def overlapping(self, kind: str) -> list[tuple[Rectangle, Rectangle]]:
        same = [one for one in self.rectangles if one.kind == kind]
        return [(one, other) for one, other in combinations(same, 2) if one.overlaps(other)]

    def outside(self) -> list[str]:
        return [text for x, y, text in self.texts if not self.page.contains(x, y)]

    def undefined_colours(self) -> set[str]:
        """Names of colours that are used, and not defined in light and in dark."""
        light, dark = re.findall(r":root\{(.*?)\}", self.style)
        used = set(re.findall(r"var\(--([\w-]+)\)", self.style))
        return used - (names(light) & names(dark))


def names(definitions: str) -> set[str]:
    return set(re.findall(r"--([\w-]+):", definitions))


def rectangle(element: ElementTree.Element) -> Rectangle:
    def number(name: str) -> float:
        return float(element.get(name, "0"))

    x, y = number("x"), number("y")
    return Rectangle(element.get("class", ""), x, y, x + number("width"), y + number("height"))


def arrows(mermaid: str) -> Iterator[tuple[str, str]]:
    """From which node or subgraph to which."""
    for line in mermaid.splitlines():
        if found := re.fullmatch(r"  (\w+) -\.?->\|[^|]+\| (\w+)", line):
            yield found[1], found[2]


def nodes(mermaid: str) -> list[str]:
    return re.findall(r"^ +(?:subgraph )?(\w+)[\[(]", mermaid, flags=re.MULTILINE)
