"""The transform of this project's plugins that logs how far behind its database a connector is."""

from collections.abc import Mapping
from typing import Final

CLASS: Final = "cdc.Lag"
MARKER: Final = "cdc-lag"  # in its line: MARKER CONNECTOR SECONDS
_TRANSFORMS: Final = "transforms"
_ALIAS: Final = "lag"


def measured(properties: Mapping[str, str], *, connector: str) -> dict[str, str]:
    """``properties`` with the transform in front of the user's own, which see the same records as before."""
    alias = _free_alias(properties)
    own = properties.get(_TRANSFORMS, "").strip()
    return {
        **properties,
        _TRANSFORMS: f"{alias},{own}" if own else alias,
        f"{_TRANSFORMS}.{alias}.type": CLASS,
        f"{_TRANSFORMS}.{alias}.connector": connector,
        f"{_TRANSFORMS}.{alias}.server": properties["topic.prefix"],
    }


def _free_alias(properties: Mapping[str, str]) -> str:
    """One that the user's own transforms do not have."""
    listed = {name.strip() for name in properties.get(_TRANSFORMS, "").split(",")}
    used = listed | {key.split(".")[1] for key in properties if key.startswith(f"{_TRANSFORMS}.")}
    alias = _ALIAS
    while alias in used:
        alias += "-"
    return alias
