"""How the embedded AWS is asked for an id of the caller's choice."""

from typing import Final

# moto's name for it. A module of its own: importing moto takes seconds.
CUSTOM_ID_TAG: Final = "_custom_id_"
