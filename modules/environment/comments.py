"""Secrets in the comments of an environment file: commented out, a password is as readable as before."""

from collections.abc import Iterator

from modules.messages import tokens
from modules.messages.problems import Problem


def problems(text: str, file: str) -> Iterator[Problem]:
    """One for each line whose comment has a secret; none of them shows it."""
    for number, line in enumerate(text.splitlines(), 1):
        comment = line if line.lstrip().startswith("#") else line.partition(" #")[2]
        if comment and (kind := tokens.kind(comment)):
            message = f"a comment must not hold {kind}: keep it in Secrets Manager"
            yield Problem((), message, tokens.HIDDEN, file=file, line=number)
