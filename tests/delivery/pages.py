"""The commands of the pages in docs/, run exactly as written."""

import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.pages import consoles


def commands(page: str, section: str, *, block: int = 0) -> list[str]:
    """The lines after ``$`` of one console block of a section, counted from 0."""
    joined = re.sub(r"\\\n\s*", "", consoles(page)[section][block])
    found: list[str] = re.findall(r"^\$ (.+)$", joined, flags=re.MULTILINE)
    assert found, f"{page}, {section}: no command in block {block}"
    return found


@dataclass(frozen=True)
class Shell:
    """Runs commands in ``folder`` until one fails."""

    folder: Path
    variables: Mapping[str, str]

    def __call__(self, *lines: str, status: int = 0, **words: str) -> str:
        """Returns their output; ``words`` replaces placeholders of the page, such as LOCK_ID."""
        script = "set -euo pipefail\n" + "\n".join(lines)
        for word, value in words.items():
            assert word in script
            script = script.replace(word, value)
        done = subprocess.run(
            ["bash", "-c", script],
            cwd=self.folder,
            env=dict(self.variables),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert done.returncode == status, f"{script}\nexit status {done.returncode}\n{done.stdout}"
        return done.stdout
