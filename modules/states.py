"""The stacks of an environment, and where the state of each is kept, by the stack's name."""

from typing import Final

# In the order that they are applied in.
PARTS: Final = ("state", "platform", "connect")


def s3_key(stack: str) -> str:
    """The state's object in its bucket."""
    return f"{stack}/terraform.tfstate"


def local_path(stack: str) -> str:
    """The state's file; relative, and outside the synthesized output: the default would be this machine's path."""
    return f"../../../terraform.{stack}.tfstate"
