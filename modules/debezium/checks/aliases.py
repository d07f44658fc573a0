"""Transforms, predicates, converters and post processors: their names in a list, and the properties behind them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from modules.debezium.checks.subject import Subject
from modules.debezium.definitions import Properties, resolved

_CLASS: Final = re.compile(r"[a-z][\w$]*(?:\.[\w$]+)+")


@dataclass(frozen=True, slots=True)
class Kind:
    """``list`` is the property that names the members, ``prefix`` stands before each; ``one`` is what one is called."""

    list: str
    prefix: str
    section: str
    one: str

    def classes(self, subject: Subject) -> Mapping[str, Properties]:
        found: Mapping[str, Properties] = getattr(subject.release, self.section)
        return found


TRANSFORMS: Final = Kind("transforms", "transforms.", "transforms", "a transform")
PREDICATES: Final = Kind("predicates", "predicates.", "predicates", "a predicate")
POST_PROCESSORS: Final = Kind("post.processors", "", "post_processors", "a post processor")
CUSTOM_CONVERTERS: Final = Kind("converters", "", "custom_converters", "a converter of Debezium's")
KINDS: Final = (TRANSFORMS, PREDICATES, CUSTOM_CONVERTERS, POST_PROCESSORS)
CONVERTERS: Final = ("key.converter", "value.converter", "header.converter")


@dataclass(frozen=True, slots=True)
class Behind:
    """A property behind an alias: ``start`` and ``name`` are its whole name; ``of`` is the class, where it is known."""

    kind: Kind | None
    alias: str
    start: str
    name: str
    of: str | None

    def names(self, subject: Subject) -> list[str]:
        """Every whole name that the class has behind the alias."""
        classes = self.kind.classes(subject) if self.kind else subject.release.converters
        known = classes[self.of] if self.of else ()
        extra = ("type", "predicate", "negate") if self.kind is TRANSFORMS else ("type",) if self.kind else ()
        return [self.start + name for name in (*known, *extra)]


def type_key(subject: Subject, kind: Kind, alias: str) -> str:
    """The property that says the class; post processors may have a prefix of their own."""
    prefixed = f"post.processors.{alias}.type"
    return prefixed if kind is POST_PROCESSORS and prefixed in subject.effective else f"{kind.prefix}{alias}.type"


def behind(subject: Subject, key: str) -> Behind | None:
    """What ``key`` stands behind, whether or not the class there has such a property."""
    for kind in KINDS:
        for prefix in (kind.prefix, "post.processors.") if kind is POST_PROCESSORS else (kind.prefix,):
            if key.startswith(prefix) and (alias := _alias(subject, kind, key.removeprefix(prefix))):
                start = f"{prefix}{alias}."
                of = resolved(subject.effective.get(type_key(subject, kind, alias), ""), kind.classes(subject))
                return Behind(kind, alias, start, key.removeprefix(start), of)
    for alias in CONVERTERS:
        if key.startswith(f"{alias}."):
            of = resolved(subject.effective.get(alias, ""), subject.release.converters)
            return Behind(None, alias, f"{alias}.", key.removeprefix(f"{alias}."), of)
    return None


def _alias(subject: Subject, kind: Kind, rest: str) -> str | None:
    """The longest listed alias that ``rest`` starts with; behind a prefix also one that no list has."""
    listed = [alias for alias in subject.listed(kind.list) if alias and rest.startswith(f"{alias}.")]
    if listed:
        return max(listed, key=len)
    return rest.partition(".")[0] if kind.prefix and "." in rest else None


def looks_like_a_class(value: str) -> bool:
    return _CLASS.fullmatch(value.strip()) is not None
