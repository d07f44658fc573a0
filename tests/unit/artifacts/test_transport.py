"""A file arrives whole over a connection that does not behave, or the error says why not."""

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
def test_what_passes_is_tried_again(repository: Repository, fetching: Fetch, answers: list[Answer]) -> None:
    file = repository.publish(NAME, CONTENT, size=len(CONTENT))
    repository.answers(file, *answers)
    assert fetching(file)[file].read_bytes() == CONTENT


def test_a_broken_download_goes_on_where_it_ended(repository: Repository, fetching: Fetch) -> None:
    repository.etag = '"v1"'
    file = repository.publish(NAME, CONTENT, size=len(CONTENT))
    repository.answers(file, breaks_off(1000))
    assert fetching(file)[file].read_bytes() == CONTENT
    second = repository.asked(file)[1].headers
    assert (second["Range"], second["If-Range"]) == ("bytes=1000-", '"v1"')


def test_a_range_that_is_none_any_more_is_not_asked_for_again(repository: Repository, fetching: Fetch) -> None:
    file = repository.publish(NAME, CONTENT, size=len(CONTENT))
    repository.answers(file, breaks_off(1000), status(416))
    assert fetching(file)[file].read_bytes() == CONTENT
    assert [request.headers["Range"] for request in repository.asked(file)] == [None, "bytes=1000-", None]


def test_a_file_that_changed_in_between_starts_again(repository: Repository, fetching: Fetch) -> None:
    file = repository.publish(NAME, CONTENT, size=len(CONTENT))

    def older_version_breaks_off(handler: Handler, content: bytes) -> None:
        repository.etag = '"v1"'
        breaks_off(1000)(handler, b"x" * len(content))
        repository.etag = '"v2"'

    repository.answers(file, older_version_breaks_off)
    assert fetching(file)[file].read_bytes() == CONTENT


def test_two_versions_stitched_together_are_fetched_anew(repository: Repository, fetching: Fetch) -> None:
    """A server without ETag and Last-Modified cannot tell that the file changed; its hash can."""
    file = repository.publish(NAME, CONTENT, size=len(CONTENT))
    repository.answers(file, lambda handler, content: breaks_off(1000)(handler, b"x" * len(content)))
    assert fetching(file)[file].read_bytes() == CONTENT
    assert [request.headers["Range"] for request in repository.asked(file)] == [None, "bytes=1000-", None]


def test_compressed_by_the_server_is_still_the_file(repository: Repository, fetching: Fetch) -> None:
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
    ("answers", "told"),
    [
        ([status(404)], "404 Not Found"),
        ([status(410)], "410 Gone"),
        ([status(401)], "401 Unauthorized; it wants other credentials"),
        ([status(403)], "403 Forbidden; check the credentials"),
        ([status(302, Location="http://[127.0.0.1/lib.jar")], "redirects to an address that cannot be one"),
        ([status(302, Location="ftp://127.0.0.1/lib.jar")], "redirects to a place without TLS"),
        ([instead(b"y" * 999)], f"must be {len(CONTENT)} bytes, got 999"),
        ([instead(b"y" * len(CONTENT))], "sha256 must be "),
    ],
)
def test_what_stays_wrong_is_asked_once(
    repository: Repository, fetching: Fetch, cache: Cache, answers: list[Answer], told: str
) -> None:
    file = repository.publish(NAME, CONTENT, size=len(CONTENT))
    repository.answers(file, *answers)
    with pytest.raises(FetchErrors) as caught:
        fetching(file)
    assert f"{NAME} from {repository.url}/{file.maven.path}: {told}" in str(caught.value)
    assert len(repository.asked(file)) == 1
    assert leftovers(cache) == []


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (status(500), "500 Internal Server Error (tried 3 times)"),
        (breaks_off(0), "the connection broke (tried 3 times)"),
        (hangs(after=None), "stalled: nothing received for 0.2 s (tried 3 times)"),
    ],
)
def test_patience_ends(repository: Repository, fetching: Fetch, answer: Answer, told: str) -> None:
    file = repository.publish(NAME, CONTENT)
    repository.answers(file, *[answer] * 4)
    with pytest.raises(FetchErrors) as caught:
        fetching(file)
    assert str(caught.value).endswith(told)


def test_redirects_without_end(repository: Repository, fetching: Fetch) -> None:
    file = repository.publish(NAME, CONTENT)
    repository.answers(file, *[_loop(repository)] * 100)
    with pytest.raises(FetchErrors, match="redirects without end"):
        fetching(file)


def test_more_bytes_than_pinned_end_the_download(repository: Repository, fetching: Fetch) -> None:
    """Without a length in the header; it hangs after the first bytes too many, so reading on would stall."""
    file = repository.publish(NAME, CONTENT[:100], size=100)

    def endless(handler: Handler, _: bytes) -> None:
        handler.begin(200, {"Connection": "close"})
        handler.wfile.write(bytes(200_000))
        repository.release.wait()

    repository.answers(file, endless)
    with pytest.raises(FetchErrors, match="must be 100 bytes, got more"):
        fetching(file)


def test_nobody_listens(repository: Repository, fetching: Fetch) -> None:
    file = repository.publish(NAME, CONTENT)
    with serving() as gone:
        pass
    with pytest.raises(FetchErrors, match="Connection refused"):
        fetching(file, source=gone.url)


def asks_for_patience(handler: Handler, content: bytes) -> None:
    status(503, Retry_After=300)(handler, content)
    handler.server.repository.reached.set()


@pytest.mark.parametrize("answer", [hangs(after=70_000), asks_for_patience])
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
    """For 127.0.0.1, signed by itself."""
    if not shutil.which("openssl"):
        missing("openssl")
    path = tmp_path / "server.pem"
    subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", str(path) + ".key"]
    subprocess.run(["openssl", "req", "-x509", *key, *subject, "-out", str(path)], check=True, capture_output=True)
    path.write_text(path.read_text() + Path(str(path) + ".key").read_text())
    return path


def test_no_way_back_from_tls(
    repository: Repository, fetching: Fetch, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = repository.publish(NAME, CONTENT)
    with serving(certificate) as secure:
        with pytest.raises(FetchErrors, match=r"certificate: .*REQUESTS_CA_BUNDLE"):
            fetching(file, source=secure.url)
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
        secure.answers(file, status(302, Location="http://192.0.2.1/lib.jar"))
        with pytest.raises(FetchErrors, match="redirects to a place without TLS"):
            fetching(file, source=secure.url)
        secure.publish(NAME, CONTENT)
        assert fetching(file, source=secure.url)[file].read_bytes() == CONTENT
