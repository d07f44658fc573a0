"""An event as ``cdc events`` shows it: what changed, when, and how long it took to the broker."""

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Final

# Their names in an envelope, and after ExtractNewRecordState, which adds them with __.
_OPERATION: Final = ("op", "__op")
_TIMES: Final = ("__source_ts_ms", "source_ts_ms", "__ts_ms")


@dataclass(frozen=True)
class Shown:
    """``source_time`` and ``lag`` (s, to the broker) are None where the event does not have them.

    ``op`` is Debezium's letter, ddl, tombstone, or empty where the event does not say; ``error`` is why it cannot be
    decoded.
    """

    topic: str
    partition: int
    offset: int
    op: str
    key: Any
    value: Any
    source_time: str | None
    lag: float | None
    error: str = ""

    @property
    def document(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if name != "error" or value}

    def line(self, width: int) -> str:
        """In one line of at most ``width`` characters, of which the value is the last; an error is never cut off."""
        lag = "" if self.lag is None else f"+{self.lag:.1f}s"
        time = (self.source_time or "").replace("T", " ").removesuffix("+00:00")
        place = f"{self.topic}/{self.partition}@{self.offset}"
        start = f"{time:23}  {lag:>8}  {self.op or '-':9}  {place}"
        if self.error:
            return f"{start}  cannot be decoded: {self.reason}"
        text = f"{start}  {_short(self.key)}  {_short(self.row)}"
        return text if len(text) <= width else f"{text[: width - 1]}…"

    @property
    def reason(self) -> str:
        """The error in one line."""
        return " ".join(self.error.split())

    @property
    def row(self) -> Any:
        """Of an envelope the row that is left, or that was deleted."""
        if not _is_envelope(self.value):
            return self.value
        after = self.value.get("after")
        return self.value.get("before") if after is None else after


def shown(record: Any, decoded: dict[str, Any]) -> Shown:
    """A message of kafka-python with its content, as ``Decode`` returns it."""
    key, value, error = decoded.get("key"), decoded.get("value"), decoded.get("error", "")
    milliseconds = _milliseconds(value)
    return Shown(
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        op="" if error else _operation(record, value),
        key=key,
        value=value,
        source_time=None if milliseconds is None else _time(milliseconds),
        lag=None if milliseconds is None else max(0.0, (record.timestamp - milliseconds) / 1000),
        error=error,
    )


def table_of(value: Any) -> str | None:
    """``database.table`` that an event is of; None where it does not say so, as without its envelope."""
    if not isinstance(value, dict):
        return None
    source = value.get("source")
    if isinstance(source, dict) and source.get("table"):
        return f"{source.get('db')}.{source['table']}"
    database, table = (value.get(f"__source_{name}") or value.get(f"__{name}") for name in ("db", "table"))
    return f"{database}.{table}" if database and table else None


def _operation(record: Any, value: Any) -> str:
    if record.value is None:
        return "tombstone"
    if not isinstance(value, dict):
        return ""
    if "ddl" in value or "historyRecord" in value:
        return "ddl"
    return next((value[name] for name in _OPERATION if isinstance(value.get(name), str)), "")


def _milliseconds(value: Any) -> int | None:
    """When the database committed the change, since 1970."""
    if not isinstance(value, dict):
        return None
    source = value.get("source")
    found = [source.get("ts_ms")] if isinstance(source, dict) else []
    found += [value.get(name) for name in _TIMES]
    return next((one for one in found if isinstance(one, int) and not isinstance(one, bool) and one > 0), None)


def _time(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat(timespec="milliseconds")


def _is_envelope(value: Any) -> bool:
    return isinstance(value, dict) and "op" in value and ("after" in value or "before" in value)


def _short(content: Any) -> str:
    if content is None:
        return "-"
    return content if isinstance(content, str) else json.dumps(content, ensure_ascii=False, separators=(",", ":"))
