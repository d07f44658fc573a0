"""Parts of a ZIP: found by their members' names, and extracted without the rest."""

import io
import zipfile
from pathlib import Path

import pytest

from modules.artifacts import pinning
from modules.artifacts.cache import Cache
from modules.artifacts.fetch import fetch
from modules.artifacts.lock import Coordinates
from modules.artifacts.sources import sources
from modules.artifacts.zip_parts import ZipPartError, cut, parts, unpack
from tests.unit.artifacts.repository import Repository
from tests.unit.artifacts.test_pinning import APACHE, POM, publish

MEMBERS = {"bin/": b"", "bin/tool": b"tool" * 500, "bin/tool-debug": b"d" * 900, "lib/a": b"a", "lib/sub/b": b"b" * 99}
NAME = "org.example:dist:1.0"


def archive(folder: Path, members: dict[str, bytes], *, method: int = zipfile.ZIP_DEFLATED) -> Path:
    path = folder / "dist.zip"
    with zipfile.ZipFile(path, "w", method) as content:
        for name, body in members.items():
            content.writestr(name, body)
    return path


def extracted(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED], ids=["stored", "deflated"])
@pytest.mark.parametrize(
    ("patterns", "names", "count"),
    [
        (["bin/tool"], ["bin/tool"], 1),
        (["bin/tool", "lib/*"], ["bin/tool", "lib/a", "lib/sub/b"], 2),
        (["*"], [name for name in MEMBERS if not name.endswith("/")], 1),
    ],
    ids=["one", "several", "all"],
)
def test_the_members_of_parts(tmp_path: Path, method: int, patterns: list[str], names: list[str], count: int) -> None:
    whole, folder = archive(tmp_path, MEMBERS, method=method), tmp_path / "out"
    found = parts(whole, patterns)
    assert len(found) == count
    for first, end in found:
        cut(whole, tmp_path / "part", first=first, end=end)
        assert (tmp_path / "part").read_bytes() == whole.read_bytes()[first:end]
        unpack(tmp_path / "part", folder)
    assert extracted(folder) == {name: MEMBERS[name] for name in names}


def test_a_pattern_must_match_a_member(tmp_path: Path) -> None:
    with pytest.raises(ZipPartError, match=r"dist\.zip: must have a member lib/\*\.so"):
        parts(archive(tmp_path, MEMBERS), ["bin/tool", "lib/*.so"])


@pytest.mark.parametrize("name", ["../out", "/etc/out", "a/../../out"])
def test_a_member_stays_in_the_folder(tmp_path: Path, name: str) -> None:
    whole = archive(tmp_path, {name: b"x"})
    [(first, end)] = parts(whole, ["*"])
    cut(whole, tmp_path / "part", first=first, end=end)
    with pytest.raises(ZipPartError, match="must be a path below the archive"):
        unpack(tmp_path / "part", tmp_path / "in")
    assert not (tmp_path / "out").exists()


def test_a_damaged_member_is_refused(tmp_path: Path) -> None:
    whole = archive(tmp_path, {"a": b"content"}, method=zipfile.ZIP_STORED)
    [(first, end)] = parts(whole, ["a"])
    (tmp_path / "part").write_bytes(whole.read_bytes()[first:end].replace(b"content", b"c0ntent"))
    with pytest.raises(ZipPartError, match="a is damaged"):
        unpack(tmp_path / "part", tmp_path)
    (tmp_path / "part").write_bytes(b"nothing of the kind at all")
    with pytest.raises(ZipPartError, match="must be members of a ZIP"):
        unpack(tmp_path / "part", tmp_path)


def test_a_member_of_unknown_size_is_refused(tmp_path: Path) -> None:
    class Pipe(io.BytesIO):
        def seek(self, *_: int) -> int:
            raise OSError

    with zipfile.ZipFile(pipe := Pipe(), "w", zipfile.ZIP_DEFLATED) as content:
        content.writestr("a", b"streamed")
    (tmp_path / "part").write_bytes(pipe.getvalue())
    with pytest.raises(ZipPartError, match="with its size before it"):
        unpack(tmp_path / "part", tmp_path)


def test_parts_are_pinned_and_fetched_from_any_source(repository: Repository, cache: Cache, tmp_path: Path) -> None:
    maven = Coordinates.parse(f"{NAME}:zip:linux")
    whole = archive(tmp_path, MEMBERS)
    publish(repository, str(maven), whole.read_bytes())
    publish(repository, f"{NAME}:pom", POM.format(Coordinates.parse(NAME), APACHE).encode())
    files = pinning.resolved([maven], sources=sources([repository.url]), cache=cache, members=["bin/tool", "lib/*"])
    assert [(file.maven, file.licence) for file in files] == [(maven, "Apache-2.0")] * 2
    assert sum(file.size or 0 for file in files) < whole.stat().st_size / 2
    mirror = tmp_path / "mirror"
    (mirror / maven.path).parent.mkdir(parents=True)
    whole.rename(mirror / maven.path)
    for source in (repository.url, str(mirror)):
        found = fetch(files, sources=sources([source]), cache=Cache(tmp_path / source.replace("/", "_")))
        folder = tmp_path / f"out-{len(source)}"
        for path in found.values():
            unpack(path, folder)
        assert extracted(folder) == {name: MEMBERS[name] for name in ("bin/tool", "lib/a", "lib/sub/b")}
