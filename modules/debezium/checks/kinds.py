"""Values of a form of their own, which no definition tells."""

import re
from typing import Final
from zoneinfo import available_timezones

from modules.debezium.regex.parsing import parse
from modules.debezium.regex.syntax import JavaRegexError
from modules.messages.problems import either

_OPERATIONS: Final = ("c", "u", "d", "t", "r", "none")
_KEYS: Final = re.compile(r"\s*[^:]+:[^:,]+(,[^:,]+)*\s*")
_ALGORITHMS: Final = ("MD5", "SHA-1", "SHA-224", "SHA-256", "SHA-384", "SHA-512", "SHA-512/224", "SHA-512/256")
_MORE: Final = ("MD2", "SHA", "SHA1", "SHA3-224", "SHA3-256", "SHA3-384", "SHA3-512")
_CLOUD_EVENTS: Final = "io.debezium.converters.CloudEventsConverter"
_CLOUD_WORDS: Final = {
    "serializer.type": ("json", "avro"),
    "data.serializer.type": ("json", "avro"),
    "schema.name.adjustment.mode": ("none", "avro", "avro_unicode"),
}
_CLOUD_FIELD: Final = re.compile(r"(?:id|type|traceparent|dataSchemaName):(?:header|generate)")
_ZONE: Final = re.compile(r"[+-](?:0\d|1[0-7]):[0-5]\d|[+-]18:00|[A-Za-z]+(?:[/_+-][A-Za-z0-9]+)*")
_HASH: Final = re.compile(r"column\.mask\.hash\.(?:v2\.)?([^.]+)\.with\.salt\..+")


def special(key: str, value: str, of: str | None = None) -> str | None:
    """Why the value of ``key`` is refused; None where it is not, or has no form of its own.

    ``of`` is the class behind the alias that ``key`` belongs to.
    """
    if of == _CLOUD_EVENTS:
        return _cloud_event(key, value)
    if key == "skipped.operations":
        return _skipped(value)
    if key == "message.key.columns":
        return _message_keys(value)
    if key in ("gtid.source.includes", "gtid.source.excludes"):
        return _expressions(value)
    if key == "incremental.snapshot.chunk.size":
        return "must be 1 or more: a chunk of 0 rows reads none" if value.strip() in ("0", "+0", "-0") else None
    if key == "driver.connectionTimeZone":
        return _session_zone(value.strip())
    if key.startswith("topic.creation.") and key.endswith((".partitions", ".replication.factor")):
        return "must be 1 or more, or -1 for the brokers' default" if value.strip() in ("0", "+0", "-0") else None
    if found := _HASH.fullmatch(key):
        return _algorithm(found[1])
    return None


def _cloud_event(key: str, value: str) -> str | None:
    for name, words in _CLOUD_WORDS.items():
        if key.endswith(f".converter.{name}") and value.strip().lower() not in words:
            return f"must be {either(words)}"
    if not key.endswith(".converter.metadata.source"):
        return None
    first, *others = (part.strip() for part in value.split(","))
    if first in ("value", "header") and all(_CLOUD_FIELD.fullmatch(part) for part in others):
        return None
    return "must be value or header, then FIELD:generate or FIELD:header for id, type, traceparent, dataSchemaName"


def is_zone(text: str) -> bool:
    """Java's names are those of the time zone database, which not every machine has; its offsets end at 18 hours."""
    known = available_timezones()
    return bool(_ZONE.fullmatch(text)) and (text[0] in "+-" or not known or text in known)


def _session_zone(text: str) -> str | None:
    """Connector/J knows abbreviations of its own, so that only names of places are sure."""
    if "/" not in text or is_zone(text):
        return None
    return "must be LOCAL, SERVER, a time zone such as Europe/Berlin, or an offset such as +08:00"


def _skipped(value: str) -> str | None:
    """Letters, and those in lower case: Debezium's own words for operations are not read."""
    operations = [operation.strip() for operation in value.split(",")]
    if not set(operations) <= set(_OPERATIONS):
        return "must be of c (create), u (update), d (delete), t (truncate) and r (read), with commas, or none"
    if "none" in operations and len(operations) > 1:
        return "must not hold none beside other operations"
    return None


def _message_keys(value: str) -> str | None:
    if all(_KEYS.fullmatch(part) for part in (value.rstrip(";") or value).split(";")):
        return None
    return "must be TABLE:COLUMN,COLUMN for each table, with ; between tables, such as shop.orders:id;shop.items:id,no"


def _expressions(value: str) -> str | None:
    """Server ids, or regular expressions of them; a comma ends one, wherever it stands."""
    for part in value.split(","):
        try:
            parse(part, caseless=True)
        except JavaRegexError as wrong:
            return f"must be UUIDs or regular expressions with commas between them; of {part} Java says: {wrong}"
    return None


def _algorithm(name: str) -> str | None:
    if name.upper() in (*_ALGORITHMS, *_MORE):
        return None
    return f"must name an algorithm that Java has, {either(_ALGORITHMS)}; {name} is none"
