"""Where files are looked for: Maven repositories, directories, and what their publishers put in public."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import Final, Protocol
from urllib.parse import unquote, urlsplit, urlunsplit

from modules.artifacts.lock import Coordinates

PUBLIC: Final = "public"


class SourceError(ValueError):
    """A source that cannot be one."""


@dataclass(frozen=True, slots=True)
class Remote:
    """A file at an address, which holds no credentials: it may be printed."""

    url: str
    auth: tuple[str, str] | None = field(default=None, repr=False)

    def __str__(self) -> str:
        return self.url

    def beside(self, suffix: str) -> "Remote":
        return Remote(self.url + suffix, self.auth)


@dataclass(frozen=True, slots=True)
class Local:
    """A file of this machine."""

    path: Path

    def __str__(self) -> str:
        return str(self.path)

    def beside(self, suffix: str) -> "Local":
        return Local(self.path.with_name(self.path.name + suffix))


Place = Remote | Local


class Source(Protocol):
    """Knows where each file would be; whether it is there shows when it is fetched."""

    def place(self, maven: Coordinates, url: str | None = None) -> Place:
        """``url`` is where the publisher puts the file if that is not the public Maven repository."""

    def metadata(self, group: str, artifact: str) -> Place:
        """The ``maven-metadata.xml`` that lists the versions."""


@dataclass(frozen=True, slots=True)
class Repository:
    """A Maven repository by its address; ``auth`` is user and password, else ``~/.netrc`` is asked."""

    url: str
    auth: tuple[str, str] | None = field(default=None, repr=False)

    def place(self, maven: Coordinates, url: str | None = None) -> Remote:  # noqa: ARG002 - publishers are PUBLIC's
        return Remote(f"{self.url}/{maven.path}", self.auth)

    def metadata(self, group: str, artifact: str) -> Remote:
        return Remote(f"{self.url}/{_metadata(group, artifact)}", self.auth)


@dataclass(frozen=True, slots=True)
class Directory:
    """A directory laid out like a Maven repository, or one that simply holds the files."""

    path: Path

    def place(self, maven: Coordinates, url: str | None = None) -> Local:  # noqa: ARG002
        flat = self.path / maven.file_name
        return Local(flat if flat.is_file() else self.path / maven.path)

    def metadata(self, group: str, artifact: str) -> Local:
        return Local(self.path / _metadata(group, artifact))


@dataclass(frozen=True, slots=True)
class Public:
    """The public Maven repository, and for what is not in there its publisher's address."""

    def place(self, maven: Coordinates, url: str | None = None) -> Remote:
        return Remote(url) if url else _central().place(maven)

    def metadata(self, group: str, artifact: str) -> Remote:
        return _central().metadata(group, artifact)


def sources(names: Sequence[str] | None = None) -> tuple[Source, ...]:
    """The sources of these names in their order, ``public`` where there are none; raises SourceError."""
    return tuple(map(_source, names or [PUBLIC]))


def protected(url: str) -> bool:
    """Whether nobody on the way can read or change what is sent: TLS, or this machine itself."""
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and _loopback(parts.hostname or ""))


def _source(name: str) -> Source:
    if name == PUBLIC:
        return Public()
    if "://" in name:
        return _repository(name)
    if name and Path(name).is_dir():
        return Directory(Path(name))
    raise SourceError(f"a source must be an https:// address, a directory that exists, or {PUBLIC}, got {name!r}")


def _repository(name: str) -> Repository:
    try:
        parts = urlsplit(name)
        _ = parts.port
    except ValueError as error:
        raise SourceError(f"a Maven repository must be https://HOST[:PORT]/PATH: {error}") from error
    host = parts.netloc.rpartition("@")[2]
    url = urlunsplit((parts.scheme, host, parts.path.rstrip("/"), "", ""))
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise SourceError(f"a Maven repository must be https://HOST/PATH, got {url!r}")
    if parts.username is None:
        return Repository(url)
    # Plain http is fine for bytes whose hash is pinned, never for a password.
    if not protected(url):
        raise SourceError(f"a source with credentials must be https, got {url!r}")
    return Repository(url, (unquote(parts.username), unquote(parts.password or "")))


def _loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _central() -> Repository:
    from jgo.constants import MAVEN_CENTRAL_URL  # importing jgo takes 0.15 s

    return Repository(MAVEN_CENTRAL_URL)


def _metadata(group: str, artifact: str) -> str:
    return f"{group.replace('.', '/')}/{artifact}/maven-metadata.xml"
