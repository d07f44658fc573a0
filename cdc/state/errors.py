"""What a state command may end with."""

from typing import Final

from cdc.environments import UnknownEnvironmentError
from cdc.terraform import TerraformError as NoTerraformError
from modules.messages.problems import EnvironmentErrors
from rehearsal.deploy.terraform import TerraformError


class StateError(Exception):
    """Says in words what must be otherwise; nothing was changed by what raised it."""


TOLD: Final = (EnvironmentErrors, NoTerraformError, StateError, TerraformError, UnknownEnvironmentError)
