"""Where a stack's state is kept, by the stack's name."""


def s3_key(stack: str) -> str:
    """The state's object in its bucket."""
    return f"{stack}/terraform.tfstate"


def local_path(stack: str) -> str:
    """The state's file; relative, and outside the synthesized output: the default would be this machine's path."""
    return f"../../../terraform.{stack}.tfstate"
