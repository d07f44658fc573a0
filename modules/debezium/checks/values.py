"""Values that Debezium, Kafka Connect or Connector/J refuse: types, ranges, words, regular expressions."""

import re
from collections.abc import Callable, Iterator
from typing import Final

from modules.debezium import reserved
from modules.debezium.checks import kinds
from modules.debezium.checks.finding import Finding, error
from modules.debezium.checks.subject import Subject
from modules.debezium.definitions import Found, Property, resolved
from modules.debezium.regex.parsing import parse
from modules.debezium.regex.syntax import JavaRegexError
from modules.messages.problems import either, nearest

PLACEHOLDER: Final = re.compile(r"\$\{[^}]*:[^}]*\}")
_EXPRESSIONS: Final = (
    ("org.apache.kafka.connect.transforms.RegexRouter", "regex"),
    ("org.apache.kafka.connect.transforms.predicates.TopicNameMatches", "pattern"),
)
_DDL_FILTER: Final = "internal.schema.history.internal.ddl.filter"
_BITS: Final = {"short": 16, "int": 32, "integer": 32, "long": 64}
_INTEGER: Final = re.compile(r"[+-]?[0-9]+")
_DOUBLE: Final = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?[dDfF]?|[+-]?(?:NaN|Infinity)")
_NAME: Final = re.compile(r"[A-Za-z0-9._-]+")
_CLASS: Final = re.compile(r"[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)*")
_KEYWORDS: Final = frozenset(("true", "false", "null", "class", "new", "this", "default", "package", "import", "int"))
_STAR: Final = re.compile(r"(?:^|(?<=[(|,]))\*")
_DRIVER_BOOLEANS: Final = ("true", "false", "yes", "no")
_MEMORY: Final = re.compile(r"[0-9]+[kKmMgG]?")


def check(subject: Subject) -> Iterator[Finding]:
    for key, value in subject.given.items():
        found = None if reserved.refusal(key) else subject.found(key)
        if found and not PLACEHOLDER.search(value) and (wanted := misfit(subject, key, found, value)):
            yield error(key, wanted, subject.connector.properties[key])


def misfit(subject: Subject, key: str, found: Found, value: str) -> str | None:
    """What the value must be, where it is something else."""
    property_ = found.property
    of = resolved(found.of or "", subject.release.converters)
    if special := kinds.special(key, value, of):
        return special
    if form := _form(subject, found):
        return form(value)
    if found.where == "driver":
        return _driver(property_, value)
    if found.where == "connector" and property_.type == "class" and "." not in value:
        return "must be the name of a Java class with its package"
    strict = found.where in ("connect", "topic creation") or (found.of or "").startswith("org.apache.kafka.")
    if property_.type == "list":
        return _list(subject, key, property_, value, strict=strict)
    if property_.allowed:
        return _word(subject, key, property_, value, strict=strict)
    return _typed(property_, value if not strict else value.strip()) or _formed(property_, value)


def of_kafka(property_: Property, value: str) -> str | None:
    """What the value of a worker's or a client's property must be: Kafka reads it trimmed, words letter by letter."""
    text = value.strip()
    words = [word.strip() for word in text.split(",")] if property_.type == "list" and text else [text]
    if property_.allowed and (wrong := [word for word in words if word not in property_.allowed]):
        return f"must be {either(property_.allowed)}{_hint(wrong[0], property_.allowed)}"
    return _typed(property_, text)


def _form(subject: Subject, found: Found) -> Callable[[str], str | None] | None:
    """Of properties whose definition does not say that they are regular expressions."""
    name = found.property.name
    if found.where == "topic creation":
        return regex_list if name in ("include", "exclude") else None
    if found.where == "connector" and name == _DDL_FILTER:
        return regex_list
    if found.where == "custom converter" and name.startswith("selector") and found.of:
        return regex_list if resolved(found.of, subject.release.custom_converters) else None
    classes = subject.release.predicates if found.where == "predicate" else subject.release.transforms
    return regex if (resolved(found.of or "", classes), name) in _EXPRESSIONS else None


def _typed(property_: Property, value: str) -> str | None:
    if property_.type == "boolean":
        return None if value.strip().lower() in ("true", "false") else "must be true or false"
    if bits := _BITS.get(property_.type):
        return _integer(property_, value, bits)
    if property_.type == "double":
        return _limits(property_, float(value)) if _DOUBLE.fullmatch(value) else "must be a number"
    if property_.type == "class":
        words = value.split(".")
        whole = _CLASS.fullmatch(value) and not _KEYWORDS.intersection(words)
        return None if whole else "must be the name of a Java class"
    return None


def _integer(property_: Property, value: str, bits: int) -> str | None:
    if not _INTEGER.fullmatch(value):
        hint = " (no unit, no point, no separators)" if re.match(r"\s*[+-]?[0-9]", value) else ""
        return f"must be a whole number{hint}"
    number = int(value)
    if not -(2 ** (bits - 1)) <= number < 2 ** (bits - 1):
        return f"must be at most {2 ** (bits - 1) - 1}"
    return _limits(property_, number)


def _limits(property_: Property, number: float) -> str | None:
    least, most = property_.minimum, property_.maximum
    if least is not None and number < least:
        return f"must be at least {least:g}" if least != 1 or property_.type == "double" else "must be 1 or more"
    if most is not None and number > most:
        return f"must be at most {most:g}"
    return None


def _word(subject: Subject, key: str, property_: Property, value: str, *, strict: bool) -> str | None:
    """Debezium compares words trimmed and without case, Kafka Connect letter by letter."""
    word = value if strict else value.strip().lower()
    allowed = property_.allowed if strict else tuple(each.lower() for each in property_.allowed)
    if word in allowed:
        return None
    if became := _became(subject, key, word):
        return f"must be {either(property_.allowed)} ({became})"
    return f"must be {either(property_.allowed)}{_hint(word, allowed)}"


def _became(subject: Subject, key: str, word: str) -> str | None:
    found = subject.release.word(key, word)
    if found is None:
        return None
    if found.gone and found.successor:
        return f"since Debezium {found.gone} it is called {found.successor}"
    return f"{word} came with Debezium {found.since}"


def _hint(word: str, allowed: tuple[str, ...]) -> str:
    near = nearest(word.lower(), allowed) if len(allowed) > 3 else None
    return f" (did you mean {near}?)" if near else ""


def _list(subject: Subject, key: str, property_: Property, value: str, *, strict: bool) -> str | None:
    if property_.format == "regex list":
        return regex_list(value)
    members = [each.strip() for each in value.split(",")] if value.strip() else []
    if strict and "" in members:
        return "must be names with commas between them, none of them empty"
    for member in members if property_.allowed else ():
        if wrong := _word(subject, key, property_, member, strict=True):
            return f"{wrong.replace('must be', 'must hold only', 1)}, but has {member!r}"
    return _formed(property_, value)


def _formed(property_: Property, value: str) -> str | None:
    if property_.format == "regex":
        return regex(value)
    if property_.format == "name" and not _NAME.fullmatch(value):
        return "must be letters, digits, . _ and -"
    pairs = [pair.split("=") for pair in value.split(",")] if property_.format == "pairs" and value.strip() else []
    if any(len([each for each in pair if each.strip()]) != 2 for pair in pairs):
        return "must be pairs such as k1=v1,k2=v2"
    return None


def regex(value: str) -> str | None:
    """Why Java does not compile ``value``."""
    try:
        parse(value)
    except JavaRegexError as wrong:
        return f"must be a regular expression, and Java says: {wrong}{_glob(value)}"
    return None


def regex_list(value: str) -> str | None:
    """As Debezium splits it: at commas that no backslash escapes."""
    if len(value) - len(value.rstrip("\\")) & 1:
        return "must not end in a backslash, which escapes what comes after it"
    for part in split(value):
        try:
            parse(part, caseless=True)
        except JavaRegexError as wrong:
            return f"must be regular expressions with commas between them; of {part} Java says: {wrong}{_glob(part)}"
    return None


def split(value: str) -> list[str]:
    """The expressions of a list; a comma within one stands behind a backslash."""
    parts = re.findall(r"(?:\\.|[^,\\])+", value, flags=re.DOTALL)
    return [part.strip().replace(r"\,", ",") for part in parts if part]


def _glob(value: str) -> str:
    """``*.ssn`` as it was meant."""
    if not _STAR.search(value):
        return ""
    return rf" (any characters are .* and a dot is \., so write {_STAR.sub('.*', value)})"


def _driver(property_: Property, value: str) -> str | None:
    """Connector/J reads words without case."""
    text = value.strip()
    if property_.type == "boolean":
        return None if text.lower() in _DRIVER_BOOLEANS else "must be true or false"
    if property_.allowed:
        allowed = {word.lower() for word in property_.allowed}
        return None if text.lower() in allowed else f"must be {either(property_.allowed)}"
    if property_.type in ("integer", "long"):
        return _integer(property_, text, _BITS[property_.type])
    if property_.type == "memorysize":
        return None if _MEMORY.fullmatch(text) else "must be a number of bytes, such as 1024 or 64K"
    return None
