"""What would break once a worker loads a plugin, told before anybody deploys it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

from modules.archive import conflicts
from modules.archive.classpath import ClassPath
from modules.archive.contents import Contents
from modules.archive.linking import Missing, unresolved
from modules.archive.plugins import CONNECTORS, Plugin, dotted, kinds, names, plugins
from modules.archive.worker import Worker
from modules.messages.problems import either

IAM_ARTIFACT: Final = "aws-msk-iam-auth"
IAM_CLASS: Final = "software/amazon/msk/auth/iam/IAMLoginModule"
EXAMPLES: Final = 3
AGREE: Final = "leave one out, or take releases that agree"


@dataclass(frozen=True, order=True, slots=True)
class Refusal:
    """One reason not to deploy; ``jar`` and ``class_name`` are empty where it is about the whole archive."""

    jar: str
    class_name: str
    reason: str

    def __str__(self) -> str:
        return ": ".join(filter(None, (self.jar, self.class_name, self.reason)))


def refusals(contents: Contents, *, connector: str | None, worker: Worker) -> tuple[Refusal, ...]:
    """All that is wrong with ``contents`` on ``worker``, a few lines for each jar; empty for a plugin that suits.

    ``connector`` is the class that must be there, None where any will do.
    """
    classes = ClassPath(contents.jars, worker.java)
    held = plugins(classes, worker)
    return (
        *_connector(classes, held, connector, worker),
        *_changed(contents),
        *_brings_iam(classes),
        *_versions(contents),
        *_copies(classes),
        *_too_new(classes, worker),
        *_unlinked(classes, contents, worker),
    )


def _connector(classes: ClassPath, held: Iterable[Plugin], connector: str | None, worker: Worker) -> Iterator[Refusal]:
    there = list(names(held, *CONNECTORS))
    if not there and connector is None:
        yield Refusal("", "", "must hold a source or sink connector, and holds none; add the connector's own archive")
    if connector is None or connector in there:
        return
    found = classes.find(connector.replace(".", "/"))
    there.sort(key=lambda name: -SequenceMatcher(None, name, connector).ratio())
    others = f"it holds {either(there, last='and')}" if there else "it holds no other connector"
    if found is None:
        yield Refusal("", connector, f"must be in the archive; {others}")
    elif not kinds(found, classes, worker) & set(CONNECTORS):
        yield Refusal("", connector, f"must be a source or sink connector, and extends neither; {others}")
    else:
        yield Refusal(
            "", connector, f"must be public and concrete, with a public constructor without arguments; {others}"
        )


def _changed(contents: Contents) -> Iterator[Refusal]:
    if contents.manifest is None:
        return
    told = {jar.name: jar.sha256 for jar in contents.manifest.jars}
    held = {jar.name: jar.sha256 for jar in (*contents.jars, *contents.workers_own)}
    for name in sorted(told.keys() | held.keys()):
        if told.get(name) != held.get(name):
            expected, found = told.get(name, "not to be there"), held.get(name, "no such jar")
            yield Refusal(name, "", f"plugin.json wants sha256 {expected}, got {found}; build the plugin again")


def _brings_iam(classes: ClassPath) -> Iterator[Refusal]:
    for jar in classes.jars:
        module = next((name for name in jar.entries(classes.java) if name.endswith(IAM_CLASS)), None)
        if module or any(library.artifact == IAM_ARTIFACT for library in jar.libraries):
            yield Refusal(
                jar.name,
                dotted(module or ""),
                f"holds {IAM_ARTIFACT}, which the worker has itself; with a second copy its clients fail with"
                ' "Unsupported callback type"; leave it out',
            )


def _versions(contents: Contents) -> Iterator[Refusal]:
    for product, found in conflicts.versions(contents.jars).items():
        if len(found) > 1:
            holders = (f"{version or 'an unknown one'} in {_some(jars)}" for version, jars in found.items())
            yield Refusal("", "", f"{product} must be there in one version, got {either(holders, last='and')}; {AGREE}")


def _copies(classes: ClassPath) -> Iterator[Refusal]:
    for found in conflicts.copies(classes):
        yield Refusal(
            found.second,
            dotted(found.classes[0]),
            f"{_count(found.classes, 'class is', 'classes are')} in {found.first} too, with other members, and Connect"
            f" loads that one because of its file name: {_some(map(dotted, found.classes))}; {AGREE}",
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
            f" ({_count(found_newer, 'class is', 'classes are')} too new); take a release for Java {worker.java}",
        )


def _unlinked(classes: ClassPath, contents: Contents, worker: Worker) -> Iterator[Refusal]:
    left_out = {name for jar in contents.workers_own for name in jar.entries(worker.java)}
    by_jar: defaultdict[str, list[Missing]] = defaultdict(list)
    for missing in unresolved(classes, worker, left_out=left_out):
        by_jar[missing.jar].append(missing)
    for jar, found in by_jar.items():
        targets = list(dict.fromkeys(missing.target for missing in found))
        yield Refusal(
            jar,
            found[0].user,
            f"needs what Kafka Connect {worker.version} does not have: {_some(targets)};"
            " take a release made for it, or a newer kafkaconnect_version",
        )


def _some(names: Iterable[str]) -> str:
    """``a, b, c and 97 more``."""
    names = list(names)
    more = len(names) - EXAMPLES
    return f"{', '.join(names[:EXAMPLES])} and {more} more" if more > 0 else either(names, last="and")


def _count(things: list[tuple[str, int]] | tuple[str, ...], one: str, many: str) -> str:
    return f"1 {one}" if len(things) == 1 else f"{len(things)} {many}"
