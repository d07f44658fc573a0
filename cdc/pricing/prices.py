"""A dated table of list prices of one region: one that comes with this project, or the user's own."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Final, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from modules.user_files.bounds import check_yaml
from modules.user_files.reading import read, reason

FOLDER: Final = Path(__file__).with_name("tables")
_MOST_BYTES: Final = 1_000_000


class PricesError(Exception):
    """There are no prices, or the file is none of prices; the message says what is allowed."""


class Price(BaseModel):
    """US dollars for one ``unit``, and who says so."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    price: Annotated[Decimal, Field(ge=0, allow_inf_nan=False)]
    unit: Annotated[str, Field(min_length=1)]
    source: Annotated[str, Field(min_length=1)]


class Prices(BaseModel):
    """Of one region, as of ``date``; what is not in ``prices`` is not priced."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    region: str
    date: Annotated[str, Field(pattern=r"^\d{4}-\d{2}(-\d{2})?$")]
    currency: Literal["USD"] = "USD"
    prices: dict[str, Price]


def known_regions() -> list[str]:
    """The regions whose prices come with this project."""
    return sorted(file.stem for file in FOLDER.glob("*.yaml"))


def for_region(region: str, file: Path | None) -> Prices:
    """The prices of ``file``, or those that come with this project; raises PricesError, also for another region's."""
    if file is None and region not in known_regions():
        known = ", ".join(known_regions())
        raise PricesError(f"no prices of {region}: known are {known}; give your own with --prices FILE")
    found = _read(file or FOLDER / f"{region}.yaml")
    if found.region != region:
        raise PricesError(f"{file}: region: must be {region}, the environment's, got {found.region}")
    return found


def known(file: Path | None) -> Callable[[str], Prices | None]:
    """The prices of a region: those of ``file`` for its own, else those that come with this project, else None.

    Raises PricesError if ``file`` cannot be read.
    """
    own = _read(file) if file else None

    def prices(region: str) -> Prices | None:
        if own and own.region == region:
            return own
        return for_region(region, None) if region in known_regions() else None

    return prices


def _read(file: Path) -> Prices:
    try:
        text = read(file, most=_MOST_BYTES).decode()
        check_yaml(text)
        return Prices.model_validate(yaml.safe_load(text))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise PricesError(f"{file}: {where or 'the file'}: {first['msg'].lower()}") from None
    except OSError as error:
        raise PricesError(f"{file}: cannot be read: {reason(error)}") from None
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        raise PricesError(f"{file}: {error}") from None
