"""Converters of keys and values that need something beside their class: a registry, or a way to it."""

from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from modules.debezium import formats
from modules.debezium.checks.finding import Finding, error
from modules.debezium.checks.subject import Subject
from modules.debezium.checks.values import PLACEHOLDER
from modules.debezium.definitions import resolved

_ALIASES: Final = (formats.KEY, formats.VALUE)
# The property with the registry's URL, by the package of the converter.
_URLS: Final = {
    formats.CONFLUENT: ("schema.registry.url",),
    formats.APICURIO: ("apicurio.registry.url",),
}
_CLOUD_EVENTS: Final = "io.debezium.converters.CloudEventsConverter"
_URLS_OF_CLOUD_EVENTS: Final = ("schema.registry.url", "apicurio.registry.url")
_SERIALIZERS: Final = ("serializer.type", "data.serializer.type")
_NAMING: Final = "schemaNameGenerationClass"
_INSTEAD: Final = "set format and schema_registry instead"
_HTTPS: Final = 443


def check(subject: Subject) -> Iterator[Finding]:
    for alias in _ALIASES:
        if alias in subject.given:
            yield from _of_url(subject, alias)
            yield from _of_glue(subject, alias)
            yield from _cloud_events(subject, alias)
    yield from _one_name(subject)


def _class(subject: Subject, alias: str) -> str:
    return subject.effective.get(alias, "").strip()


def _setting(subject: Subject, alias: str, name: str) -> str:
    return subject.effective.get(f"{alias}.{name}", "").strip()


def _of_url(subject: Subject, alias: str) -> Iterator[Finding]:
    names = next((names for start, names in _URLS.items() if _class(subject, alias).startswith(start)), None)
    if names:
        yield from _url(subject, alias, names, alias)


def _url(subject: Subject, alias: str, names: tuple[str, ...], at: str) -> Iterator[Finding]:
    """``at`` is the property that makes the URL necessary."""
    keys = [f"{alias}.{name}" for name in names if _setting(subject, alias, name)]
    if not keys:
        wanted = " or ".join(f"{alias}.{name}" for name in names)
        yield error(at, f"must come with {wanted}, the registry's URL; or {_INSTEAD}", subject.given.get(at))
    for key in keys:
        for url in subject.effective[key].split(","):
            if key in subject.given and not PLACEHOLDER.search(url) and _port(url) not in (None, _HTTPS):
                wanted = f"must be at port {_HTTPS}, for no rule lets workers reach another; {_INSTEAD}"
                yield error(key, wanted, subject.given[key])
                return


def _port(url: str) -> int | None:
    """None where it is no URL."""
    try:
        parts = urlsplit(url.strip())
        return parts.port or {"http": 80, "https": _HTTPS}.get(parts.scheme)
    except ValueError:
        return None


def _of_glue(subject: Subject, alias: str) -> Iterator[Finding]:
    if _class(subject, alias).startswith(formats.GLUE) and not _ours(subject, alias):
        wanted = "must be left out, for the role has no rights to Glue: set format: avro, and schema_registry"
        yield error(alias, wanted, subject.given[alias])


def _ours(subject: Subject, alias: str) -> bool:
    """Whether the file's own registry is the one that the converter uses."""
    registry = subject.registry
    if registry is None or registry.kind != "glue" or subject.connector.format not in formats.OF_REGISTRIES:
        return False
    return _setting(subject, alias, "registry.name") == registry.name


def _one_name(subject: Subject) -> Iterator[Finding]:
    """Of keys and values by Glue's converters: two kinds of schemas as versions of one."""
    if not all(_class(subject, alias).startswith(formats.GLUE) for alias in _ALIASES):
        return
    same = all(
        _setting(subject, formats.KEY, name) == _setting(subject, formats.VALUE, name)
        for name in ("registry.name", _NAMING, "schemaName")
    )
    if same and formats.KEY in subject.given:
        wanted = (
            f"must be another converter, or come with {formats.KEY}.{_NAMING}: Glue's names the schemas of a topic's"
            " keys and values alike, and the second is refused as a version of the first"
        )
        yield error(formats.KEY, wanted, subject.given[formats.KEY])


def _cloud_events(subject: Subject, alias: str) -> Iterator[Finding]:
    if resolved(_class(subject, alias), subject.release.converters) != _CLOUD_EVENTS:
        return
    events, data = ((_setting(subject, alias, name) or "json").lower() for name in _SERIALIZERS)
    if (events, data) == ("avro", "json"):
        key = f"{alias}.serializer.type"
        wanted = f"must come with {alias}.data.serializer.type: avro, for Avro events take no data in JSON"
        yield error(key, wanted, subject.given.get(key))
    elif "avro" in (events, data):
        name = _SERIALIZERS[0] if events == "avro" else _SERIALIZERS[1]
        yield from _url(subject, alias, _URLS_OF_CLOUD_EVENTS, f"{alias}.{name}")
