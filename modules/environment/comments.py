"""Secrets in the comments of an environment file: commented out, a password is as readable as before."""

from collections.abc import Iterator
from pathlib import Path

from modules.messages import tokens
from modules.messages.problems import Problem


def problems(file: Path) -> Iterator[Problem]:
    """One for each line whose comment has a secret; none of them shows it."""
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        comment = line if line.lstrip().startswith("#") else line.partition(" #")[2]
        if comment and (kind := tokens.kind(comment)):
            told = f"a comment must not hold {kind}: keep it in Secrets Manager"
            yield Problem((), told, tokens.HIDDEN, file=str(file), line=number)
