"""The console lines of the documentation."""

import re

from tests.places import DOCS


def consoles(page: str) -> dict[str, list[str]]:
    """The console blocks of a page of docs/, by the heading above them; other headings are left out."""
    _, *parts = re.split(r"^#+ (.+)$", (DOCS / page).read_text(), flags=re.MULTILINE)
    texts = zip(parts[::2], parts[1::2], strict=True)
    pattern = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
    found = {heading: pattern.findall(text) for heading, text in texts}
    return {heading: listed for heading, listed in found.items() if listed}
