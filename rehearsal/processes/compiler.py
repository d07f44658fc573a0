"""Compiles Java sources of this project with the pinned compiler: not every Java has one."""

import os
import subprocess
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import file_digest
from pathlib import Path
from typing import Final

from rehearsal.processes.cached_folder import cached_folder
from rehearsal.processes.errors import RehearsalError
from rehearsal.processes.java import RELEASE, Jvm

_MAIN: Final = "org.eclipse.jdt.internal.compiler.batch.Main"
_OPTIONS: Final = ("-encoding", "UTF-8", "-proc:none", "-nowarn", "-g")
_HEAP: Final = 256
_MANIFEST: Final = "Manifest-Version: 1.0\r\n\r\n"


class CompileError(RehearsalError):
    """Java sources do not compile; the message has the compiler's output."""


def jar(name: str, sources: Path, *, compiler: Path, libraries: Sequence[Path], release: str = RELEASE) -> Path:
    """``name``.jar with the classes of the folder ``sources``, compiled against ``libraries`` or from the user's cache.

    Classes are for Java ``release`` and later; the jar has the folder's META-INF too. The same bytes from the same
    files, on every machine. A jar, because class data sharing supports no folders on the class path. Raises
    CompileError, JavaError.
    """
    files = sorted(sources.glob("*.java"))
    options = ("--release", release, *_OPTIONS)
    contents = [*_contents([compiler, *libraries]), *_contents(files), *_contents(_resources(sources))]
    key = "\n".join([name, *options, *contents])
    file = f"{name}.jar"
    return (
        cached_folder("jars", key, lambda folder: _compile(folder / file, sources, options, [compiler, *libraries]))
        / file
    )


def _resources(sources: Path) -> list[Path]:
    return sorted(file for file in (sources / "META-INF").rglob("*") if file.is_file())


def _contents(files: Iterable[Path]) -> Iterator[str]:
    for file in files:
        with file.open("rb") as content:
            yield f"{file.name} {file_digest(content, 'sha256').hexdigest()}"


def _compile(target: Path, sources: Path, options: Sequence[str], jars: Sequence[Path]) -> None:
    """``jars``: the compiler, then the libraries."""
    compiler, *libraries = jars
    with tempfile.TemporaryDirectory() as folder:
        classes = Path(folder, "classes")
        files = map(str, sorted(sources.glob("*.java")))
        arguments = [*options, "-d", str(classes), "-cp", os.pathsep.join(map(str, libraries)), *files]
        command = Jvm(_MAIN, [compiler], heap=_HEAP).command(*arguments, folder=Path(folder))
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise CompileError(f"{target.stem} does not compile:\n{done.stdout}{done.stderr}".rstrip())
        found = {file.relative_to(classes).as_posix(): file for file in classes.rglob("*.class")}
        found |= {file.relative_to(sources).as_posix(): file for file in _resources(sources)}
        _pack(target, found)


def _pack(target: Path, files: Mapping[str, Path]) -> None:
    with zipfile.ZipFile(target, "w") as content:  # uncompressed: zlib's versions write different bytes
        content.writestr(_entry("META-INF/MANIFEST.MF"), _MANIFEST)
        for name, file in sorted(files.items()):
            content.writestr(_entry(name), file.read_bytes())


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name)  # dated 1980
    entry.create_system = 3
    return entry
