"""Errors that end a state command."""

from typing import Final

from cdc.environments import UnknownEnvironmentError
from cdc.terraform import TerraformError as NoTerraformError
from modules.messages.problems import EnvironmentErrors
from rehearsal.deploy.terraform import TerraformError


class StateError(Exception):
    """A state, or its store, is not as required; nothing was changed."""


REPORTED: Final = (EnvironmentErrors, NoTerraformError, StateError, TerraformError, UnknownEnvironmentError)
