"""Building a plugin's ZIP from pinned files: leave out the worker's own jars, check, write."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Final

from cdc.plugin import lag
from modules import archive
from modules.archive.build import Part, assemble, describe, write
from modules.archive.manifest import Manifest, read
from modules.archive.refusals import Refusal, refusals
from modules.archive.worker import GROUPS, Worker
from modules.archive.zips import MOST_BYTES
from modules.artifacts.lock import File, Lock, PluginRecipe
from modules.cache_folder import cache_folder
from modules.messages.problems import either, nearest
from modules.user_files.reading import read as read_file

PLUGINS: Final = Path("build/plugins")
# Of plugins that lack a part which a rehearsal substitutes: they must not be deployed.
REHEARSED: Final = Path("build/rehearsal")
COMPILER: Final = "ecj"


class OrderError(Exception):
    """A plugin, a part or a Connect version that is not in the lock file."""


class RefusedError(Exception):
    """A plugin that would break on MSK Connect."""

    def __init__(self, plugin: str, refusals: Iterable[Refusal]) -> None:
        self.refusals = tuple(dict.fromkeys(refusals))
        lines = [f"  {refusal}" for refusal in self.refusals]
        super().__init__("\n".join([f"{plugin} would not run on MSK Connect, so nothing was written:", *lines]))


@dataclass(frozen=True)
class Order:
    """What to build from ``lock``; raises OrderError for a name that is not in it.

    ``connects`` are the versions of Kafka Connect that it must run on, by default the recipe's own.
    """

    lock: Lock
    plugin: str
    extras: Sequence[str] = ()
    without: Sequence[str] = ()
    connects: Sequence[str] = ()

    def __post_init__(self) -> None:
        _known("the plugin", self.plugin, self.lock.plugins)
        for extra in self.extras:
            _known(f"an extra of {self.plugin}", extra, self.recipe.extras)
        for part in self.without:
            _known(f"a part of {self.plugin}", part, (*self.recipe.parts, lag.PART))
        for version in self.kafkaconnect_versions:
            _known("the Connect version", version, self.lock.workers)

    @property
    def recipe(self) -> PluginRecipe:
        return self.lock.plugins[self.plugin]

    @property
    def kafkaconnect_versions(self) -> Sequence[str]:
        return self.connects or (self.recipe.kafkaconnect,)

    @property
    def left_out(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self.without))

    @property
    def measures_lag(self) -> bool:
        return lag.PART not in self.without

    @cached_property
    def parts(self) -> tuple[tuple[str, File], ...]:
        """Each pinned file with the name of its part."""
        names = [part for part in (*self.recipe.parts, *self.extras) if part not in self.without]
        return tuple((name, file) for name in names for file in self.lock.sets[name].files)

    @property
    def files(self) -> tuple[File, ...]:
        """All files that the build reads, each once."""
        workers = (file for version in self.kafkaconnect_versions for file in linked(self.lock, version))
        compiler = self.lock.sets[COMPILER].files if self.measures_lag else ()
        return tuple(dict.fromkeys([*(file for _, file in self.parts), *compiler, *workers]))


def linked(lock: Lock, version: str) -> tuple[File, ...]:
    """The jars of a worker that a plugin can link against: Kafka's, and those that are left out of plugins."""
    files = lock.sets[lock.workers[version].jars].files
    return tuple(file for file in files if file.maven.group in GROUPS)


def worker(lock: Lock, version: str, paths: Mapping[File, Path]) -> Worker:
    """A Connect version with those of its jars that are in ``paths``."""
    jars = tuple(paths[file] for file in linked(lock, version))
    return Worker(version, lock.workers[version].java, jars)


def _known(what: str, name: str, known: Collection[str]) -> None:
    if name not in known:
        near = nearest(name, known)
        allowed = f"must be {either(sorted(known))}" if known else "must be left out, for there is none"
        raise OrderError(f"{what} {allowed}, got {name}" + (f"; did you mean {near}?" if near else ""))


@dataclass(frozen=True, slots=True)
class Built:
    """A plugin's ZIP, its size in bytes, and whether this build changed the file."""

    path: Path
    manifest: Manifest
    size: int
    sha256: str
    changed: bool


def unchanged(order: Order, target: Path) -> Built | None:
    """The ZIP at ``target`` if it has the bytes that an earlier build of the same order gave; needs no part of it."""
    try:
        known = _record(order).read_text()
        content = read_file(target, most=MOST_BYTES)
    except OSError:
        return None
    manifest = read(target) if sha256(content).hexdigest() == known else None
    return Built(target, manifest, len(content), known, changed=False) if manifest else None


def built(order: Order, paths: Mapping[File, Path], target: Path) -> Built:
    """The ZIP at ``target``, made of the files in ``paths``.

    Raises RefusedError if it would not run, AssemblyError, BadArchiveError or BadClassError if parts conflict or are
    damaged, CompileError and JavaError if our own cannot be compiled, OSError. Then ``target`` is unchanged.
    """
    workers = [worker(order.lock, version, paths) for version in order.kafkaconnect_versions]
    assembly = assemble(order.plugin, parts(order, paths), workers=workers, left_out=order.left_out)
    found = [r for w in workers for r in refusals(assembly.contents, connector=order.recipe.connector, worker=w)]
    if found:
        raise RefusedError(order.plugin, found)
    manifest = describe(assembly, connector=order.recipe.connector, workers=workers)
    before = target.read_bytes() if target.is_file() else b""
    write(assembly, manifest, target)
    content = target.read_bytes()
    digest = sha256(content).hexdigest()
    _remember(order, digest)
    return Built(target, manifest, len(content), digest, changed=content != before)


def parts(order: Order, paths: Mapping[File, Path]) -> list[Part]:
    """The parts of ``order``, with their files in the cache, and our own."""
    pinned = [
        Part(
            name=name,
            coordinates=str(file.maven),
            version=file.maven.version,
            licence=file.licence,
            file_name=file.maven.file_name,
            path=paths[file],
        )
        for name, file in order.parts
    ]
    if not order.measures_lag:
        return pinned
    [compiler] = (paths[file] for file in order.lock.sets[COMPILER].files)
    libraries = [paths[file] for file in linked(order.lock, order.kafkaconnect_versions[0])]
    return [*pinned, lag.part(compiler=compiler, libraries=libraries)]


def _record(order: Order) -> Path:
    """Where the hash of the result of ``order`` is stored; named by a hash of order, pins and these checks' code."""
    ours = (file for file in lag.SOURCES.rglob("*") if file.is_file())
    rules = sorted([Path(__file__), Path(lag.__file__), *ours, *Path(archive.__path__[0]).glob("*.py")])
    asked = [order.plugin, order.recipe.connector, *order.left_out, *order.kafkaconnect_versions]
    files = [f"{name} {file}" for name, file in order.parts]
    links = [f"{version} {file}" for version in order.kafkaconnect_versions for file in linked(order.lock, version)]
    parts = [*(rule.read_bytes() for rule in rules), *(line.encode() for line in (*asked, *files, *links))]
    return cache_folder() / "builds" / sha256(b"\0".join(parts)).hexdigest()


def _remember(order: Order, digest: str) -> None:
    record = _record(order)
    with suppress(OSError):  # without a writable cache the next build only takes longer
        record.parent.mkdir(parents=True, exist_ok=True)
        record.write_text(digest)
