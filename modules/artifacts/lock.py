"""``artifacts.lock.toml``: every file that is downloaded, by Maven coordinates and sha256."""

import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, Literal, Self, TypeVar
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, ValidationError
from pydantic_core import ErrorDetails

from modules.messages.problems import ABSENT, Problem, either, nearest
from modules.user_files.reading import read, reason

_MOST_BYTES: Final = 1_000_000
LOCK: Final = Path(__file__).parents[2] / "artifacts.lock.toml"

_Entry = TypeVar("_Entry")
_FORM: Final = "group:artifact:version[:packaging[:classifier]]"
_STEP: Final = r"[A-Za-z0-9_][\w+-]*(?:\.[\w+-]+)*"
_COORDINATES: Final = re.compile(rf"{_STEP}(?::{_STEP}){{2,4}}", re.ASCII)


@dataclass(frozen=True, order=True, slots=True)
class Coordinates:
    """Maven coordinates, written ``group:artifact:version[:packaging[:classifier]]``."""

    group: str
    artifact: str
    version: str
    packaging: str = "jar"
    classifier: str = ""

    @classmethod
    def parse(cls, text: str) -> Self:
        """The reverse of ``str``; raises ValueError."""
        if not _COORDINATES.fullmatch(text):
            raise ValueError(f"coordinates must be {_FORM}, got {text!r}")
        return cls(*text.split(":"))

    def __str__(self) -> str:
        optional = [self.packaging, self.classifier] if self.classifier else [self.packaging]
        return ":".join([self.group, self.artifact, self.version, *(optional if optional != ["jar"] else [])])

    @property
    def file_name(self) -> str:
        classifier = f"-{self.classifier}" if self.classifier else ""
        return f"{self.artifact}-{self.version}{classifier}.{self.packaging}"

    @property
    def path(self) -> str:
        """The path in a Maven repository."""
        return f"{self.group.replace('.', '/')}/{self.artifact}/{self.version}/{self.file_name}"

    @property
    def library(self) -> str:
        """The coordinates without version: ``group:artifact[:classifier]``."""
        return ":".join(filter(None, (self.group, self.artifact, self.classifier)))


def _coordinates(value: object) -> object:
    return Coordinates.parse(value) if isinstance(value, str) else value


def _https(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname or "@" in parts.netloc:
        raise ValueError("must be an https:// address without credentials")
    return url


def _some(entries: tuple[_Entry, ...]) -> tuple[_Entry, ...]:
    if not entries:
        raise ValueError("must not be empty")
    return entries


class _Closed(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


Maven = Annotated[Coordinates, BeforeValidator(_coordinates), PlainSerializer(str)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Text = Annotated[str, Field(min_length=1)]


class File(_Closed):
    """A pinned file, ``size`` in bytes; ``url`` if it is not in the public Maven repository.

    ``first`` is the position of the first byte where only a part of the file is pinned: its ``size`` and ``sha256``.
    """

    maven: Maven
    url: Annotated[str, AfterValidator(_https)] | None = None
    first: Annotated[int, Field(ge=0, strict=True)] | None = None
    size: Annotated[int, Field(gt=0, strict=True)] | None = None
    licence: Text
    sha256: Sha256


class FileSet(_Closed):
    """Files that are used together; ``roots`` are the artifacts that they were resolved from.

    With ``members``, patterns of names in roots that are ZIPs, only the parts of these with such members are pinned.
    """

    why: Text
    roots: tuple[Maven, ...] = ()
    members: tuple[Text, ...] = ()
    files: Annotated[tuple[File, ...], AfterValidator(_some)]


class PluginRecipe(_Closed):
    """The contents of a plugin for ``cdc plugin build``; ``parts`` and ``extras`` are sets.

    ``kafkaconnect`` is the version that it is for, a key of ``workers``.
    """

    connector: Text
    kafkaconnect: Text = "3.7.x"
    parts: Annotated[tuple[str, ...], AfterValidator(_some)]
    extras: tuple[str, ...] = ()


class Worker(_Closed):
    """A Kafka Connect version on MSK Connect: its Java release, and its own jars as a set."""

    java: Literal[11, 17]
    jars: str


class Lock(_Closed):
    sets: Mapping[str, FileSet]
    plugins: Mapping[str, PluginRecipe] = {}
    workers: Mapping[str, Worker] = {}


class LockError(Exception):
    """All errors of a lock file, one line each."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__("\n".join(map(str, problems)))


def load(path: Path = LOCK) -> Lock:
    """The lock file ``path``; raises LockError."""
    try:
        text = read(path, most=_MOST_BYTES).decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = reason(error) if isinstance(error, OSError) else "must be UTF-8"
        raise LockError((Problem((), f"cannot be read: {why}", file=str(path)),)) from error
    return parse(text, file=str(path))


def parse(text: str, *, file: str) -> Lock:
    """The lock file with this ``text``; ``file`` is its name in errors. Raises LockError."""
    try:
        lock = Lock.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise LockError((Problem((), f"must be TOML: {error}", file=file),)) from error
    except RecursionError:
        raise LockError((Problem((), "must be TOML: it is nested too deep", file=file),)) from None
    except ValidationError as error:
        raise LockError(tuple(_worded(detail, file) for detail in error.errors(include_url=False))) from error
    if problems := [*_unknown_sets(lock, file), *_repeated(lock, file), *_endless(lock, file)]:
        raise LockError(tuple(problems))
    return lock


_MESSAGES: Final = {
    "extra_forbidden": "unknown key",
    "missing": "is missing",
    "greater_than": "must be more than {gt}",
    "string_too_short": "must not be empty",
    "string_type": "must be text",
    "int_type": "must be a whole number",
    "tuple_type": "must be a list",
    "mapping_type": "must be a table",
    "dict_type": "must be a table",
    "model_type": "must be a table",
    "literal_error": "must be {expected}",
    "string_pattern_mismatch": "must be 64 lower-case hex digits",
}
_WITHOUT_VALUE: Final = {"extra_forbidden", "missing", "string_too_short"}


def _worded(error: ErrorDetails, file: str) -> Problem:
    kind, context = error["type"], error.get("ctx", {})
    if kind == "value_error":
        message = str(context["error"]).partition(", got ")[0]
    else:
        message = _MESSAGES.get(kind, error["msg"]).format(**context)
    path = tuple(step for step in error["loc"] if step != "[key]")
    value = ABSENT if kind in _WITHOUT_VALUE or error["input"] == [] else error["input"]
    return Problem(path, message, value, file=file)


def _unknown_sets(lock: Lock, file: str) -> Iterator[Problem]:
    named: list[tuple[tuple[str | int, ...], str]] = [
        (("workers", name, "jars"), worker.jars) for name, worker in lock.workers.items()
    ]
    for name, plugin in lock.plugins.items():
        named += [(("plugins", name, "parts", i), part) for i, part in enumerate(plugin.parts)]
        named += [(("plugins", name, "extras", i), extra) for i, extra in enumerate(plugin.extras)]
    for path, set_ in named:
        if set_ not in lock.sets:
            near = nearest(set_, lock.sets)
            hint = f"; did you mean {near}?" if near else ""
            yield Problem(path, f"must be one of sets ({either(sorted(lock.sets))}){hint}", set_, file=file)


def _endless(lock: Lock, file: str) -> Iterator[Problem]:
    """Parts of files without a size."""
    for name, set_ in lock.sets.items():
        for i, entry in enumerate(set_.files):
            if entry.first is not None and entry.size is None:
                where = ("sets", name, "files", i, "size")
                yield Problem(where, "must be given for a part of a file", ABSENT, file=file)


def _repeated(lock: Lock, file: str) -> Iterator[Problem]:
    """Files that are twice in one set, or have another hash in another set."""
    pinned: dict[tuple[Coordinates, int | None], tuple[str, str]] = {}
    for name, set_ in lock.sets.items():
        for (maven, _), count in Counter((entry.maven, entry.first) for entry in set_.files).items():
            if count > 1:
                yield Problem(("sets", name, "files"), f"must contain {maven} once, got it {count} times", file=file)
        for i, entry in enumerate(set_.files):
            first, sha256 = pinned.setdefault((entry.maven, entry.first), (name, entry.sha256))
            if sha256 != entry.sha256 and first != name:
                where = ("sets", name, "files", i, "sha256")
                yield Problem(where, f"must be {sha256}, as in {first}, for {entry.maven}", entry.sha256, file=file)
