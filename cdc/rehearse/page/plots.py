"""Plots over the time of a rehearsal, as SVG."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final
from xml.etree.ElementTree import Element

from cdc.rehearse.page.elements import element
from cdc.rehearse.page.style import LINES

Point = Sequence[float]
_SIZE: Final = "0 0 360 190"
# The field that values are drawn in.
_LEFT: Final = 42
_RIGHT: Final = 350
_TOP: Final = 12
_BOTTOM: Final = 166
_TICKS: Final = 4
_STEPS: Final = (1, 2, 2.5, 5, 10)
_MOST_LINES: Final = len(LINES)


@dataclass(frozen=True)
class Line:
    """A line of ``points``, seconds and values; one is broken where no value came for more than ``gap`` seconds.

    ``said`` stands beside its label; by default its last value.
    """

    label: str
    points: Sequence[Point]
    gap: float = 25
    said: str = ""


def figure(title: str, lines: Sequence[Line], *, end: float, limits: Sequence[float] = (), empty: str) -> Element:
    """A plot from 0 to ``end`` seconds; ``empty`` stands in its place where no line has a value."""
    shown = [line for line in lines if line.points][:_MOST_LINES]
    if not shown:
        return element("figure", element("figcaption", title), element("p", empty, class_="empty"))
    legend = [
        element(
            "li",
            element("i", class_=f"s{number}"),
            f"{line.label}, {line.said or f'last {_number(line.points[-1][1])}'}",
        )
        for number, line in enumerate(shown)
    ]
    note = [f"and {len(lines) - len(shown)} more without a place here"] if len(lines) > _MOST_LINES else []
    silent = [line.label for line in lines if not line.points]
    note += [f"no values: {', '.join(silent)}"] if silent else []
    plot = _Plot(shown, end, limits)
    return element(
        "figure",
        element("figcaption", title),
        plot.svg(title),
        element("ul", *legend, class_="legend"),
        *(element("p", one, class_="note") for one in note),
    )


def _last(line: Line) -> str:
    return f"last {_number(line.points[-1][1])}"


class _Plot:
    def __init__(self, lines: Sequence[Line], end: float, limits: Sequence[float]) -> None:
        self._lines = lines
        top = max([value for line in lines for _, value in line.points])
        # A limit far above all values would flatten them: it is named instead.
        self._limits = [limit for limit in limits if limit <= 5 * top]
        self._above = [limit for limit in limits if limit > 5 * top]
        self._x = _ticks(max(end, 1.0))
        self._y = _ticks(max([top, *self._limits]) or 1.0)
        self._end = max(end, 1.0)

    def svg(self, title: str) -> Element:
        parts = [*self._grid(), *self._limit_lines()]
        for number, line in enumerate(self._lines):
            parts += self._drawn(line, f"s{number}")
        return element("svg", *parts, viewBox=_SIZE, role="img", aria_label=title)

    def _grid(self) -> Iterator[Element]:
        for value in self._y:
            y = self._down(value)
            yield element("path", d=f"M{_LEFT} {y:g}H{_RIGHT}", class_="grid")
            yield element("text", _number(value), x=_LEFT - 5, y=f"{y + 4:g}", text_anchor="end")
        for second in self._x:
            if second <= self._end:
                x, label = self._across(second), f"{second:g} s" if second else "0"
                yield element("text", label, x=f"{x:g}", y=_BOTTOM + 17, text_anchor="middle")

    def _limit_lines(self) -> Iterator[Element]:
        for limit in self._limits:
            y = self._down(limit)
            yield element("path", d=f"M{_LEFT} {y:g}H{_RIGHT}", class_="limit")
            yield element(
                "text",
                f"alarm at {_number(limit)}",
                x=_RIGHT,
                y=f"{y - 4 if y > _TOP + 12 else y + 13:g}",
                text_anchor="end",
            )
        if self._above:
            text = f"alarm at {', '.join(map(_number, self._above))}, above this plot"
            yield element("text", text, x=_RIGHT, y=_TOP - 1, text_anchor="end")

    def _drawn(self, line: Line, colour: str) -> Iterator[Element]:
        points = [(self._across(at), self._down(value)) for at, value in line.points]
        path = f"M{points[0][0]:.1f} {points[0][1]:.1f}"
        for (before, _), (after, _), (x, y) in zip(line.points, line.points[1:], points[1:], strict=False):
            path += f"{'M' if after - before > line.gap else 'L'}{x:.1f} {y:.1f}"
        yield element("path", d=path, class_=f"line {colour}")
        for x, y in _alone(line, points):
            yield element("circle", cx=f"{x:.1f}", cy=f"{y:.1f}", r=2.5, class_=f"dot {colour}")

    def _across(self, second: float) -> float:
        return _LEFT + (_RIGHT - _LEFT) * min(max(second, 0.0), self._end) / self._end

    def _down(self, value: float) -> float:
        return _BOTTOM - (_BOTTOM - _TOP) * min(max(value, 0.0), self._y[-1]) / self._y[-1]


def _alone(line: Line, points: Sequence[tuple[float, float]]) -> Iterator[tuple[float, float]]:
    """The points that no line reaches."""
    near = [False, *(after[0] - before[0] <= line.gap for before, after in pairwise(line.points)), False]
    return (point for number, point in enumerate(points) if not (near[number] or near[number + 1]))


def _ticks(top: float) -> list[float]:
    """Round values from 0 up to at least ``top``."""
    exact = top / _TICKS
    power = 10.0 ** math.floor(math.log10(exact))
    step = next(one * power for one in _STEPS if one * power >= exact * (1 - 1e-9))
    return [step * number for number in range(math.ceil(top / step - 1e-9) + 1)]


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.3g}"
