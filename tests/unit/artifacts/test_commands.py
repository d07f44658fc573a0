"""``cdc artifacts``: list, fetch and lock."""

import json
from hashlib import sha256
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cdc import artifacts
from modules.artifacts.lock import load
from tests.unit.artifacts.repository import Repository
from tests.unit.artifacts.test_pinning import library, needs


@pytest.fixture
def lock(repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A lock file with one set, whose file is in ``repository``."""
    file = repository.publish("org.example:lib:1.0", b"content", size=7)
    path = tmp_path / "artifacts.lock.toml"
    path.write_text(
        '[sets.lib]\nwhy = "a reason"\nroots = ["org.example:lib:1.0"]\n'
        f'files = [{{maven = "org.example:lib:1.0", size = 7, licence = "MIT", sha256 = "{file.sha256}"}}]\n'
    )
    monkeypatch.setattr(artifacts, "LOCK", path)
    return path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(artifacts.app, arguments)


def error(*arguments: str) -> str:
    """The stderr of a command that fails."""
    result = run(*arguments)
    assert result.exit_code == 1
    assert not isinstance(result.exception, Exception)
    return result.stderr


def test_list_shows_what_is_cached(repository: Repository, lock: Path) -> None:
    def listed() -> object:
        return json.loads(run("list", "--json").stdout)["lib"]["cached"]

    assert listed() == 0
    assert run("fetch", "--source", repository.url).exit_code == 0
    assert listed() == 1
    assert run("list").stdout.split()[-8:] == ["lib", "1", "0.0", "MB", "MIT", "yes", "a", "reason"]
    assert lock.exists()


def test_parts_are_copied_to_where_they_belong(repository: Repository, lock: Path, tmp_path: Path) -> None:
    repository.publish("org.example:lib:1.0", b"0123456789")
    files = [
        f'{{maven = "org.example:lib:1.0", first = {first}, size = {len(part)}, licence = "MIT", sha256 = "{digest}"}}'
        for first, part in ((2, b"234"), (7, b"78"))
        if (digest := sha256(part).hexdigest())
    ]
    lock.write_text(f'[sets.lib]\nwhy = "a reason"\nmembers = ["x"]\nfiles = [{", ".join(files)}]\n')
    carry = tmp_path / "carry"
    assert run("fetch", "lib", "--source", repository.url, "--to", str(carry)).exit_code == 0
    [copied] = [path for path in carry.rglob("*") if path.is_file()]
    assert copied.read_bytes() == bytes(2) + b"234" + bytes(2) + b"78"


@pytest.mark.usefixtures("lock")
def test_files_copied_to_an_isolated_network(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    carry = tmp_path / "carry"
    assert run("fetch", "lib", "--source", repository.url, "--to", str(carry)).exit_code == 0
    assert [path.name for path in carry.rglob("*") if path.is_file()] == ["lib-1.0.jar"]
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "inside"))
    assert "org.example:lib:1.0 (7 bytes)" in error("fetch", "--offline")
    monkeypatch.setenv("CDC_SOURCES", f"{tmp_path} {carry}")
    assert run("fetch").exit_code == 0
    assert run("fetch", "--offline").exit_code == 0


def test_lock_prints_the_differences(repository: Repository, lock: Path) -> None:
    library(repository, "org.example:lib:2.0", needs("org.example:low:1"))
    library(repository, "org.example:low:1")
    result = run("lock", "lib", "org.example:lib:2.0", "--source", repository.url)
    assert result.stdout.splitlines() == ["- org.example:lib:1.0", "+ org.example:lib:2.0", "+ org.example:low:1"]
    assert [str(root) for root in load(lock).sets["lib"].roots] == ["org.example:lib:2.0"]
    assert run("lock", "lib", "--source", repository.url).stdout == "nothing changed\n"
    repository.contents.clear()
    library(repository, "org.example:lib:2.0", "<url>https://example.org</url>")
    assert run("lock", "lib", "--source", repository.url).stdout == "- org.example:low:1\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["fetch", "lob"], "a set must be lib, got lob; did you mean lib?"),
        (["fetch", "--source", "nowhere"], "an existing directory, or public, got 'nowhere'"),
        (["lock", "lob"], "a set must be lib, got lob"),
        (["lock", "lib", "org.example:lib"], "coordinates must be group:artifact:version"),
        (["lock", "lib", "org.example:lib:9"], "org.example:lib:9:pom from "),
    ],
)
def test_errors(repository: Repository, lock: Path, arguments: list[str], message: str) -> None:
    before = lock.read_text()
    source = [] if "--source" in arguments else ["--source", repository.url]
    assert message in error(*arguments, *source)
    assert lock.read_text() == before


def test_a_broken_lock(lock: Path) -> None:
    lock.write_text("[sets.lib]\n")
    assert "sets.lib.why: is missing" in error("list")
    assert "sets.lib.files: is missing" in error("fetch")
