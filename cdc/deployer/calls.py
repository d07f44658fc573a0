"""The IAM actions that the AWS provider needs for each type of resource, as recorded with the real provider.

``make calls`` writes the record anew.
"""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Final, Literal

Operation = Literal["create", "read", "update", "delete"]
# Actions by type, data sources with "data." in front, and by operation.
Calls = Mapping[str, Mapping[str, Sequence[str]]]

FILE: Final = Path(__file__).with_name("calls.json")
OPERATIONS: Final[Sequence[Operation]] = ("create", "read", "update", "delete")


class UnrecordedTypeError(LookupError):
    """A stack has a type of resource that the record lacks."""


@cache
def calls() -> Calls:
    """The record."""
    found: Calls = json.loads(FILE.read_text())
    return found


def actions(type_: str, *, read_only: bool) -> set[str]:
    """The actions for all operations on a type, or for those of a plan; raises UnrecordedTypeError."""
    if type_ not in calls():
        raise UnrecordedTypeError(f"{FILE.name} must have the calls of {type_}, it has none: run make calls")
    return {
        action
        for operation, found in calls()[type_].items()
        if operation == "read" or not read_only
        for action in found
    }
