"""Elements of a page of HTML: text is never markup, and secrets are hidden in all of it."""

from collections.abc import Callable, Iterable
from typing import Final, TypeAlias
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from modules.messages.escaping import escaped

Child: TypeAlias = "Element | str | None"

# Ours alone: a style sheet, and pictures as data.
_TRUSTED: Final = frozenset({"style", "src"})


def element(tag: str, *children: Child, **attributes: object) -> Element:
    """``class_`` is the attribute ``class``, ``font_size`` is ``font-size``; attributes that are None are left out."""
    names = {name.removesuffix("_").replace("_", "-"): value for name, value in attributes.items() if value is not None}
    made = Element(tag, {name: str(value) for name, value in names.items()})
    for child in children:
        if isinstance(child, str):
            _append(made, child)
        elif child is not None:
            made.append(child)
    return made


def _append(parent: Element, text: str) -> None:
    if len(parent):
        parent[-1].tail = (parent[-1].tail or "") + text
    else:
        parent.text = (parent.text or "") + text


def table(titles: Iterable[str], rows: Iterable[Iterable[Child]], *, class_: str | None = None) -> Element:
    """In a box of its own that scrolls where the page is narrow."""
    head = element("tr", *(element("th", title, scope="col") for title in titles))
    body = [element("tr", *(element("td", cell) for cell in row)) for row in rows]
    made = element("table", element("thead", head), element("tbody", *body), class_=class_)
    return element("div", made, class_="scroll", tabindex="0")


def document(root: Element, hide: Callable[[str], str]) -> bytes:
    """The page, in UTF-8; ``hide`` replaces the secrets in a text."""
    for one in root.iter():
        if one.tag not in _TRUSTED:
            one.text = one.text and escaped(hide(one.text))
        one.tail = one.tail and escaped(hide(one.tail))
        for name, value in one.items():
            if name not in _TRUSTED:
                one.set(name, escaped(hide(value)))
    return b"<!DOCTYPE html>\n" + ElementTree.tostring(root, encoding="unicode", method="html").encode() + b"\n"
