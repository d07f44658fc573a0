"""What makes an environment cheaper and keeps its promises: what is suggested, and what is not."""

from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from cdc.cost import output
from cdc.cost.cheaper import Change, Priced, Suggestion, _tried, suggestions
from cdc.cost.estimating import estimate
from cdc.cost.sizing import SIZES, carried, fits_worker, peak
from cdc.cost.usage import Usage
from cdc.diagram.synthesized import blocks
from cdc.pricing.prices import for_region
from modules.environment.loading import load
from modules.environment.msk import EXPRESS_BROKERS, STANDARD_BROKERS, T3_SMALL
from tests.synthesized import changed
from tests.terraform.variants import EXISTING_KAFKA, EXISTING_NETWORK, PROD

PRICES: Final = for_region("us-east-1", None)
SMALL: Final = changed(PROD, connectors__orders__capacity__mcu=1, network__nat="single")
DEFAULT: Final = Usage()


def priced(folder: Path, content: dict[str, Any], usage: Usage = DEFAULT) -> Priced:
    (file := folder / "prod.yaml").write_text(yaml.safe_dump(content))
    environment = load(file)
    found = blocks(environment)
    return Priced(file, environment, found, estimate(found, "prod", PRICES, usage), PRICES, usage)


def shown(found: list[Suggestion]) -> list[tuple[str, str]]:
    """Saving and changes of each."""
    return [(str(one.saving), "; ".join(map(str, one.changes))) for one in found]


def suggested(folder: Path, content: dict[str, Any], usage: Usage = DEFAULT) -> list[tuple[str, str]]:
    return shown(suggestions(priced(folder, content, usage)))


def test_the_production_example(tmp_path: Path) -> None:
    now = priced(tmp_path, PROD)
    found = suggestions(now)
    mcu, nat = "connectors.orders.capacity.mcu: 2 → 1", "network.nat: per_zone → none"
    # 1 MCU x 730 h x 0.11; and 109.55 of gateways, addresses and data against 87.61 of endpoints and data.
    assert shown(found) == [("80.30", mcu), ("21.94", nat), ("102.24", f"{mcu}; {nat}")]
    both = changed(PROD, connectors__orders__capacity__mcu=1, network__nat="none")
    (other := tmp_path / "after").mkdir()
    assert now.estimate.total - priced(other, both).estimate.total == found[-1].saving


def test_nothing_is_suggested_where_nothing_is_cheaper(tmp_path: Path) -> None:
    assert suggested(tmp_path, SMALL) == []
    assert [*output.cheaper([])] == []


@pytest.mark.parametrize(
    ("kind", "found"),
    [
        ("kafka.m7g.xlarge", [("446.76", "kafka.instance_type: kafka.m7g.xlarge → kafka.m7g.large")]),
        ("kafka.m5.large", [("13.14", "kafka.instance_type: kafka.m5.large → kafka.m7g.large")]),
        ("kafka.m7g.2xlarge", []),  # it has room for 2000 partitions, and no cheaper one has
    ],
)
def test_smaller_brokers(kind: str, found: list[tuple[str, str]], tmp_path: Path) -> None:
    assert suggested(tmp_path, changed(SMALL, kafka__instance_type=kind)) == found


def test_brokers_stay_as_large_as_the_events_need(tmp_path: Path) -> None:
    content = changed(SMALL, kafka__instance_type="kafka.m7g.xlarge", kafka__autoscale_to_gib=16000)
    # With one reader three of m7g.large take 18.17 MiB/s, and three of m5.large 18.69: a third is 6.06 and 6.23.
    found = [
        suggested(tmp_path, content, Usage(Decimal(mebibytes) * 1024, Decimal(1024)))
        for mebibytes in ("6.05", "6.07", "6.24")
    ]
    assert [[change.rpartition(" ")[2] for _, change in one] for one in found] == [
        ["kafka.m7g.large"], ["kafka.m5.large"], []
    ]  # fmt: skip


def test_express_brokers_stay_express(tmp_path: Path) -> None:
    content = changed(SMALL, kafka__instance_type="express.m7g.xlarge", kafka__volume_gib=None)
    content = changed(content, kafka__autoscale_to_gib=None, kafka__coordination="kraft")
    assert suggested(tmp_path, content) == [("893.52", "kafka.instance_type: express.m7g.xlarge → express.m7g.large")]


def test_a_worker_that_needs_its_memory_stays(tmp_path: Path) -> None:
    """The rules refuse one MCU for a queue of half a gigabyte."""
    content = changed(SMALL, connectors__orders__capacity__mcu=2)
    content["connectors"]["orders"]["properties"]["max.queue.size.in.bytes"] = 512 * 2**20
    assert suggested(tmp_path, content) == []


def test_a_worker_of_large_rows_stays(tmp_path: Path) -> None:
    large = {"connectors__orders__topics__max_message_bytes": 2**24}
    assert suggested(tmp_path, changed(SMALL, connectors__orders__capacity__mcu=2, **large)) == []


def test_a_worker_stays_as_large_as_all_events_need(tmp_path: Path) -> None:
    content = changed(SMALL, connectors__orders__capacity__mcu=8)
    assert shown(suggestions(priced(tmp_path, content, Usage(Decimal(2000), Decimal(100))))) == [
        ("481.80", "connectors.orders.capacity.mcu: 8 → 2")
    ]
    assert suggested(tmp_path, content, Usage(Decimal(7000), Decimal(100))) == []


def test_a_registry_on_the_internet_keeps_the_gateways(tmp_path: Path) -> None:
    """The rules refuse it without NAT."""
    content = changed(SMALL, network__nat="per_zone")
    content["schema_registry"] = {
        "kind": "confluent",
        "url": "https://registry.example.com",
        "secret": "cdc/registry",
    }
    content["connectors"]["orders"]["format"] = "avro"
    assert suggested(tmp_path, content) == []


def test_one_gateway_for_all_zones_is_not_suggested(tmp_path: Path) -> None:
    """It would be cheaper than endpoints."""
    found = suggested(tmp_path, changed(SMALL, network__nat="per_zone"))
    assert found == [("21.94", "network.nat: per_zone → none")]


def test_an_existing_network_or_cluster_is_not_changed(tmp_path: Path) -> None:
    content = changed(PROD, network=EXISTING_NETWORK, kafka=EXISTING_KAFKA, connectors__orders__capacity__mcu=1)
    assert suggested(tmp_path, content) == []


@pytest.mark.parametrize(
    "change",
    [
        Change(("kafka", "brokers"), 3, 2),  # against a rule: two brokers in three zones
        Change(("kafka", "volume_gib"), 100, 50),  # a volume does not shrink
        Change(("kafka", "log_retention_days"), 30, 1),  # a promise
        Change(("alarms", "self_healing"), True, False),  # fewer alarms
        Change(("kafka", "volume_gib"), 100, 100),  # not cheaper
    ],
    ids=["rule", "volume", "logs", "alarms", "same"],
)
def test_a_change_that_breaks_a_promise_is_not_shown(change: Change, tmp_path: Path) -> None:
    assert _tried(priced(tmp_path, SMALL), [change], "nothing") is None


def test_a_change_with_a_new_warning_is_not_shown(tmp_path: Path) -> None:
    """The consumer would read what nobody writes."""
    now = priced(tmp_path, PROD)
    cheaper = Change(("connectors", "orders", "capacity", "mcu"), 2, 1)
    assert _tried(now, [cheaper], "all")
    assert _tried(now, [cheaper, Change(("consumers", "billing", "topics"), [], ["nothing.*"])], "all") is None


def test_what_brokers_carry_by_hand() -> None:
    # The volume is the least: 78.75 / 6.5 = 12.1154 MiB/s each; half of three of them.
    assert round(carried("kafka.m7g.large", brokers=3, zones=3, readers=1), 2) == Decimal("18.17")
    # With ten readers it is the network: 117 / (5.7 + 15) = 5.6522.
    assert round(carried("kafka.m7g.large", brokers=3, zones=3, readers=10), 2) == Decimal("8.48")
    # Of two zones, one is left.
    assert round(carried("kafka.m7g.large", brokers=2, zones=2, readers=1), 2) == Decimal("9.09")
    # More than 250 MiB/s of a volume must be bought.
    assert carried("kafka.m7g.16xlarge", brokers=3, zones=3, readers=0) == 3 * Decimal(250) / Decimal("6.5") / 2
    # Express: three quarters of 15.625 each; with five readers half of it.
    assert carried("express.m7g.large", brokers=3, zones=3, readers=1) == Decimal("35.15625")
    assert carried("express.m7g.large", brokers=3, zones=3, readers=5) == Decimal("17.578125")


def test_what_a_worker_streams() -> None:
    assert peak(Usage(Decimal(1024), Decimal(1024))) == 3
    assert fits_worker(Usage(Decimal(1666), Decimal(100)), 1)
    assert not fits_worker(Usage(Decimal(1667), Decimal(100)), 1)
    assert fits_worker(Usage(Decimal(256), Decimal(1024)), 1)
    assert not fits_worker(Usage(Decimal(257), Decimal(1024)), 1)


def test_each_type_of_broker_has_its_size_but_those_that_burst() -> None:
    assert SIZES.keys() == {*STANDARD_BROKERS, *EXPRESS_BROKERS} - {T3_SMALL}


def test_output() -> None:
    found = [Suggestion((Change(("kafka", "instance_type"), "a", "b"),), "because", Decimal("1234.50"))]
    assert [*output.cheaper(found)][1:] == ["- 1,234.50 less a month: kafka.instance_type: a → b: because"]
    [one] = output.suggested(found)
    assert one["changes"] == [{"key": "kafka.instance_type", "before": "a", "after": "b"}]
    assert one["saving"] == "1234.50"
