"""A file is received completely over an unreliable connection, or the error says why not."""

import gzip
import shutil
import subprocess
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread

import pytest
from requests import Request

from modules.artifacts.cache import Cache
from modules.artifacts.fetch import FetchErrors
from modules.artifacts.partial import Partial
from modules.artifacts.session import Session
from modules.artifacts.sources import Repository as Source
from modules.artifacts.transport import Policy, StoppedError, Transport
from tests.needs import missing
from tests.unit.artifacts.conftest import Fetch, leftovers
from tests.unit.artifacts.repository import (
    Answer,
    Handler,
    Repository,
    breaks_off,
    chunked,
    everything,
    hangs,
    instead,
    pin,
    serving,
    status,
)

NAME = "org.example:lib:1.0"
CONTENT = bytes(range(256)) * 1000


@pytest.mark.parametrize(
    "answers",
    [
        [status(500), status(500)],
        [status(429, Retry_After=0)],
        [status(503, Retry_After="Wed, 21 Oct 2015 07:28:00 GMT")],
        [status(503, Retry_After="soon")],
        [status(429, Retry_After=3600)],
        [hangs(after=None)],
        [hangs(after=1000)],
        [breaks_off(0), breaks_off(0)],
        [chunked],
        [breaks_off(1000), everything],
    ],
)
def test_transient_failures_are_retried(repository: Repository, fetching: Fetch, answers: list[Answer]) -> None:
    file = repository.publish(NAME, CONTENT, size=len(CONTENT))
    repository.answers(file, *answers)
    assert fetching(file)[file].read_bytes() == CONTENT


def test_an_interrupted_download_is_resumed(repository: Repository, fetching: Fetch) -> None:
    repository.etag = '"v1"'
    file = repository.publish(NAME, CONTENT, size=len(CONTENT))
    repository.answers(file, breaks_off(1000))
    assert fetching(file)[file].read_bytes() == CONTENT
    second = repository.asked(file)[1].headers
    assert (second["Range"], second["If-Range"]) == ("bytes=1000-", '"v1"')


def test_after_an_invalid_range_the_download_starts_again(repository: Repository, fetching: Fetch) -> None:
    file = repository.publish(NAME, CONTENT, size=len(CONTENT))
    repository.answers(file, breaks_off(1000), status(416))
    assert fetching(file)[file].read_bytes() == CONTENT
    assert [request.headers["Range"] for request in repository.asked(file)] == [None, "bytes=1000-", None]


def test_a_part_of_a_file_is_received(repository: Repository, fetching: Fetch) -> None:
    whole = repository.publish(NAME, CONTENT)
    part = pin(NAME, CONTENT[300:900], size=600).model_copy(update={"first": 300})
    assert fetching(part)[part].read_bytes() == CONTENT[300:900]
    assert [request.headers["Range"] for request in repository.asked(whole)] == ["bytes=300-899"]


def test_an_interrupted_part_is_resumed(repository: Repository, fetching: Fetch) -> None:
    def breaks(handler: Handler, content: bytes) -> None:
        handler.begin(206, {"Content-Length": 600, "Content-Range": f"bytes 300-899/{len(content)}"})
        handler.wfile.write(content[300:400])
        handler.close_connection = True

    whole = repository.publish(NAME, CONTENT)
    part = pin(NAME, CONTENT[300:900], size=600).model_copy(update={"first": 300})
    repository.answers(whole, breaks)
    assert fetching(part)[part].read_bytes() == CONTENT[300:900]
    assert [request.headers["Range"] for request in repository.asked(whole)] == ["bytes=300-899", "bytes=400-899"]


def test_a_server_must_send_parts(repository: Repository, fetching: Fetch) -> None:
    whole = repository.publish(NAME, CONTENT)
    part = pin(NAME, CONTENT[:900], size=900).model_copy(update={"first": 0})
    repository.answers(whole, everything)
    with pytest.raises(FetchErrors, match="must send parts of files"):
        fetching(part)


def test_a_part_has_its_own_hash(repository: Repository, fetching: Fetch) -> None:
    repository.publish(NAME, CONTENT)
    part = pin(NAME, CONTENT[300:900], size=600).model_copy(update={"first": 301})
    with pytest.raises(FetchErrors, match="sha256 must be"):
        fetching(part)


def test_a_file_that_changed_is_downloaded_again(repository: Repository, fetching: Fetch) -> None:
    file = repository.publish(NAME, CONTENT, size=len(CONTENT))

    def older_version_breaks_off(handler: Handler, content: bytes) -> None:
        repository.etag = '"v1"'
        breaks_off(1000)(handler, b"x" * len(content))
        repository.etag = '"v2"'

    repository.answers(file, older_version_breaks_off)
    assert fetching(file)[file].read_bytes() == CONTENT


def test_a_mix_of_two_versions_is_downloaded_again(repository: Repository, fetching: Fetch) -> None:
    """Without ETag and Last-Modified only the hash shows that the file changed."""
    file = repository.publish(NAME, CONTENT, size=len(CONTENT))
    repository.answers(file, lambda handler, content: breaks_off(1000)(handler, b"x" * len(content)))
    assert fetching(file)[file].read_bytes() == CONTENT
    assert [request.headers["Range"] for request in repository.asked(file)] == [None, "bytes=1000-", None]


def test_content_encoding_is_ignored(repository: Repository, fetching: Fetch) -> None:
    packed = gzip.compress(CONTENT, mtime=0)
    file = repository.publish("org.example:lib:1.0:tar.gz", packed, size=len(packed))
    repository.answers(file, instead(packed, Content_Encoding="gzip"))
    assert fetching(file)[file].read_bytes() == packed
    assert repository.asked(file)[0].headers["Accept-Encoding"] == "identity"


def test_a_redirect_is_followed(repository: Repository, mirror: Repository, fetching: Fetch) -> None:
    file = repository.publish(NAME, CONTENT)
    mirror.answers(file, status(302, Location=f"{repository.url}/{file.maven.path}"))
    assert fetching(file, source=mirror.url)[file].read_bytes() == CONTENT


def _loop(repository: Repository) -> Answer:
    return lambda handler, _: status(302, Location=f"{repository.url}{handler.path}")(handler, b"")


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ([status(404)], "404 Not Found"),
        ([status(410)], "410 Gone"),
        ([status(401)], "401 Unauthorized; put the credentials into"),
        ([status(403)], "403 Forbidden; check the credentials"),
        ([status(302, Location="http://[127.0.0.1/lib.jar")], "redirects to an invalid URL"),
        ([status(302, Location="ftp://127.0.0.1/lib.jar")], "redirects from https to http"),
        ([instead(b"y" * 999)], f"must be {len(CONTENT)} bytes, got 999"),
        ([instead(b"y" * len(CONTENT))], "sha256 must be "),
    ],
)
def test_permanent_failures_are_not_retried(
    repository: Repository, fetching: Fetch, cache: Cache, answers: list[Answer], message: str
) -> None:
    file = repository.publish(NAME, CONTENT, size=len(CONTENT))
    repository.answers(file, *answers)
    with pytest.raises(FetchErrors) as caught:
        fetching(file)
    assert f"{NAME} from {repository.url}/{file.maven.path}: {message}" in str(caught.value)
    assert len(repository.asked(file)) == 1
    assert leftovers(cache) == []


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (status(500), "500 Internal Server Error (tried 3 times)"),
        (breaks_off(0), "connection lost (tried 3 times)"),
        (hangs(after=None), "stalled: nothing received for 0.2 s (tried 3 times)"),
    ],
)
def test_retries_are_limited(repository: Repository, fetching: Fetch, answer: Answer, message: str) -> None:
    file = repository.publish(NAME, CONTENT)
    repository.answers(file, *[answer] * 4)
    with pytest.raises(FetchErrors) as caught:
        fetching(file)
    assert str(caught.value).endswith(message)


def test_too_many_redirects(repository: Repository, fetching: Fetch) -> None:
    file = repository.publish(NAME, CONTENT)
    repository.answers(file, *[_loop(repository)] * 100)
    with pytest.raises(FetchErrors, match="too many redirects"):
        fetching(file)


def test_more_bytes_than_pinned_end_the_download(repository: Repository, fetching: Fetch) -> None:
    """Without a length header; the server then hangs, so reading more would stall."""
    file = repository.publish(NAME, CONTENT[:100], size=100)

    def endless(handler: Handler, _: bytes) -> None:
        handler.begin(200, {"Connection": "close"})
        handler.wfile.write(bytes(200_000))
        repository.release.wait()

    repository.answers(file, endless)
    with pytest.raises(FetchErrors, match="must be 100 bytes, got more"):
        fetching(file)


def test_no_server(repository: Repository, fetching: Fetch) -> None:
    file = repository.publish(NAME, CONTENT)
    with serving() as stopped:
        pass
    with pytest.raises(FetchErrors, match="Connection refused"):
        fetching(file, source=stopped.url)


def asks_to_wait(handler: Handler, content: bytes) -> None:
    status(503, Retry_After=300)(handler, content)
    handler.server.repository.reached.set()


@pytest.mark.parametrize("answer", [hangs(after=70_000), asks_to_wait])
def test_stopped_while_it_waits(repository: Repository, tmp_path: Path, answer: Answer) -> None:
    file = repository.publish(NAME, CONTENT)
    repository.answers(file, answer)
    place = Source(repository.url).place(file.maven)
    ended = Event()

    def receive() -> None:
        with Partial(tmp_path / "partial") as partial, suppress(StoppedError):
            transport.receive(place, partial)
            return
        ended.set()

    with Transport(Policy(stall=300, longest_pause=300)) as transport:
        Thread(target=receive, daemon=True).start()
        assert repository.reached.wait(30)
        transport.stop()
        assert ended.wait(30)


@pytest.mark.parametrize(
    ("url", "sent"), [("https://example.org/lib.jar", True), ("http://example.org/lib.jar", False)]
)
def test_a_password_is_sent_with_tls_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str, sent: bool
) -> None:
    (tmp_path / "netrc").write_text("machine example.org login me password hush\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    request = Session().prepare_request(Request("GET", url))
    assert ("Authorization" in request.headers) is sent


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A self-signed certificate for 127.0.0.1."""
    if not shutil.which("openssl"):
        missing("openssl")
    path = tmp_path / "server.pem"
    subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", str(path) + ".key"]
    subprocess.run(["openssl", "req", "-x509", *key, *subject, "-out", str(path)], check=True, capture_output=True)
    path.write_text(path.read_text() + Path(str(path) + ".key").read_text())
    return path


def test_no_redirect_from_https_to_http(
    repository: Repository, fetching: Fetch, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = repository.publish(NAME, CONTENT)
    with serving(certificate) as secure:
        with pytest.raises(FetchErrors, match=r"certificate: .*REQUESTS_CA_BUNDLE"):
            fetching(file, source=secure.url)
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
        secure.answers(file, status(302, Location="http://192.0.2.1/lib.jar"))
        with pytest.raises(FetchErrors, match="redirects from https to http"):
            fetching(file, source=secure.url)
        secure.publish(NAME, CONTENT)
        assert fetching(file, source=secure.url)[file].read_bytes() == CONTENT
