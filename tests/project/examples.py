"""The worked examples of CONTRIBUTING.md: the edits in their diffs, and the commands that prove them."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.places import ROOT

PAGE: Final = ROOT / "CONTRIBUTING.md"
SECTION: Final = "Three examples"


@dataclass(frozen=True)
class Edit:
    """Lines of a diff for one place of ``file``; without context or removed lines they go to its end."""

    file: str
    lines: tuple[str, ...]

    def apply(self, folder: Path) -> None:
        """Raises AssertionError unless its place is in the file exactly once."""
        path = folder / self.file
        old, new = (self._without(sign) for sign in "+-")
        text = path.read_text()
        starts = [match.start() for match in re.finditer(rf"^{re.escape(old)}", text, flags=re.MULTILINE)]
        if not old:
            starts = [len(text)]
        assert len(starts) == 1, f"{PAGE.name}: must be in {self.file} once:\n{old}"
        path.write_text(text[: starts[0]] + new + text[starts[0] + len(old) :])

    def _without(self, sign: str) -> str:
        return "".join(f"{line[1:]}\n" for line in self.lines if not line.startswith(sign))


@dataclass(frozen=True)
class Example:
    """``commands`` succeed once all ``edits`` are made."""

    name: str
    edits: tuple[Edit, ...]
    commands: tuple[str, ...]

    @property
    def files(self) -> list[str]:
        return list(dict.fromkeys(edit.file for edit in self.edits))

    def apply(self, folder: Path, *, tests: bool) -> None:
        """The edits of tests, or all others."""
        for edit in self.edits:
            if edit.file.startswith("tests/") is tests:
                edit.apply(folder)


def examples() -> list[Example]:
    """Those of the page, in its order."""
    _, section = PAGE.read_text().split(f"\n## {SECTION}\n")
    _, *parts = re.split(r"^### (.+)$", section, flags=re.MULTILINE)
    return [_example(name, text) for name, text in zip(parts[::2], parts[1::2], strict=True)]


def _example(name: str, text: str) -> Example:
    blocks = re.findall(r"^```(\w+)\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)
    edits = [edit for kind, block in blocks if kind == "diff" for edit in _edits(block)]
    consoles = [block for kind, block in blocks if kind == "console"]
    commands = [line.removeprefix("$ ") for block in consoles for line in block.splitlines() if line.startswith("$ ")]
    return Example(name, tuple(edits), tuple(commands))


def _edits(block: str) -> list[Edit]:
    """``+++ FILE`` begins a file, ``@@`` a place in it."""
    edits = []
    for part in re.split(r"^\+\+\+ ", block, flags=re.MULTILINE)[1:]:
        file, *places = re.split(r"^@@.*\n", part, flags=re.MULTILINE)
        edits += [Edit(file.strip(), tuple(place.splitlines())) for place in places]
    return edits
