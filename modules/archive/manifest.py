"""``plugin.json``: the manifest of an archive that was built here."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from modules.archive.zips import Archive, BadArchiveError, open_archive
from modules.user_files.bounds import parsed_json

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
    """The manifest of the archive at ``path``, held against its jars; None if it was not built here.

    Raises OSError for a missing file, ManifestError for a damaged one, and for another jar than was built.
    """
    try:
        archive = open_archive(path)
        manifest = of(archive)
        return _verified(manifest, archive) if manifest else None
    except ManifestError:
        raise
    except BadArchiveError as error:
        raise ManifestError(str(error)) from error


def of(archive: Archive) -> Manifest | None:
    """The manifest of an open archive, whatever jars it has."""
    name = next((name for name in archive.files if _is_manifest(name)), None)
    if name is None:
        return None
    try:
        document = parsed_json(archive.read(name))
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


def changed(manifest: Manifest, jars: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Each jar that is not as ``manifest`` has it, and why; ``jars`` are the archive's, their sha256 by name."""
    recorded = {jar.name: f"sha256 {jar.sha256}" for jar in manifest.jars}
    actual = {name: f"sha256 {digest}" for name, digest in jars.items()}
    for name in sorted(recorded.keys() | actual.keys()):
        if recorded.get(name) != actual.get(name):
            expected, found = recorded.get(name, "left out"), actual.get(name, "no such jar")
            yield name, f"must be {expected}, as in {FILE}, got {found}; build the plugin again"


def _verified(manifest: Manifest, archive: Archive) -> Manifest:
    """Raises ManifestError for the first jar that was exchanged, added or removed after the build."""
    jars = {shown: sha256(archive.read(name)).hexdigest() for name, shown in jar_names(archive).items()}
    for name, reason in changed(manifest, jars):
        raise ManifestError(f"{archive.name}: {name} {reason}")
    return manifest


def jar_names(archive: Archive) -> dict[str, str]:
    """What each jar is called, by its entry, sorted: its file name, or the entry where two have the same file name."""
    entries = sorted(name for name in archive.files if name.lower().endswith(".jar"))
    times = Counter(PurePosixPath(name).name for name in entries)
    return {name: base if times[base := PurePosixPath(name).name] == 1 else name for name in entries}


def _is_manifest(name: str) -> bool:
    """Whether it is ``plugin.json`` in the plugin's own folder."""
    path = PurePosixPath(name)
    return path.name == FILE and len(path.parts) == 2
