"""The extension by which brokers ask who a client is and what it may do: Java sources, and the jar made of them."""

import os
import subprocess
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from hashlib import file_digest
from pathlib import Path
from typing import Final

from rehearsal.processes import parts
from rehearsal.processes.errors import RehearsalError
from rehearsal.processes.java import RELEASE, Jvm

COMPILER: Final = "ecj"  # the set that holds it: not every Java brings one
SOURCES: Final = Path(__file__).parent / "java"
_NAME: Final = "extension.jar"
_MAIN: Final = "org.eclipse.jdt.internal.compiler.batch.Main"
_OPTIONS: Final = ("--release", RELEASE, "-encoding", "UTF-8", "-proc:none", "-nowarn", "-g")
_HEAP: Final = 256
_MANIFEST: Final = "Manifest-Version: 1.0\r\n\r\n"


class CompileError(RehearsalError):
    """Java sources that do not compile, with the compiler's words."""


def jar(*, compiler: Path, libraries: Sequence[Path], sources: Path = SOURCES) -> Path:
    """The classes of the folder ``sources``, compiled against ``libraries`` or taken from the user's cache.

    The same bytes from the same files, on every machine. A jar, for a class path with folders shares no class data.
    Raises CompileError, JavaError.
    """
    files = sorted(sources.glob("*.java"))
    key = "\n".join([*_OPTIONS, *_contents([compiler, *libraries]), *_contents(files)])
    return parts.kept("jars", key, lambda folder: _make(folder / _NAME, files, compiler, libraries)) / _NAME


def _contents(files: Iterable[Path]) -> Iterator[str]:
    for file in files:
        with file.open("rb") as content:
            yield f"{file.name} {file_digest(content, 'sha256').hexdigest()}"


def _make(place: Path, sources: Sequence[Path], compiler: Path, libraries: Sequence[Path]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        classes = Path(folder, "classes")
        arguments = [*_OPTIONS, "-d", str(classes), "-cp", os.pathsep.join(map(str, libraries)), *map(str, sources)]
        command = Jvm(_MAIN, [compiler], heap=_HEAP).command(*arguments, folder=Path(folder))
        told = subprocess.run(command, capture_output=True, text=True, check=False)
        if told.returncode:
            raise CompileError(f"the brokers' extension must compile, got:\n{told.stdout}{told.stderr}".rstrip())
        _pack(place, classes)


def _pack(place: Path, classes: Path) -> None:
    with zipfile.ZipFile(place, "w") as content:  # uncompressed: zlib's versions write different bytes
        content.writestr(_entry("META-INF/MANIFEST.MF"), _MANIFEST)
        for file in sorted(classes.rglob("*.class")):
            content.writestr(_entry(file.relative_to(classes).as_posix()), file.read_bytes())


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name)  # dated 1980
    entry.create_system = 3
    return entry
