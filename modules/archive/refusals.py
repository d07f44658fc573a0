"""Checks of a plugin against a worker: what would break once it is loaded, found before a deploy."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

from modules.archive import conflicts
from modules.archive.classpath import ClassPath
from modules.archive.contents import Contents
from modules.archive.linking import Missing, unresolved
from modules.archive.manifest import changed
from modules.archive.plugins import CONNECTORS, Plugin, dotted, kinds, names, plugins
from modules.archive.worker import Worker
from modules.messages.problems import either

IAM_ARTIFACT: Final = "aws-msk-iam-auth"
IAM_CLASS: Final = "software/amazon/msk/auth/iam/IAMLoginModule"
EXAMPLES: Final = 3
AGREE: Final = "leave one out, or use releases with the same version"


@dataclass(frozen=True, order=True, slots=True)
class Refusal:
    """One reason not to deploy; ``jar`` and ``class_name`` are empty if it is about the whole archive."""

    jar: str
    class_name: str
    reason: str

    def __str__(self) -> str:
        return ": ".join(filter(None, (self.jar, self.class_name, self.reason)))


def refusals(contents: Contents, *, connector: str | None, worker: Worker) -> tuple[Refusal, ...]:
    """All problems of ``contents`` on ``worker``, a few lines for each jar; empty for a plugin that runs.

    ``connector`` is the required class, None for any connector.
    """
    classes = ClassPath(contents.jars, worker.java)
    found = plugins(classes, worker)
    return (
        *_connector(classes, found, connector, worker),
        *_changed(contents),
        *_contains_iam(classes),
        *_versions(contents),
        *_copies(classes),
        *_too_new(classes, worker),
        *_unlinked(classes, contents, worker),
    )


def _connector(classes: ClassPath, held: Iterable[Plugin], connector: str | None, worker: Worker) -> Iterator[Refusal]:
    others = list(names(held, *CONNECTORS))
    if not others and connector is None:
        yield Refusal("", "", "must contain a source or sink connector, got none; add the connector's own archive")
    if connector is None or connector in others:
        return
    found = classes.find(connector.replace(".", "/"))
    others.sort(key=lambda name: -SequenceMatcher(None, name, connector).ratio())
    contained = f"it contains {either(others, last='and')}" if others else "it contains no other connector"
    if found is None:
        yield Refusal("", connector, f"must be in the archive; {contained}")
    elif not kinds(found, classes, worker) & set(CONNECTORS):
        yield Refusal("", connector, f"must be a source or sink connector, and extends neither; {contained}")
    else:
        yield Refusal(
            "", connector, f"must be public and concrete, with a public constructor without arguments; {contained}"
        )


def _changed(contents: Contents) -> Iterator[Refusal]:
    if contents.manifest is None:
        return
    jars = {jar.name: jar.sha256 for jar in (*contents.jars, *contents.worker_owned)}
    yield from (Refusal(name, "", reason) for name, reason in changed(contents.manifest, jars))


def _contains_iam(classes: ClassPath) -> Iterator[Refusal]:
    for jar in classes.jars:
        module = next((name for name in jar.entries(classes.java) if name.endswith(IAM_CLASS)), None)
        if module or any(library.artifact == IAM_ARTIFACT for library in jar.libraries):
            yield Refusal(
                jar.name,
                dotted(module or ""),
                f"contains {IAM_ARTIFACT}, which the worker has itself; with a second copy its clients fail with"
                ' "Unsupported callback type"; leave it out',
            )


def _versions(contents: Contents) -> Iterator[Refusal]:
    for product, found in conflicts.versions(contents.jars).items():
        if len(found) > 1:
            holders = (f"{version or 'an unknown version'} in {_some(jars)}" for version, jars in found.items())
            yield Refusal("", "", f"{product} must have one version, got {either(holders, last='and')}; {AGREE}")


def _copies(classes: ClassPath) -> Iterator[Refusal]:
    for found in conflicts.copies(classes):
        yield Refusal(
            found.second,
            dotted(found.classes[0]),
            f"{_count(found.classes, 'class is', 'classes are')} also in {found.first}, with other members, and Connect"
            f" loads that copy, by file name: {_some(map(dotted, found.classes))}; {AGREE}",
        )


def _too_new(classes: ClassPath, worker: Worker) -> Iterator[Refusal]:
    newer: defaultdict[str, list[tuple[str, int]]] = defaultdict(list)
    for jar, found in classes:
        if found.java > worker.java:
            newer[jar.name].append((found.name, found.java))
    for jar_name, found_newer in newer.items():
        name, java = min(found_newer)
        yield Refusal(
            jar_name,
            dotted(name),
            f"must be for Java {worker.java} or older, which Kafka Connect {worker.version} runs on, got Java {java}"
            f" ({_count(found_newer, 'class is', 'classes are')} too new); use a release for Java {worker.java}",
        )


def _unlinked(classes: ClassPath, contents: Contents, worker: Worker) -> Iterator[Refusal]:
    left_out = {name for jar in contents.worker_owned for name in jar.entries(worker.java)}
    by_jar: defaultdict[str, list[Missing]] = defaultdict(list)
    for missing in unresolved(classes, worker, left_out=left_out):
        by_jar[missing.jar].append(missing)
    for jar, found in by_jar.items():
        targets = list(dict.fromkeys(missing.target for missing in found))
        yield Refusal(
            jar,
            found[0].user,
            f"needs what Kafka Connect {worker.version} does not have: {_some(targets)};"
            " use a release made for it, or a newer kafkaconnect_version",
        )


def _some(names: Iterable[str]) -> str:
    """``a, b, c and 97 more``."""
    names = list(names)
    more = len(names) - EXAMPLES
    return f"{', '.join(names[:EXAMPLES])} and {more} more" if more > 0 else either(names, last="and")


def _count(things: list[tuple[str, int]] | tuple[str, ...], one: str, many: str) -> str:
    return f"1 {one}" if len(things) == 1 else f"{len(things)} {many}"
