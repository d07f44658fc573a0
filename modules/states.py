"""The stacks of an environment, and the location of each stack's state."""

from typing import Final

# In the order of their applies.
PARTS: Final = ("state", "platform", "connect")
# The output of connect with what its connectors accept, and why: by connector and property.
ACCEPTED: Final = "accepted"
# The output of connect with the databases that it reads: by name, what identifies each.
SOURCES: Final = "databases"


def s3_key(stack: str) -> str:
    """The key of the state's object in the bucket."""
    return f"{stack}/terraform.tfstate"


def local_path(stack: str) -> str:
    """The state's file; relative and outside the synthesized output, for the default is an absolute path."""
    return f"../../../terraform.{stack}.tfstate"
