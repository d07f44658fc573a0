"""Colours and icons of the picture, in light and dark."""

from collections.abc import Mapping
from typing import Final

FONT: Final = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"

_LIGHT: Final = {
    "page": "#ffffff", "card": "#ffffff", "edge": "#c9d1d9", "ink": "#1f2328", "faint": "#59636e", "flow": "#0969da",
    "side": "#818b98", "vpc": "#8250df", "public": "#1a7f37", "public-fill": "#e9f7ec", "private": "#0a7ea4",
    "private-fill": "#eaf6fb", "group": "#f6f8fa",
}  # fmt: skip
_DARK: Final = {
    "page": "#0d1117", "card": "#161b22", "edge": "#3d444d", "ink": "#f0f6fc", "faint": "#9198a1", "flow": "#58a6ff",
    "side": "#7d8590", "vpc": "#bc8cff", "public": "#3fb950", "public-fill": "#0f2417", "private": "#39b5e0",
    "private-fill": "#0c1f2b", "group": "#11161d",
}  # fmt: skip

# By icon: its colour, and its strokes on a field of 24.
ICONS: Final = {
    "database": ("#3b5bdb", "M5 7c0-4 14-4 14 0v10c0 4-14 4-14 0zM5 7c0 4 14 4 14 0M5 12c0 4 14 4 14 0"),
    "connector": ("#7c3aed", "M4 9h13M13 5l4 4-4 4M20 16H8M11 13l-4 3 4 4"),
    "kafka": ("#7c3aed", "M9 12a3 3 0 1 0-.01 0M17 8a2 2 0 1 0-.01 0M17 20a2 2 0 1 0-.01 0M9 11l6-4M9 13l6 4"),
    "topics": ("#7c3aed", "M4 6h16M4 12h16M4 18h16M8 4v4M14 10v4M18 16v4"),
    "application": ("#d9480f", "M4 5h16v14H4zM4 9h16M8 13l2 2-2 2M13 17h3"),
    "bucket": ("#2b8a3e", "M5 6h14l-2 14H7zM5 6c0-3 14-3 14 0M8 12h8"),
    "secret": ("#c92a2a", "M6 11h12v9H6zM8 11V8a4 4 0 0 1 8 0v3M12 14v3"),
    "key": ("#c92a2a", "M11 12a4 4 0 1 0-.01 0M11 9h9v4M16 9v3"),
    "role": ("#c92a2a", "M12 3l7 3v5c0 5-3 8-7 10-4-2-7-5-7-10V6zM9 12l2 2 4-4"),
    "watch": ("#c2255c", "M4 4v16h16M7 15l4-5 3 3 5-7"),
    "function": ("#d9480f", "M7 5h3l6 14h3M12 10L7 19"),
    "message": ("#c2255c", "M4 6h16v12H4zM4 7l8 6 8-6"),
    "table": ("#3b5bdb", "M4 5h16v14H4zM4 10h16M4 15h16M10 5v14"),
    "gateway": ("#7c3aed", "M12 4v16M12 4l-4 4M12 4l4 4M5 14h14"),
}  # fmt: skip


# By kind of a mark, which is readable on both grounds.
MARKS: Final = {"real": "#1a7f37", "embedded": "#0a6ebd", "stand-in": "#a04100"}


def sheet(*, marked: bool = False) -> str:
    """The picture's style sheet: the reader's own choice between light and dark decides."""
    marks = "".join(f".{kind}{{fill:{colour}}}" for kind, colour in MARKS.items()) + ".on-mark{fill:#fff}"
    return f"{colours(_LIGHT, _DARK)}{_RULES}{marks if marked else ''}"


def colours(light: Mapping[str, str], dark: Mapping[str, str]) -> str:
    """Variables of a style sheet, by name, as the reader prefers."""
    return f"{_variables(light)}@media(prefers-color-scheme:dark){{{_variables(dark)}}}"


def _variables(values: Mapping[str, str]) -> str:
    return f":root{{{''.join(f'--{name}:{value};' for name, value in values.items())}}}"


_RULES: Final = f"""
text{{font-family:{FONT};fill:var(--ink)}}
.page{{fill:var(--page)}}
.card{{fill:var(--card);stroke:var(--edge)}}
.group{{fill:var(--group);stroke:var(--edge)}}
.account{{fill:none;stroke:var(--edge)}}
.outside{{fill:none;stroke:var(--side);stroke-dasharray:5 4}}
.vpc{{fill:none;stroke:var(--vpc);stroke-width:1.5}}
.public{{fill:var(--public-fill);stroke:var(--public);stroke-dasharray:4 3}}
.private{{fill:var(--private-fill);stroke:var(--private);stroke-dasharray:4 3}}
.faint{{fill:var(--faint)}}
.on-vpc{{fill:var(--vpc)}}
.on-public{{fill:var(--public)}}
.on-private{{fill:var(--private)}}
.flow{{fill:none;stroke:var(--flow);stroke-width:2}}
.side{{fill:none;stroke:var(--side);stroke-width:1.3;stroke-dasharray:5 4}}
.flow-tip{{fill:var(--flow)}}
.side-tip{{fill:var(--side)}}
.glyph{{fill:none;stroke:#fff;stroke-width:1.8;stroke-linecap:round;stroke-linejoin:round}}
"""
