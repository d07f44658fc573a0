"""The VPC: a band for each zone, public subnets above private ones."""

from typing import Final

from cdc.diagram.architecture import Network, Zone
from cdc.diagram.picture.canvas import LINE, Box, Canvas
from cdc.diagram.picture.text import cut_inside

# Heights of the public subnets with the space below them, and of a private subnet's label.
GATE: Final = 80.0
ZONE_LABEL: Final = 52.0
_GAP: Final = 8.0


def draw_network(canvas: Canvas, network: Network, vpc: Box, *, private_top: float) -> None:
    """The boxes of the VPC and its subnets, without what runs there."""
    label = f"VPC {network.address}" + (" (existing)" if network.existing else "")
    endpoints = f", {', '.join(network.endpoints)} endpoint" if network.endpoints else ""
    canvas.box(vpc, "vpc", label=label + endpoints, radius=10)
    if network.internet:
        canvas.icon(vpc.right - 30, vpc.y + 5, "gateway", size=20)
        canvas.text(vpc.right - 36, vpc.y + 18, "internet gateway", kind="on-vpc", anchor="end")
    number = max(len(network.zones), 1)
    width = (vpc.width - 16 - _GAP * (number - 1)) / number
    for place, zone in enumerate(network.zones):
        x = vpc.x + 8 + place * (width + _GAP)
        if zone.public:
            _public(canvas, zone, Box(x, vpc.y + 30, width, GATE - 14))
        private = Box(x, private_top, width, vpc.bottom - 10 - private_top)
        canvas.box(private, "private", label=f"private {zone.name}".strip())
        canvas.text(x + 10, private_top + 35, cut_inside(zone.private, LINE, width - 20), kind="faint")


def _public(canvas: Canvas, zone: Zone, box: Box) -> None:
    canvas.box(box, "public", label=f"public {zone.name}")
    canvas.text(box.x + 10, box.y + 35, str(zone.public), kind="faint")
    if zone.nat:
        canvas.icon(box.right - 30, box.y + 9, "gateway", size=20)
        canvas.text(box.x + 10, box.y + 53, "NAT gateway", kind="faint")
