"""Capacity, Kafka Connect's version, plugin, converters, and other settings of MSK Connect."""

import re
from collections.abc import Mapping
from typing import Final

from cdc.imports.formats.described import Described, Unresolved, Value
from cdc.imports.translation.draft import DEBEZIUM, Draft
from cdc.imports.translation.notes import Kind, Note, shown
from cdc.imports.translation.streams import largest_message
from modules.debezium.configuration import worker_properties
from modules.environment.checks import worker_rules

PLUGIN: Final = "debezium-mysql"
OLD_PLUGIN: Final = "debezium-mysql-2"
ARCHIVES: Final = {
    PLUGIN: {"archive": f"build/plugins/{PLUGIN}.zip"},
    OLD_PLUGIN: {"archive": f"build/plugins/{OLD_PLUGIN}.zip", "debezium_version": DEBEZIUM["2.7.1"]},
}
_MCUS: Final = ("1", "2", "4", "8")
_JSON: Final = "org.apache.kafka.connect.json.JsonConverter"
_CONVERTERS: Final = ("key.converter", "value.converter")
_SETTINGS: Final = {
    "service_execution_role_arn": "every connector gets its own role",
    "kafka_cluster": "the environment's cluster, in the environment's network",
    "kafka_cluster_client_authentication": "IAM for every connector",
    "kafka_cluster_encryption_in_transit": "TLS for every connector",
    "log_delivery": "every connector gets its own log group; log_retention_days sets its retention",
    "tags": "all resources have the environment's tags",
    "tags_all": "all resources have the environment's tags",
}
_PLUGIN_ARN: Final = re.compile(r"arn:[\w-]+:kafkaconnect:[\w-]+:\d{12}:custom-plugin/")
_WORKERS: Final = {"group.id", "bootstrap.servers", "config.storage.topic", "status.storage.topic", "plugin.path"}
_TOPICS: Final = {"offset.storage.topic", "offset.storage.partitions", "status.storage.partitions"}


def version(draft: Draft) -> None:
    """Fills ``kafkaconnect_version`` and ``plugin``; runs first, because known names depend on it."""
    given = draft.described.kafkaconnect_version
    if isinstance(given, str) and given in DEBEZIUM:
        draft.put("kafkaconnect_version", given)
    elif given is not None:
        draft.note(Kind.DROPPED, "kafkaconnect_version", "3.7.x instead", before=given)
    old = draft.entry.get("kafkaconnect_version") == "2.7.1"
    draft.put("plugin", OLD_PLUGIN if old else PLUGIN)
    if old:
        why = "Kafka Connect 2.7.1 runs Debezium 2 only; with 3.7.x, use the plugin that cdc plugin build builds"
        draft.note(Kind.TODO, "plugin", why, after=OLD_PLUGIN)


def take(draft: Draft) -> None:
    """Fills ``capacity``; converters stay properties where they differ from the worker's."""
    described = draft.described
    _capacity(draft, described)
    set_by_format = {"value.converter", *(["key.converter"] if "key.converter" not in draft.left else [])}
    chosen = [name for name in _CONVERTERS if not (draft.registry and name in set_by_format)]
    missing = [name for name in chosen if _converter(draft, name, described.worker)]
    if missing:
        _unknown_converters(draft, missing)
    if described.worker is not None:
        _worker(draft, described.worker)
    for path, value in described.settings.items():
        why = _SETTINGS.get(path.split(".")[0], "the environment file has no key for it")
        if path == "plugins":
            why = _plugin(draft, value)
        draft.notes.append(Note(draft.key, Kind.DROPPED, path, shown(path, value), "", why))


def _plugin(draft: Draft, value: str) -> str:
    """Why the plugin is another, and how to keep it, where the input has its ARN."""
    name = draft.entry["plugin"]
    why = f"a ZIP in plugins instead, built with: cdc plugin build {name}"
    if _PLUGIN_ARN.match(value):
        why += (
            f"; if this one has AWS's Secrets Manager provider, it can stay: set plugins.{name} to"
            f" {{arn: {value}, revision, debezium_version}}"
        )
    return why


def _capacity(draft: Draft, described: Described) -> None:
    if described.autoscaled:
        why = "one worker of a fixed size instead: Debezium MySQL runs one task"
        draft.note(Kind.DROPPED, "capacity.autoscaling", why)
    elif described.workers not in (None, "1"):
        why = "1 instead: Debezium MySQL runs one task, and more workers would be idle"
        draft.note(Kind.DROPPED, "capacity.workers", why, before=described.workers)
    if described.mcu in _MCUS:
        draft.put("capacity.mcu", int(str(described.mcu)))
    elif described.mcu is not None:
        draft.note(Kind.DROPPED, "capacity.mcu", "1 instead; it must be 1, 2, 4 or 8", before=described.mcu)


def _unknown_converters(draft: Draft, missing: list[str]) -> None:
    arn = next((name for name in sorted(draft.described.worker_names) if name.startswith("arn:")), None)
    where = f"import it too, from: aws kafkaconnect describe-worker-configuration --worker-configuration-arn {arn}"
    why = f"set by the worker configuration, which is not in this input{f' ({where})' if arn else ''}"
    if len(missing) == 1:
        why = f"{why}; by default, events have JSON without schemas as their {missing[0].split('.')[0]}"
    else:
        why = f"{why}; by default, events are JSON without schemas"
    draft.note(Kind.TODO, " and ".join(missing), f"{why}, so set it in properties if consumers read another format")


def _converter(draft: Draft, name: str, worker: Mapping[str, Value] | None) -> bool:
    """Whether the converter is unknown: neither the connector nor a given worker configuration sets it."""
    new = worker_properties(region="", offset_topic="")
    settings = [key for key in draft.left if key.startswith(f"{name}.")]
    if name not in draft.left:
        for key in settings:
            draft.drop(key, f"Kafka Connect does not read it without {name}")
        found = {key: value for key, value in (worker or {}).items() if key == name or key.startswith(f"{name}.")}
        draft.left |= found
        settings = [key for key in found if key != name]
    if name not in draft.left:
        return True
    given = draft.left[name]
    same = given == new[name] and draft.left.get(f"{name}.schemas.enable", "true") == new[f"{name}.schemas.enable"]
    if same and settings == [f"{name}.schemas.enable"]:
        for key in (name, *settings):
            draft.drop(key, "the worker has the same")
    elif isinstance(given, Unresolved) or given not in draft.release.converters:
        for key in (name, *settings):
            draft.lose(
                key, "events are JSON from now on, so consumers must read JSON: the plugin has no such converter"
            )
    return False


def _worker(draft: Draft, worker: Mapping[str, Value]) -> None:
    """Keeps settings of the worker that differ from the generated worker configuration, where the file takes them."""
    new = worker_properties(region="", offset_topic="")
    for key, value in worker.items():
        if key.startswith((*_CONVERTERS, "config.providers")) or key in {*_WORKERS, *_TOPICS}:
            continue
        if new.get(key) == value:
            continue
        if key == "producer.max.request.size" and isinstance(value, str):
            largest_message(draft, f"worker: {key}", value)
        elif refused := _refusal(draft, key, value):
            draft.note(Kind.LOST, f"worker: {key}", refused, before=value)
        else:
            draft.entry.setdefault("worker", {})[key] = value
            draft.note(Kind.MOVED, f"worker: {key}", "a property of the worker", before=value, after=f"worker: {key}")


def _refusal(draft: Draft, key: str, value: Value) -> str | None:
    if isinstance(value, Unresolved):
        return "its value is not in this input"
    return worker_rules.wrong(key, value, draft.release)
