"""Names that nothing reads: Kafka Connect takes them in silence, so each gets the name or the place that was meant."""

from collections.abc import Iterator
from typing import Final

from modules.debezium import reserved
from modules.debezium.checks import aliases, elsewhere, spelling
from modules.debezium.checks.finding import Finding, error
from modules.debezium.checks.subject import Subject
from modules.debezium.definitions import RELEASES, Found, numbers, release
from modules.debezium.finding import find
from modules.debezium.since import PROPERTIES

# Where users choose a part of the name, it may hold any visible character.
_FREE: Final = ("snapshot.select.statement.overrides.", "column.mask.hash.")


def check(subject: Subject) -> Iterator[Finding]:
    for key, value in subject.given.items():
        if _said_of_its_type(subject, key):
            continue
        if found := _refused(subject, key):
            yield Finding(("properties", key), found.message, value, found.level)


def _said_of_its_type(subject: Subject, key: str) -> bool:
    """What belongs to a converter that no list has is said once, at its class."""
    alias = elsewhere.unlisted_converter(subject, key)
    return alias is not None and key != f"{alias}.type" and subject.found(key) is None and not reserved.refusal(key)


def _refused(subject: Subject, key: str) -> Finding | None:
    if odd := _unseen(key):
        return error(key, f"must be written without {odd}{_meant(subject, spelling.plain(key))}")
    if reserved.refusal(key):  # a rule of its own
        return None
    if gone := _gone(subject, key):
        return error(key, gone)
    if found := subject.found(key):
        return _too_new(subject, key, found)
    return _unknown(subject, key)


def _unseen(key: str) -> str | None:
    if key != key.strip() or not key.startswith(_FREE):
        return spelling.strange(key)
    odd = next((char for char in key if not char.isprintable() or (char.isspace() and char != " ")), "")
    return spelling.strange(odd) if odd else None


def _meant(subject: Subject, name: str) -> str:
    """What stands there without what nobody sees, and what there is to say of that."""
    name = name if subject.found(name) else spelling.respelled(name, subject.release) or name
    if reason := reserved.refusal(name):
        return f": {name} must be left out, too: {reason}"
    return f": {name}" if subject.found(name) else ""


def _gone(subject: Subject, key: str) -> str | None:
    """Of a name that Debezium once had."""
    known = subject.found(key)
    if known and key not in _UNREAD:
        return None
    behind = aliases.behind(subject, key)
    start, name, of = (behind.start, behind.name, behind.of) if behind else ("", key, None)
    renamed = subject.release.renamed(name, of) if of else subject.release.renamed(key)
    if renamed is None:
        return None
    message = f"is not read since Debezium {renamed.release}"
    if renamed.successor is None:
        return f"{message}: {renamed.note or 'leave it out'}"
    successor = renamed.successor
    if renamed.name.endswith("."):
        successor += key.removeprefix(renamed.name)
    if reason := reserved.refusal(successor):
        return f"{message}; {successor}, its successor, must be left out, too: {reason}"
    return f"{message}; write {start}{successor}" + (f" ({renamed.note})" if renamed.note else "")


# Declared still, and read by nothing.
_UNREAD: Final = ("event.deserialization.failure.handling.mode",)


def _too_new(subject: Subject, key: str, found: Found) -> Finding | None:
    """A name that the nearest known release has, and this older one has not."""
    since = found.property.since
    if found.where != "driver" and subject.release.later(since):
        return error(key, _lacking(subject, f"it came with {since}"))
    return None


def _lacking(subject: Subject, why: str) -> str:
    return f"{subject.name} does not have it: {why}; use a later plugin, or leave it out"


def _unknown(subject: Subject, key: str) -> Finding:
    """The answers that are sure come first; a guess at the spelling is the last."""
    for answer in (_respelled, elsewhere.answer, _later):
        if message := answer(subject, key):
            return error(key, message)
    return _stranger(subject, key)


def _respelled(subject: Subject, key: str) -> str | None:
    name = spelling.respelled(key, subject.release, _behind_the_same(subject, key))
    if name is None or name == key:
        return None
    reason = reserved.refusal(name)
    return f"must be written {name}" + (f", and be left out: {reason}" if reason else "")


def _behind_the_same(subject: Subject, key: str) -> list[str]:
    behind = aliases.behind(subject, key)
    return behind.names(subject) if behind else []


def _of_driver(subject: Subject, key: str) -> list[str]:
    prefix = key.partition(".")[0]
    return [f"{prefix}.{name}" for name in subject.release.driver] if prefix in ("database", "driver") else []


def _later(subject: Subject, key: str) -> str | None:
    """Of a name that another known release has."""
    if subject.release.later(since := PROPERTIES.get(key)):
        return _lacking(subject, f"it came with {since}")
    for version in RELEASES:
        other = release(version, subject.kafkaconnect_version)
        if other is not subject.release and find(other, key, subject.effective):
            newer = numbers(version) > numbers(subject.debezium_version)
            return _lacking(subject, f"{version} does") if newer else f"{subject.name} no longer has it: leave it out"
    return None


def _stranger(subject: Subject, key: str) -> Finding:
    meant = spelling.close(key, subject.release, [*_behind_the_same(subject, key), *_of_driver(subject, key)])
    if meant is None and (answer := elsewhere.of_a_transform(subject, key.partition(".")[2])):
        return error(key, answer)
    if meant is None:
        what = "is no property of Debezium's MySQL connector or of Kafka Connect, so it would have no effect"
    elif reason := reserved.refusal(meant):
        what = f"is read by nothing; {meant}, if that is meant, must be left out: {reason}"
    else:
        what = f"is read by nothing (did you mean {meant}?)"
    if subject.release.exact:
        return error(key, what)
    what += f" ({subject.name} is judged by what is known of {subject.release.version})"
    return Finding(("properties", key), what, level="warning")
