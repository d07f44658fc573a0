"""Where the project's own files are."""

from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
DOCS: Final = ROOT / "docs"
ENVIRONMENTS: Final = ROOT / "environments"
