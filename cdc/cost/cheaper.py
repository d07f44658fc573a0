"""Changes of an environment file that make it cheaper and keep what it promises; each is tried before it is shown."""

import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import yaml

from cdc.cost.estimating import estimate, readers, zone_ids
from cdc.cost.sizing import PEAK, SIZES, carried, fits_worker, peak
from cdc.cost.usage import Usage
from cdc.diagram.blocks import Blocks
from cdc.diagram.synthesized import blocks
from cdc.pricing.lines import Estimate
from cdc.pricing.prices import Prices
from modules.environment.document import Document
from modules.environment.environment import Environment
from modules.environment.loading import load, warnings
from modules.environment.models.kafka import ProvisionedKafka
from modules.environment.models.network import NewNetwork
from modules.environment.msk import is_express
from modules.messages.problems import EnvironmentErrors

# What must stay as it is: what holds data, and what runs on it; but for the attributes that a change is about.
_KEPT: Final[Mapping[str, tuple[str, ...]]] = {
    "aws_msk_cluster": ("broker_node_group_info", "instance_type"),
    "aws_mskconnect_connector": ("capacity", "provisioned_capacity", "mcu_count"),
    "aws_msk_configuration": (),
    "aws_mskconnect_worker_configuration": (),
    "aws_kms_key": (),
    "aws_s3_bucket": (),
    "aws_cloudwatch_log_group": (),
    "aws_cloudwatch_metric_alarm": (),
}


@dataclass(frozen=True)
class Change:
    """Of the value at ``key`` of the file."""

    key: tuple[str, ...]
    before: Any
    after: Any

    def __str__(self) -> str:
        return f"{'.'.join(self.key)}: {self.before} → {self.after}"


@dataclass(frozen=True)
class Suggestion:
    """``saving`` in US dollars a month; ``keeps`` says why nothing that the file promises is lost."""

    changes: tuple[Change, ...]
    keeps: str
    saving: Decimal


@dataclass(frozen=True)
class Priced:
    """An environment file with what it costs at ``usage``."""

    file: Path
    environment: Environment
    blocks: Blocks
    estimate: Estimate
    prices: Prices
    usage: Usage


def suggestions(now: Priced) -> list[Suggestion]:
    """The largest saving first; with several, the last is all of them together. Each passes the project's checks."""
    found = [*filter(None, (_tried(now, changes, keeps) for changes, keeps in _candidates(now)))]
    found.sort(key=lambda one: one.saving, reverse=True)
    if len(found) < 2:
        return found
    together = _tried(now, [change for one in found for change in one.changes], "all of these together")
    return [*found, together] if together else found


def _candidates(now: Priced) -> Iterator[tuple[Sequence[Change], str]]:
    yield from _smaller_brokers(now)
    yield from _smaller_workers(now)
    yield from _endpoints(now)


def _smaller_brokers(now: Priced) -> Iterator[tuple[Sequence[Change], str]]:
    """Of the same number, in the same zones, with the same volumes."""
    kafka, table = now.environment.kafka, now.prices.prices
    if not isinstance(kafka, ProvisionedKafka) or kafka.instance_type not in table or kafka.instance_type not in SIZES:
        return
    needed, zones, reading = peak(now.usage), len(zone_ids(now.blocks)), readers(now.blocks, now.usage)
    fitting = {
        kind: room
        for kind, size in SIZES.items()
        if is_express(kind) == kafka.express
        and kind in table
        and table[kind].price < table[kafka.instance_type].price
        and size.partitions >= SIZES[kafka.instance_type].partitions
        and (room := carried(kind, brokers=kafka.brokers, zones=zones, readers=reading)) >= needed
    }
    for kind in sorted(fitting, key=lambda one: table[one].price):
        keeps = (
            f"by AWS's sizing, {kafka.brokers} of {kind} take {fitting[kind]:.1f} MiB/s for {reading} readers, with a"
            f" zone down and room to spare; {PEAK} times the assumed events are {needed:.1f}. As many brokers, zones"
            " and volumes as before, and room for as many partitions. Brokers change in place, one after the other"
        )
        yield [Change(("kafka", "instance_type"), kafka.instance_type, kind)], keeps
        return


def _smaller_workers(now: Priced) -> Iterator[tuple[Sequence[Change], str]]:
    """As if all events were of one connector, whichever it is."""
    changes = []
    for name, connector in now.environment.connectors.items():
        if connector.topics.max_message_bytes:
            continue  # who has rows this large may need the memory
        before = connector.capacity.mcu
        smaller = [mcu for mcu in (1, 2, 4) if mcu < before and fits_worker(now.usage, mcu)]
        if smaller:
            changes.append(Change(("connectors", name, "capacity", "mcu"), before, smaller[0]))
    if changes:
        keeps = (
            f"one worker of this size streams {PEAK} times the assumed events at a third of the rate that was measured"
            " (benchmarks/README.md), and the checks find room for its queues in memory. It changes in place, with one"
            " restart. A snapshot takes longer"
        )
        yield changes, keeps


def _endpoints(now: Priced) -> Iterator[tuple[Sequence[Change], str]]:
    """Not one gateway for all zones: a zone that fails must not stop the others."""
    network = now.environment.network
    if isinstance(network, NewNetwork) and network.nat == "per_zone":
        keeps = (
            "connectors reach each AWS service that they use by an interface endpoint in each of their zones. Only if"
            " nothing else in this VPC needs the internet; not proven on AWS yet: docs/environment-file.md"
        )
        yield [Change(("network", "nat"), network.nat, "none")], keeps


def _tried(now: Priced, changes: Sequence[Change], keeps: str) -> Suggestion | None:
    """None where the file with these changes breaks a rule, gets a new warning, or is not cheaper."""
    data = copy.deepcopy(Document(now.file).data)
    for change in changes:
        _set(data, change.key, change.after)
    with TemporaryDirectory(prefix="msk-cdc-") as folder:
        (file := Path(folder, now.file.name)).write_text(yaml.safe_dump(data))
        try:
            environment = load(file)
        except EnvironmentErrors:
            return None
        if _texts(environment, file) - _texts(now.environment, now.file):
            return None
        found = blocks(environment)
    if _kept(found) != _kept(now.blocks):
        return None
    there = estimate(found, environment.name, now.prices, now.usage)
    if len(there.unpriced) > len(now.estimate.unpriced) or there.total >= now.estimate.total:
        return None
    return Suggestion(tuple(changes), keeps, now.estimate.total - there.total)


def _set(data: dict[Any, Any], key: Sequence[str], value: object) -> None:
    *parents, last = key
    for parent in parents:
        data = data.setdefault(parent, {})
    data[last] = value


def _texts(environment: Environment, file: Path) -> set[str]:
    return {f"{one.path} {one.message}" for one in warnings(environment, file)}


def _kept(found: Blocks) -> dict[str, dict[str, Any]]:
    kept: dict[str, dict[str, Any]] = {}
    for type_, attribute in _KEPT.items():
        bodies = copy.deepcopy(found.resources(type_))
        kept[type_] = {path: _without(attribute, body) for path, body in bodies.items()}
    return kept


def _without(attribute: Sequence[str], body: Any) -> Any:
    """``body`` but for this attribute, and the order of its apply."""
    body.pop("depends_on", None)
    place = body
    for step in attribute[:-1]:
        place = place[step]
    for last in attribute[-1:]:
        place.pop(last)
    return body
