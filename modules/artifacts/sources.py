"""Sources of files: Maven repositories, directories, and the publishers' own places."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import Final, Protocol
from urllib.parse import unquote, urlsplit, urlunsplit

from modules.artifacts.lock import Coordinates

PUBLIC: Final = "public"


class SourceError(ValueError):
    """The name of a source is invalid."""


@dataclass(frozen=True, slots=True)
class Remote:
    """A file at a URL, which contains no credentials and may be printed."""

    url: str
    auth: tuple[str, str] | None = field(default=None, repr=False)

    def __str__(self) -> str:
        return self.url

    def sibling(self, suffix: str) -> "Remote":
        return Remote(self.url + suffix, self.auth)


@dataclass(frozen=True, slots=True)
class Local:
    """A local file."""

    path: Path

    def __str__(self) -> str:
        return str(self.path)

    def sibling(self, suffix: str) -> "Local":
        return Local(self.path.with_name(self.path.name + suffix))


Place = Remote | Local


class Source(Protocol):
    """Gives the place of each file; whether it exists is known when it is fetched."""

    def place(self, maven: Coordinates, url: str | None = None) -> Place:
        """``url`` is the publisher's URL of a file that is not in the public Maven repository."""

    def metadata(self, group: str, artifact: str) -> Place:
        """The ``maven-metadata.xml``, which lists the versions."""


@dataclass(frozen=True, slots=True)
class Repository:
    """A Maven repository by its URL; ``auth`` is user and password, else ``~/.netrc`` is used."""

    url: str
    auth: tuple[str, str] | None = field(default=None, repr=False)

    def place(self, maven: Coordinates, url: str | None = None) -> Remote:  # noqa: ARG002 - publishers are PUBLIC's
        return Remote(f"{self.url}/{maven.path}", self.auth)

    def metadata(self, group: str, artifact: str) -> Remote:
        return Remote(f"{self.url}/{_metadata(group, artifact)}", self.auth)


@dataclass(frozen=True, slots=True)
class Directory:
    """A directory in the layout of a Maven repository, or with the files directly in it."""

    path: Path

    def place(self, maven: Coordinates, url: str | None = None) -> Local:  # noqa: ARG002
        flat = self.path / maven.file_name
        return Local(flat if flat.is_file() else self.path / maven.path)

    def metadata(self, group: str, artifact: str) -> Local:
        return Local(self.path / _metadata(group, artifact))


@dataclass(frozen=True, slots=True)
class Public:
    """The public Maven repository, or the publisher's URL of files that are not in it."""

    def place(self, maven: Coordinates, url: str | None = None) -> Remote:
        return Remote(url) if url else _central().place(maven)

    def metadata(self, group: str, artifact: str) -> Remote:
        return _central().metadata(group, artifact)


def sources(names: Sequence[str] | None = None) -> tuple[Source, ...]:
    """The sources with these names in their order, by default ``public``; raises SourceError."""
    return tuple(map(_source, names or [PUBLIC]))


def protected(url: str) -> bool:
    """Whether the connection cannot be read or changed by others: TLS, or loopback."""
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and _loopback(parts.hostname or ""))


def _source(name: str) -> Source:
    if name == PUBLIC:
        return Public()
    if "://" in name:
        return _repository(name)
    if name and Path(name).is_dir():
        return Directory(Path(name))
    raise SourceError(f"a source must be an https:// URL, an existing directory, or {PUBLIC}, got {name!r}")


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
    # Plain http is safe for files whose hash is pinned, but not for a password.
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
