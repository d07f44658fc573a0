"""Cards one below the other, each near the place that it belongs to."""

from collections.abc import Sequence

from cdc.diagram.picture.canvas import Box


def stacked(
    x: float, width: float, heights: Sequence[float], wanted: Sequence[float], *, top: float, gap: float
) -> list[Box]:
    """Boxes in the order given, with their middles as near to ``wanted`` as the ones above allow."""
    boxes: list[Box] = []
    for height, middle in zip(heights, wanted, strict=True):
        boxes.append(Box(x, max(top, middle - height / 2), width, height))
        top = boxes[-1].bottom + gap
    return boxes
