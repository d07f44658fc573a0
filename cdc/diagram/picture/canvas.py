"""What a picture is drawn with: boxes, cards, lines of text and arrows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from cdc.diagram.picture import style
from cdc.diagram.picture.text import cut, width as text_width, wrapped

TITLE: Final = 14.0
LINE: Final = 12.0
STEP: Final = 17
PADDING: Final = 12
_ICON: Final = 26
_MARK: Final = 16.0


@dataclass(frozen=True)
class Box:
    """A rectangle, in pixels from the top left."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height

    @property
    def middle(self) -> float:
        return self.y + self.height / 2

    @property
    def centre(self) -> float:
        return self.x + self.width / 2


@dataclass(frozen=True)
class Mark:
    """A short note on the upper edge of what has an icon; ``kind`` is one of the style's ``MARKS``."""

    kind: str
    text: str


def fitted(lines: Sequence[str], width: float, *, most: int = 3) -> list[str]:
    """``lines`` of a card of this ``width``, each on at most ``most``."""
    limit = width - 2 * PADDING
    return [part for line in lines for part in wrapped(line, LINE, limit, most=most)]


def card_height(lines: Sequence[str]) -> float:
    """Of a card with these fitted lines."""
    return 2 * PADDING + _ICON + (6 + STEP * len(lines) if lines else 0)


class Canvas:
    """Collects the elements of an SVG; ``marks`` are by icon."""

    def __init__(self, marks: Mapping[str, Mark] | None = None) -> None:
        self._elements: list[str] = []
        self._marks = marks or {}

    def box(self, box: Box, kind: str, *, label: str = "", radius: float = 8) -> None:
        """A rectangle of a style's ``kind``, with a label inside its top edge."""
        self._elements.append(
            f'<rect class="{kind}" x="{box.x:g}" y="{box.y:g}" width="{box.width:g}" height="{box.height:g}" '
            f'rx="{radius:g}"/>'
        )
        if label:
            self.text(box.x + 10, box.y + 18, label, kind=f"on-{kind}", bold=True, limit=box.width - 20)

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        kind: str = "",
        size: float = LINE,
        bold: bool = False,
        limit: float = 0,
        anchor: str = "start",
    ) -> None:
        """One line with its baseline at ``y``; it is cut at ``limit``."""
        shown = escape(cut(text, size, limit) if limit else text)
        extra = (f' class="{kind}"' if kind else "") + (' font-weight="600"' if bold else "")
        extra += f' text-anchor="{anchor}"' if anchor != "start" else ""
        self._elements.append(f'<text x="{x:g}" y="{y:g}" font-size="{size:g}"{extra}>{shown}</text>')

    def card(self, box: Box, icon: str, title: str, lines: Sequence[str] = (), *, kind: str = "card") -> None:
        """A box with an icon, a title and fitted lines."""
        self.box(box, kind)
        self.icon(box.x + PADDING, box.y + PADDING, icon)
        limit = box.width - 2 * PADDING - _ICON - 8
        self.text(box.x + PADDING + _ICON + 8, box.y + PADDING + 18, title, size=TITLE, bold=True, limit=limit)
        for number, line in enumerate(lines):
            y = box.y + PADDING + _ICON + 6 + STEP * number + 12
            self.text(box.x + PADDING, y, line, kind="faint")
        self.mark(box, icon)

    def mark(self, box: Box, icon: str, *, centred: bool = False) -> None:
        """On the upper edge of ``box``, by default at its end; nothing for an icon without a mark."""
        if found := self._marks.get(icon):
            wide = text_width(found.text, 10) + 14
            left = box.centre - wide / 2 if centred else box.right - 10 - wide
            place = Box(left, box.y - _MARK / 2, wide, _MARK)
            self.box(place, found.kind, radius=_MARK / 2)
            self.text(place.centre, place.y + 11.5, found.text, kind="on-mark", size=10, anchor="middle")

    def icon(self, x: float, y: float, name: str, *, size: float = _ICON) -> None:
        """One of the style's icons."""
        colour, strokes = style.ICONS[name]
        self._elements.append(
            f'<g transform="translate({x:g} {y:g}) scale({size / 24:.3f})">'
            f'<rect width="24" height="24" rx="5" fill="{colour}"/>'
            f'<g transform="translate(3 3) scale(.75)"><path class="glyph" d="{strokes}"/></g></g>'
        )

    def flow(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        """An arrow of data, from left to right."""
        (x, y), (to_x, to_y) = start, end
        bend = (to_x - x) / 2
        path = f"M{x:g} {y:g}C{x + bend:g} {y:g} {to_x - bend:g} {to_y:g} {to_x - 6:g} {to_y:g}"
        self._arrow("flow", path)

    def side(self, *points: tuple[float, float]) -> None:
        """A thin arrow through ``points``."""
        self._arrow("side", "M" + "L".join(f"{x:g} {y:g}" for x, y in points))

    def _arrow(self, kind: str, path: str) -> None:
        self._elements.append(f'<path class="{kind}" d="{path}" marker-end="url(#{kind})"/>')

    def document(self, width: float, height: float, *, title: str) -> str:
        """The SVG, ``width`` by ``height`` pixels."""
        tips = "".join(
            f'<marker id="{kind}" viewBox="0 0 8 8" refX="5" refY="4" markerWidth="{size}" markerHeight="{size}" '
            f'markerUnits="userSpaceOnUse" orient="auto"><path class="{kind}-tip" d="M0 0L8 4L0 8z"/></marker>'
            for kind, size in (("flow", 12), ("side", 9))
        )
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" '
            f'width="{width:g}" height="{height:g}" role="img">'
            f"<title>{escape(title)}</title><style>{style.sheet(marked=bool(self._marks))}</style><defs>{tips}</defs>"
        )
        return "\n".join(
            [head, f'<rect class="page" width="{width:g}" height="{height:g}"/>', *self._elements, "</svg>\n"]
        )
