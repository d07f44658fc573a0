"""Pinned files have the published checksum, and only their set in the lock file changes."""

import hashlib
from pathlib import Path

import pytest

from modules.artifacts import pinning
from modules.artifacts.cache import Cache
from modules.artifacts.lock import Coordinates, LockError, load
from modules.artifacts.publisher import NotPublishedError
from modules.artifacts.sources import Source, sources
from tests.unit.artifacts.repository import Repository, breaks_off, instead, pin, status

NAME = "org.example:lib:1.0"
LIBRARY = Coordinates.parse(NAME)
POM = """<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>{0.group}</groupId><artifactId>{0.artifact}</artifactId><version>{0.version}</version>{1}</project>"""
APACHE = "<licenses><license><name>The Apache Software License, Version 2.0</name></license></licenses>"


def publish(repository: Repository, maven: str, content: bytes, *, checksum: str = "sha1") -> None:
    """A file and its checksum."""
    file = repository.publish(maven, content)
    repository.contents[f"/{file.maven.path}.{checksum}"] = hashlib.new(checksum, content).hexdigest().encode()


def library(repository: Repository, maven: str, inside: str = "", *, licence: str = APACHE) -> None:
    """A jar and its POM."""
    coordinates = Coordinates.parse(maven)
    publish(repository, maven, maven.encode())
    publish(repository, f"{maven}:pom", POM.format(coordinates, licence + inside).encode())


def needs(*lines: str) -> str:
    """``group:artifact:version`` with further elements after it, as dependencies."""
    written = []
    for line in lines:
        maven, _, more = line.partition(" ")
        group, artifact, version = maven.split(":")
        written.append(
            f"<dependency><groupId>{group}</groupId><artifactId>{artifact}</artifactId>"
            f"<version>{version}</version>{more}</dependency>"
        )
    return f"<dependencies>{''.join(written)}</dependencies>"


@pytest.fixture
def found(repository: Repository) -> tuple[Source, ...]:
    return sources([repository.url])


@pytest.mark.parametrize("checksum", ["sha1", "sha256", "sha512"])
def test_a_published_file_is_pinned(
    repository: Repository, found: tuple[Source, ...], cache: Cache, checksum: str
) -> None:
    library(repository, NAME)
    publish(repository, f"{NAME}:zip:plugin", b"content", checksum=checksum)
    file = pinning.published(Coordinates.parse(f"{NAME}:zip:plugin"), sources=found, cache=cache)
    assert file == pin(f"{NAME}:zip:plugin", b"content", size=7)
    assert cache.find(file)


def test_the_strongest_checksum_is_used(repository: Repository, found: tuple[Source, ...], cache: Cache) -> None:
    library(repository, NAME)
    repository.contents[f"/{LIBRARY.path}.sha512"] = b"00"
    with pytest.raises(NotPublishedError, match="sha512 must be 00, as published, got "):
        pinning.published(LIBRARY, sources=found, cache=cache)


def test_an_unavailable_checksum_is_not_skipped(
    repository: Repository, found: tuple[Source, ...], cache: Cache
) -> None:
    library(repository, NAME)
    repository.script[f"/{LIBRARY.path}.sha512"] += [status(403)]
    with pytest.raises(NotPublishedError, match="403 Forbidden"):
        pinning.published(LIBRARY, sources=found, cache=cache)


def test_a_file_without_a_checksum_is_not_pinned(
    repository: Repository, found: tuple[Source, ...], cache: Cache
) -> None:
    repository.publish(NAME, b"content")
    with pytest.raises(NotPublishedError, match=r"no checksum is published \(\.sha512, \.sha256, \.sha1\)"):
        pinning.published(LIBRARY, sources=found, cache=cache)
    with pytest.raises(NotPublishedError, match="must be https, because its checksum has the same source"):
        pinning.published(LIBRARY, sources=sources(["http://192.0.2.1/maven"]), cache=cache)


@pytest.mark.parametrize(
    ("licence", "spdx"),
    [
        (APACHE, "Apache-2.0"),
        (
            "<licenses><license><name>MIT License</name></license>"
            "<license><name>Eclipse Public License 2.0</name></license></licenses>",
            "MIT OR EPL-2.0",
        ),
        ("<licenses><license><name>Ours, 2020</name></license></licenses>", "Ours, 2020"),
        ("", "unknown"),
    ],
)
def test_licences(repository: Repository, found: tuple[Source, ...], cache: Cache, licence: str, spdx: str) -> None:
    """From the parent if the POM itself has none."""
    parent = "<parent><groupId>org.example</groupId><artifactId>parent</artifactId><version>7</version></parent>"
    library(repository, NAME, parent, licence="")
    publish(
        repository, "org.example:parent:7:pom", POM.format(Coordinates("org.example", "parent", "7"), licence).encode()
    )
    assert pinning.published(LIBRARY, sources=found, cache=cache).licence == spdx


def test_versions(repository: Repository, found: tuple[Source, ...], cache: Cache) -> None:
    listed = "".join(f"<version>{version}</version>" for version in ("3.10.0", "3.9.0.Final", "3.9.0.Beta1"))
    text = f"<metadata><versioning><versions>{listed}</versions></versioning></metadata>"
    repository.contents["/org/example/lib/maven-metadata.xml"] = text.encode()
    known = pinning.versions("org.example", "lib", sources=found, cache=cache)
    assert known == ("3.9.0.Beta1", "3.9.0.Final", "3.10.0")
    with pytest.raises(NotPublishedError, match=r"org.example:other from .*: 404 Not Found"):
        pinning.versions("org.example", "other", sources=found, cache=cache)


def resolve(found: tuple[Source, ...], cache: Cache, *roots: str) -> list[str]:
    files = pinning.resolved([Coordinates.parse(root) for root in roots], sources=found, cache=cache)
    return [str(file.maven) for file in files]


def test_a_tree_has_the_runtime_dependencies(repository: Repository, found: tuple[Source, ...], cache: Cache) -> None:
    """Nearest version, no test, provided or optional dependency, and profiles of Java 17."""
    profile = f"<profile><activation><jdk>[11,)</jdk></activation>{needs('org.example:for-11:1')}</profile>"
    library(
        repository,
        NAME,
        needs(
            "org.example:middle:1",
            "org.example:deep:2",
            "org.example:test:1 <scope>test</scope>",
            "org.example:provided:1 <scope>provided</scope>",
        )
        + f"<profiles>{profile}</profiles>",
    )
    optional = "org.example:optional:1 <optional>true</optional>"
    library(repository, "org.example:middle:1", needs("org.example:deep:1", optional, "org.example:low:1"))
    for name in ("deep:2", "deep:1", "low:1", "for-11:1"):
        library(repository, f"org.example:{name}")
    expected = [f"org.example:{name}" for name in ("deep:2", "for-11:1", "lib:1.0", "low:1", "middle:1")]
    assert resolve(found, cache, NAME) == expected


def test_the_workers_login_module_is_excluded(repository: Repository, found: tuple[Source, ...], cache: Cache) -> None:
    login = "software.amazon.msk:aws-msk-iam-auth:2.3.9"
    library(repository, NAME, needs("org.example:middle:1"))
    library(repository, "org.example:middle:1", needs(login))
    library(repository, login, needs("org.example:deep:1"))
    publish(repository, f"{login}:jar:all", b"bundle")
    assert resolve(found, cache, NAME, f"{login}:jar:all") == [
        "org.example:lib:1.0",
        "org.example:middle:1",
        f"{login}:jar:all",
    ]


def test_an_incomplete_tree_is_an_error(repository: Repository, found: tuple[Source, ...], cache: Cache) -> None:
    library(repository, NAME, needs("org.example:middle:1"))
    publish(repository, "org.example:middle:1", b"a jar without its POM")
    with pytest.raises(NotPublishedError, match=r"org.example:middle:1:pom from .*: 404 Not Found"):
        resolve(found, cache, NAME)


def test_an_incomplete_download_is_an_error(repository: Repository, found: tuple[Source, ...], cache: Cache) -> None:
    library(repository, NAME)
    repository.script[f"/{LIBRARY.path}"] += [breaks_off(3), instead(b"other")]
    with pytest.raises(NotPublishedError, match="sha1 must be"):
        pinning.published(LIBRARY, sources=found, cache=cache)


ZEROS, ONES = "0" * 64, "1" * 64
LOCK = f"""# kept
[sets.lib]  # kept too
why = "a reason"
roots = ["org.example:lib:1.0"]
files = [
    {{maven = "org.example:lib:1.0", size = 1, licence = "MIT", sha256 = "{ZEROS}"}},
]

[sets.other]
why = "another"   # and this
files = [{{maven = "org.example:other:1.0", licence = "MIT", sha256 = "{ONES}"}}]
"""


def test_only_one_set_is_rewritten(tmp_path: Path) -> None:
    path = tmp_path / "lock.toml"
    path.write_text(LOCK)
    path.chmod(0o640)
    files = [pin("org.example:lib:2.0", b"2", size=1), pin("org.example:more:1.0", b"", url="https://example.org/x")]
    pinning.write(path, "lib", files, roots=[Coordinates.parse("org.example:lib:2.0")])
    assert load(path).sets["lib"].files == tuple(files)
    lines = [
        f'    {{maven = "org.example:lib:2.0", size = 1, licence = "Apache-2.0", sha256 = "{files[0].sha256}"}},\n',
        '    {maven = "org.example:more:1.0", url = "https://example.org/x", licence = "Apache-2.0",'
        f' sha256 = "{files[1].sha256}"}},\n',
    ]
    before, after = LOCK.split("    {", 1)[0], "]\n\n" + LOCK.split("]\n\n", 1)[1]
    assert path.read_text() == before.replace("lib:1.0", "lib:2.0") + "".join(lines) + after
    assert path.stat().st_mode & 0o777 == 0o640


def test_an_invalid_lock_file_is_not_written(tmp_path: Path) -> None:
    path = tmp_path / "lock.toml"
    path.write_text(LOCK)
    with pytest.raises(LockError, match=r"sets.other.files\[0\].sha256: must be 0000"):
        pinning.write(path, "other", [pin("org.example:lib:1.0", b"2")])
    assert path.read_text() == LOCK
    assert list(tmp_path.iterdir()) == [path]
