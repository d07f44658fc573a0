"""Compiles Java sources to a jar: the same bytes from the same sources, compiled once, installed atomically."""

import subprocess
from pathlib import Path

import pytest

from modules.cache_folder import cache_folder
from rehearsal.lab import Jars
from rehearsal.processes import compiler
from rehearsal.processes.compiler import CompileError
from rehearsal.processes.java import Jvm
from tests.rehearsal.iam import lab

GREETING = 'package greeting;\n\npublic final class Greeting {\n    public static final String TEXT = "%s";\n}\n'


@pytest.fixture(scope="module")
def jars() -> Jars:
    return lab.jars()


@pytest.fixture(autouse=True)
def _own_cache(jars: Jars, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert jars
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    folder = tmp_path / "sources"
    folder.mkdir()
    (folder / "Greeting.java").write_text(GREETING % "hello")
    return folder


def kept() -> list[Path]:
    return sorted(path for path in cache_folder().rglob("*") if path.is_file())


def test_the_same_bytes_from_the_same_sources(
    jars: Jars, sources: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = compiler.jar("greeting", sources, compiler=jars.compiler, libraries=[])
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "another"))
    second = compiler.jar("greeting", sources, compiler=jars.compiler, libraries=[])
    assert first != second
    assert first.read_bytes() == second.read_bytes()


def test_it_is_compiled_once(jars: Jars, sources: Path) -> None:
    first = compiler.jar("greeting", sources, compiler=jars.compiler, libraries=[])
    made = first.stat().st_mtime_ns
    assert compiler.jar("greeting", sources, compiler=jars.compiler, libraries=[]) == first
    assert first.stat().st_mtime_ns == made, "class data archives depend on it"
    assert kept() == [first]


@pytest.mark.parametrize("other", ["source", "library"])
def test_other_files_give_another_jar(jars: Jars, sources: Path, other: str) -> None:
    first = compiler.jar("greeting", sources, compiler=jars.compiler, libraries=[])
    if other == "source":
        (sources / "Greeting.java").write_text(GREETING % "good evening")
    libraries = jars.kafka[:1] if other == "library" else []
    assert compiler.jar("greeting", sources, compiler=jars.compiler, libraries=libraries) != first
    assert len(kept()) == 2


def test_sources_that_do_not_compile(jars: Jars, sources: Path) -> None:
    (sources / "Greeting.java").write_text((GREETING % "hello").replace("String", "Strin"))
    with pytest.raises(CompileError, match=r"does not compile:(.|\n)*Greeting.java(.|\n)*Strin cannot be resolved"):
        compiler.jar("greeting", sources, compiler=jars.compiler, libraries=[])
    assert kept() == []


def test_a_run_has_a_temporary_folder_of_its_own(tmp_path: Path, jars: Jars) -> None:
    """A library unpacks its native parts into it, as lz4 and zstd do."""
    (sources := tmp_path / "sources").mkdir()
    (sources / "Temporary.java").write_text(
        "class Temporary { public static void main(String[] a) throws Exception {"
        ' System.out.println(java.io.File.createTempFile("native", ".so")); } }'
    )
    (folder := tmp_path / "run").mkdir()
    program = compiler.jar("temporary", sources, compiler=jars.compiler, libraries=[])
    command = Jvm("Temporary", [program], heap=64).command(folder=folder)
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    assert Path(printed).parent == folder / "tmp"
    assert Path(printed).is_file()
