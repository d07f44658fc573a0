"""The Java extension of brokers, which calls the authorizer."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from rehearsal.processes import compiler as java

SOURCES: Final = Path(__file__).parent / "java"


def jar(*, compiler: Path, libraries: Sequence[Path]) -> Path:
    """The extension, compiled against ``libraries`` or from the user's cache; raises CompileError, JavaError."""
    return java.jar("extension", SOURCES, compiler=compiler, libraries=libraries)
