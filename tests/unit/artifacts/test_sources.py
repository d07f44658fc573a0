"""Source names are parsed; a password is sent to its own host only and never printed."""

import base64
from pathlib import Path

import pytest

from modules.artifacts.fetch import FetchErrors
from modules.artifacts.lock import Coordinates
from modules.artifacts.sources import Directory, Public, Repository as Source, SourceError, sources
from tests.unit.artifacts.conftest import Fetch
from tests.unit.artifacts.repository import Answer, Handler, Repository, behave, status

LIBRARY = Coordinates.parse("org.example:lib:1.0")


def test_sources_in_their_order(tmp_path: Path) -> None:
    assert sources() == (Public(),)
    named = sources(["https://nexus.example.com/repository/maven/", str(tmp_path), "public"])
    assert named == (Source("https://nexus.example.com/repository/maven"), Directory(tmp_path), Public())
    assert str(named[0].place(LIBRARY)) == f"https://nexus.example.com/repository/maven/{LIBRARY.path}"


def test_public_files_come_from_their_publisher() -> None:
    published = "https://example.org/downloads/lib.jar"
    assert str(Public().place(LIBRARY, published)) == published
    assert str(Public().place(LIBRARY)).endswith(f"/{LIBRARY.path}")


def test_plain_http_is_allowed_without_credentials() -> None:
    assert sources(["http://nexus.example.com/maven"]) == (Source("http://nexus.example.com/maven"),)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("/no/such/directory", "an existing directory"),
        ("", "a source must be an https:// URL"),
        ("ftp://example.org/maven", "must be https://HOST/PATH, got 'ftp://example.org/maven'"),
        ("https://", "must be https://HOST/PATH"),
        ("https://example.org/maven?token=1", "must be https://HOST/PATH, got 'https://example.org/maven'"),
        ("https://example.org:port/maven", "must be https://HOST[:PORT]/PATH"),
        ("https://[example.org/maven", "must be https://HOST[:PORT]/PATH"),
        ("http://me:hush@example.org/maven", "with credentials must be https, got 'http://example.org/maven'"),
    ],
)
def test_an_invalid_source(name: str, message: str) -> None:
    with pytest.raises(SourceError) as caught:
        sources([name])
    assert message in str(caught.value)
    assert "hush" not in str(caught.value)


def only_for(user: str, password: str) -> Answer:
    expected = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()

    def answer(handler: Handler, content: bytes) -> None:
        (behave if handler.headers["Authorization"] == expected else status(401))(handler, content)

    return answer


@pytest.fixture(params=["address", "netrc"])
def credentials(
    request: pytest.FixtureRequest, repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> str:
    """The repository as a source, with the user ``me`` and the password ``open:sesame``."""
    if request.param == "address":
        return repository.url.replace("//", "//me:open%3Asesame@")
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login me password open:sesame\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    return repository.url


def test_credentials_are_sent_to_their_source(repository: Repository, fetching: Fetch, credentials: str) -> None:
    file = repository.publish("org.example:lib:1.0", b"content")
    repository.answers(file, only_for("me", "open:sesame"))
    assert fetching(file, source=credentials)[file].read_bytes() == b"content"


def test_credentials_are_never_printed(repository: Repository, fetching: Fetch, credentials: str) -> None:
    file = repository.publish("org.example:lib:1.0", b"content")
    repository.answers(file, status(401))
    with pytest.raises(FetchErrors, match="401 Unauthorized") as caught:
        fetching(file, source=credentials)
    assert "sesame" not in f"{caught.value} {sources([credentials])}"


def test_credentials_are_not_sent_to_another_host(
    repository: Repository, mirror: Repository, fetching: Fetch, credentials: str
) -> None:
    file = repository.publish("org.example:lib:1.0", b"content")
    mirror.contents["/moved"] = b"content"
    repository.answers(file, status(302, Location=f"{mirror.url.replace('127.0.0.1', 'localhost')}/moved"))
    fetching(file, source=credentials)
    assert [request.headers["Authorization"] for request in mirror.log] == [None]
