"""The transform that measures the lag: this project's own part of a plugin, compiled when the plugin is built."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from modules.archive.build import Part

PART: Final = "lag"
VERSION: Final = "1"
RELEASE: Final = "11"  # the Java of the oldest worker
SOURCES: Final = Path(__file__).parent / "java"


def part(*, compiler: Path, libraries: Sequence[Path]) -> Part:
    """Its jar, compiled against ``libraries`` or from the user's cache; raises CompileError, JavaError."""
    from rehearsal.processes.compiler import jar  # only a build that is not cached needs Java

    return Part(
        name=PART,
        coordinates=f"msk-cdc:{PART}:{VERSION}",
        version=VERSION,
        licence="Apache-2.0",
        file_name=f"cdc-{PART}.jar",
        path=jar(f"cdc-{PART}", SOURCES, compiler=compiler, libraries=libraries, release=RELEASE),
    )
