"""The page of a rehearsal as a browser reads it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Final

SECTIONS: Final = ("timeline", "picture", "events", "lag", "dashboard", "permissions", "differences")
_VOID: Final = {"meta", "img", "br", "hr", "input", "link"}
# Attributes and style sheets that make a browser load something.
_LOADING: Final = ("src", "href", "srcset", "data", "action", "poster", "background", "xlink:href")


@dataclass
class Node:
    """An element; ``text`` is that of everything in it."""

    tag: str
    attributes: Mapping[str, str]
    text: str = ""


@dataclass
class Shown(HTMLParser):
    """The elements of a page in their order, and its ``text``."""

    nodes: list[Node] = field(default_factory=list)
    text: str = ""
    _open: list[Node] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    @classmethod
    def of(cls, page: bytes | Path) -> "Shown":
        content = page.read_bytes() if isinstance(page, Path) else page
        assert content.startswith(b"<!DOCTYPE html>\n")
        found = cls()
        found.feed(content.decode())
        found.close()
        assert not found._open, f"not closed: {found._open}"
        return found

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, {name: value or "" for name, value in attrs})
        self.nodes.append(node)
        if tag not in _VOID:
            self._open.append(node)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop().tag == tag

    def handle_data(self, data: str) -> None:
        for node in self._open:
            node.text += data
        if all(node.tag not in ("style", "script") for node in self._open):
            self.text += data

    def texts(self, tag: str) -> list[str]:
        return [node.text for node in self.nodes if node.tag == tag]

    def attributes(self, tag: str, name: str) -> list[str]:
        return [node.attributes[name] for node in self.nodes if node.tag == tag and name in node.attributes]

    def classes(self, name: str) -> list[str]:
        """The whole attribute ``class`` of each element that is of class ``name``."""
        found = [node.attributes.get("class", "") for node in self.nodes]
        return [one for one in found if name in one.split()]

    @property
    def tags(self) -> set[str]:
        return {node.tag for node in self.nodes}

    @property
    def sections(self) -> list[str]:
        return self.attributes("section", "id")

    @property
    def external(self) -> list[str]:
        """What a browser would load from elsewhere: data in the page and places on it are none."""
        found = [value for node in self.nodes for name, value in node.attributes.items() if name in _LOADING]
        styles = [*self.texts("style"), *(node.attributes.get("style", "") for node in self.nodes)]
        found += [url for style in styles for url in re.findall(r"url\(|@import|image-set\(", style)]
        return [one for one in found if not one.startswith(("data:image/svg+xml;base64,", "#"))]
