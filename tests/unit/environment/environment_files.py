"""Environment files for tests: ``environments/prod.yaml`` with edits in its text."""

import re
from pathlib import Path
from typing import NamedTuple

import pytest

from modules.environment.loading import load
from modules.messages.problems import EnvironmentErrors
from tests.places import ROOT

PROD = (ROOT / "environments" / "prod.yaml").read_text()
MARK = "# <-"
PROPERTY = "decimal.handling.mode: string"
SECRET = "hunter2"

Edits = dict[str, str]

# All that must differ in a copy of prod.yaml that is checked together with it.
BESIDE: Edits = {
    "bucket: acme-cdc-state": "bucket: acme-second-state",
    "acme-cdc-locks": "acme-second-locks",
    "cidr_block: 10.40.0.0/16": "cidr_block: 10.41.0.0/16",
    "server_id: 5401": "server_id: 5402",
}


class Refused(NamedTuple):
    """Edits, and the one problem of the file that they make: the line of it ends in MARK."""

    edits: Edits
    path: str
    message: str


# By the rule's name: edits that keep it, and such as do not.
Cases = dict[str, tuple[Edits, list[Refused]]]


def edited(edits: Edits) -> str:
    """Prod's text; a key ``section:`` stands for the whole section, any other for itself."""
    text = PROD
    for old, new in edits.items():
        if re.fullmatch(r"\w+:", old):
            (section,) = re.findall(rf"^{old}.*?(?=^\w|\Z)", text, flags=re.M | re.S)
            text = text.replace(section, f"{new}\n")
        else:
            assert old in text, f"{old} is not in the file"
            text = text.replace(old, new)
    return text


def marked(old: str, new: str) -> str:
    """Prod's text with one edit, the line of which ends in the mark in its comment's place."""
    line = next(line for line in PROD.splitlines() if old in line.split(" #")[0])
    return PROD.replace(line, f"{line.split(' #')[0].rstrip().replace(old, new, 1)}  {MARK}", 1)


def marked_line(text: str) -> int:
    """The one line that ends in the mark."""
    lines = [number for number, line in enumerate(text.splitlines(), 1) if line.endswith(MARK)]
    assert len(lines) == 1, f"{len(lines)} lines are marked"
    return lines[0]


def write(folder: Path, text: str, *, name: str = "prod.yaml") -> Path:
    file = folder / name
    file.write_text(text)
    return file


def errors_of(file: Path) -> EnvironmentErrors:
    """What is wrong with a file that must not be taken."""
    with pytest.raises(EnvironmentErrors) as error:
        load(file)
    return error.value
