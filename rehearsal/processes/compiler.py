"""Compiles Java sources of this project with the pinned compiler: not every Java has one."""

import os
import subprocess
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from hashlib import file_digest
from pathlib import Path
from typing import Final

from rehearsal.processes.cached_folder import cached_folder
from rehearsal.processes.errors import RehearsalError
from rehearsal.processes.java import RELEASE, Jvm

_MAIN: Final = "org.eclipse.jdt.internal.compiler.batch.Main"
_OPTIONS: Final = ("--release", RELEASE, "-encoding", "UTF-8", "-proc:none", "-nowarn", "-g")
_HEAP: Final = 256
_MANIFEST: Final = "Manifest-Version: 1.0\r\n\r\n"


class CompileError(RehearsalError):
    """Java sources do not compile; the message has the compiler's output."""


def jar(name: str, sources: Path, *, compiler: Path, libraries: Sequence[Path]) -> Path:
    """``name``.jar with the classes of the folder ``sources``, compiled against ``libraries`` or from the user's cache.

    The same bytes from the same files, on every machine. A jar, because class data sharing supports no folders on the
    class path. Raises CompileError, JavaError.
    """
    files = sorted(sources.glob("*.java"))
    key = "\n".join([name, *_OPTIONS, *_contents([compiler, *libraries]), *_contents(files)])
    file = f"{name}.jar"
    return cached_folder("jars", key, lambda folder: _compile(folder / file, files, compiler, libraries)) / file


def _contents(files: Iterable[Path]) -> Iterator[str]:
    for file in files:
        with file.open("rb") as content:
            yield f"{file.name} {file_digest(content, 'sha256').hexdigest()}"


def _compile(target: Path, sources: Sequence[Path], compiler: Path, libraries: Sequence[Path]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        classes = Path(folder, "classes")
        arguments = [*_OPTIONS, "-d", str(classes), "-cp", os.pathsep.join(map(str, libraries)), *map(str, sources)]
        command = Jvm(_MAIN, [compiler], heap=_HEAP).command(*arguments, folder=Path(folder))
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise CompileError(f"{target.stem} does not compile:\n{done.stdout}{done.stderr}".rstrip())
        _pack(target, classes)


def _pack(target: Path, classes: Path) -> None:
    with zipfile.ZipFile(target, "w") as content:  # uncompressed: zlib's versions write different bytes
        content.writestr(_entry("META-INF/MANIFEST.MF"), _MANIFEST)
        for file in sorted(classes.rglob("*.class")):
            content.writestr(_entry(file.relative_to(classes).as_posix()), file.read_bytes())


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name)  # dated 1980
    entry.create_system = 3
    return entry
