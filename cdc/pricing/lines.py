"""The lines of an estimate: a quantity, its price, and what they come to."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from cdc.pricing.prices import Prices

HOURS: Final = Decimal(730)
"""Of a month, as AWS's own calculator has it."""
_CENT: Final = Decimal("0.01")


@dataclass(frozen=True)
class Line:
    """US dollars a month, to the cent; ``amount`` is None for what is not priced, and ``note`` says why.

    ``component`` is the same in every environment; ``detail`` says what of it this one has.
    """

    component: str
    detail: str
    quantity: Decimal
    unit: str
    price: Decimal | None
    amount: Decimal | None
    note: str = ""

    @property
    def title(self) -> str:
        return f"{self.component}: {self.detail}" if self.detail else self.component


@dataclass(frozen=True)
class Estimate:
    """What an environment costs a month. ``warnings`` are assumptions that cannot be."""

    environment: str
    region: str
    date: str
    lines: tuple[Line, ...]
    warnings: tuple[str, ...] = ()

    @property
    def total(self) -> Decimal:
        """Of what is priced."""
        return sum((line.amount for line in self.lines if line.amount is not None), Decimal(0))

    @property
    def unpriced(self) -> Sequence[Line]:
        return [line for line in self.lines if line.amount is None]


def line(prices: Prices, component: str, quantity: Decimal | int, price: str, detail: str = "") -> Line:
    """``quantity`` times the price of that name; not priced where the table does not have it."""
    quantity = Decimal(quantity)
    found = prices.prices.get(price)
    if found is None:
        return Line(component, detail, quantity, "", None, None, f"no price of {price} in {prices.region}")
    amount = (quantity * found.price).quantize(_CENT, ROUND_HALF_UP)
    return Line(component, detail, quantity, found.unit, found.price, amount)


def unpriced(component: str, note: str) -> Line:
    """What costs something that this table cannot know."""
    return Line(component, "", Decimal(0), "", None, None, note)
