"""``plugin.json``: the manifest of an archive that was built here."""

import json
from pathlib import Path, PurePosixPath
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from modules.archive.zips import Archive, BadArchiveError, open_archive

FORMAT: Final = 1
FILE: Final = "plugin.json"


class ManifestError(BadArchiveError):
    """The archive or its manifest cannot be read."""


class Model(BaseModel):
    """Every part of a manifest: closed and immutable."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class PartEntry(Model):
    """A pinned file that the plugin was built from."""

    name: str
    version: str
    coordinates: str
    sha256: str
    licence: str


class JarEntry(Model):
    """A jar of the archive, with the ``coordinates`` of every library in it."""

    name: str
    sha256: str
    coordinates: tuple[str, ...]


class PluginNames(Model):
    """Class names of the plugins in an archive, by kind."""

    connectors: tuple[str, ...]
    transforms: tuple[str, ...] = ()
    converters: tuple[str, ...] = ()
    header_converters: tuple[str, ...] = ()
    predicates: tuple[str, ...] = ()
    config_providers: tuple[str, ...] = ()


class Manifest(PluginNames):
    """``java`` is the oldest release that loads every class.

    ``left_out`` are parts that were left out, ``worker_owned`` jars that the worker has itself, and
    ``kafkaconnect_versions`` those that the plugin was checked against.
    """

    format: Literal[1] = FORMAT
    plugin: str
    connector: str
    parts: tuple[PartEntry, ...]
    left_out: tuple[str, ...] = ()
    worker_owned: tuple[str, ...] = ()
    jars: tuple[JarEntry, ...]
    java: int
    kafkaconnect_versions: tuple[str, ...]

    def dump(self) -> bytes:
        """JSON; the same bytes for the same manifest."""
        return (json.dumps(self.model_dump(), indent=2, sort_keys=True, ensure_ascii=False) + "\n").encode()


def read(path: Path) -> Manifest | None:
    """The manifest of the archive at ``path``; None if it was not built here.

    Raises OSError for a missing file, ManifestError for a damaged one.
    """
    try:
        return of(open_archive(path))
    except ManifestError:
        raise
    except BadArchiveError as error:
        raise ManifestError(str(error)) from error


def of(archive: Archive) -> Manifest | None:
    """Like ``read``, for an open archive."""
    name = next((name for name in archive.files if _is_manifest(name)), None)
    if name is None:
        return None
    try:
        document = json.loads(archive.read(name))
    except ValueError as error:
        raise ManifestError(f"{archive.name}: {name} must be JSON ({error}); build the plugin again") from error
    if not isinstance(document, dict) or "kafkaconnect_versions" not in document:
        return None
    if document.get("format") != FORMAT:
        raise ManifestError(
            f"{archive.name}: {name} must have format {FORMAT}, got {document.get('format')!r};"
            " build the plugin again with this checkout"
        )
    try:
        return Manifest.model_validate(document)
    except ValidationError as error:
        wrong = error.errors()[0]
        place = ".".join(map(str, wrong["loc"]))
        raise ManifestError(f"{archive.name}: {name}: {place}: {wrong['msg']}; build the plugin again") from error


def _is_manifest(name: str) -> bool:
    """Whether it is ``plugin.json`` in the plugin's own folder."""
    path = PurePosixPath(name)
    return path.name == FILE and len(path.parts) == 2
