"""``cdc cost``: three estimates that were computed by hand, and what an estimate counts and leaves out."""

from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import pytest

from cdc.cost.estimating import BY_USE, COUNTED, FREE, estimate
from cdc.cost.usage import Usage
from cdc.diagram.blocks import Blocks
from cdc.pricing.lines import Estimate
from cdc.pricing.prices import Prices, for_region
from modules.environment.msk import EXPRESS_BROKERS, STANDARD_BROKERS
from tests.synthesized import changed, synthesize
from tests.terraform.variants import EXISTING_KAFKA, PROD, VARIANTS, with_stock

PRICES: Final = for_region("us-east-1", None)
# 1024 events of 1024 bytes a second are 1 MiB: 2,628,000 MiB in 730 hours, or 2566.40625 GB.
MEBIBYTE: Final = Usage(events_per_second=Decimal(1024), event_bytes=Decimal(1024))


def estimated(folder: Path, content: dict[str, Any], usage: Usage = MEBIBYTE, prices: Prices = PRICES) -> Estimate:
    stacks = synthesize(folder, content)
    return estimate(Blocks({part: stack.json for part, stack in stacks.items()}), "prod", prices, usage)


def amounts(found: Estimate) -> dict[str, str]:
    return {one.component: str(one.amount) for one in found.lines if one.amount is not None}


def test_the_production_example_by_hand(tmp_path: Path) -> None:
    found = estimated(tmp_path, PROD)
    assert amounts(found) == {
        "brokers": "446.76",  # 3 x 730 h x 0.204
        "broker volumes": "30.00",  # 3 x 100 GB x 0.10
        "MSK Connect": "160.60",  # 2 MCU x 730 h x 0.11
        "NAT gateways": "98.55",  # 3 x 730 h x 0.045
        "NAT data": "0.05",  # 1 GB x 0.045 = 0.045
        "public addresses": "10.95",  # 3 x 730 h x 0.005
        "transfer between zones": "102.66",  # 2566.40625 GB x (in, to the brokers, one reader) x 2/3 x 0.02 = 102.65625
        "KMS keys": "2.00",  # of the environment, and of its state
        "secrets": "0.40",
        "S3": "0.02",  # 1 GB x 0.023
        "alarms": "2.80",  # 22 watch one metric, 3 watch two: 28 x 0.10
        "composite alarms": "0.50",
        "dashboards": "3.00",
        "metrics made of logs": "0.60",  # 2 x 0.30
        "log ingestion": "2.50",  # 5 GB x 0.50
        "log storage": "0.15",  # 5 GB, a month each, x 0.03
    }
    assert str(found.total) == "861.54"


def test_without_nat_and_with_two_connectors_by_hand(tmp_path: Path) -> None:
    content = with_stock(changed(PROD, network__nat="none", alarms={"self_healing": False}))
    found = estimated(tmp_path, content)
    assert amounts(found) == {
        "brokers": "446.76",
        "broker volumes": "30.00",
        "MSK Connect": "321.20",  # 2 x 2 MCU x 730 h x 0.11
        "interface endpoints": "87.60",  # 4 services x 3 zones x 730 h x 0.01
        "interface endpoint data": "0.01",
        "transfer between zones": "102.66",
        "KMS keys": "2.00",
        "secrets": "0.80",
        "S3": "0.02",
        "alarms": "3.40",  # 3 brokers x (4 + 2 for CPU), 2 of the cluster, 2 x 7 of the connectors: 34 x 0.10
        "composite alarms": "1.00",
        "dashboards": "3.00",
        "metrics made of logs": "1.20",  # 2 of each connector
        "log ingestion": "2.50",
        "log storage": "0.15",
    }
    assert str(found.total) == "1002.30"


def test_express_brokers_by_hand(tmp_path: Path) -> None:
    usage = Usage(events_per_second=Decimal(2048), event_bytes=Decimal(512), readers=3, log_gb=Decimal(0))
    found = estimated(tmp_path, VARIANTS["express"], usage)
    assert amounts(found) == {
        "brokers": "893.52",  # 3 x 730 h x 0.408
        "events written to Express": "25.66",  # 2566.40625 GB x 0.01
        "MSK Connect": "160.60",
        "NAT gateways": "98.55",
        "NAT data": "0.05",
        "public addresses": "10.95",
        "transfer between zones": "171.09",  # 2566.40625 GB x 5 ways x 2/3 x 0.02 = 171.09375
        "KMS keys": "2.00",
        "secrets": "0.40",
        "S3": "0.02",
        "alarms": "1.50",  # controller, 3 x CPU of two metrics, 7 of the connector, the function: 15 x 0.10
        "composite alarms": "0.50",
        "dashboards": "3.00",
        "metrics made of logs": "0.60",
    }
    assert str(found.total) == "1368.44"
    assert {"broker storage", "broker metrics"} <= {one.component for one in found.unpriced}


def test_what_the_table_does_not_have_is_not_priced(tmp_path: Path) -> None:
    fewer = {name: price for name, price in PRICES.prices.items() if name != "kafka.m7g.16xlarge"}
    content = changed(PROD, kafka__instance_type="kafka.m7g.16xlarge")
    found = estimated(tmp_path, content, prices=PRICES.model_copy(update={"prices": fewer}))
    [brokers] = [one for one in found.unpriced if one.component == "brokers"]
    assert brokers.note == "no price of kafka.m7g.16xlarge in us-east-1"
    assert str(found.total) == "414.78"  # 861.54 - 446.76


def test_an_existing_cluster_is_on_another_bill(tmp_path: Path) -> None:
    found = estimated(tmp_path, changed(PROD, kafka=EXISTING_KAFKA))
    assert {"brokers", "broker volumes"}.isdisjoint(amounts(found))
    assert "brokers" in {one.component for one in found.unpriced}


@pytest.mark.parametrize("name", VARIANTS)
def test_every_type_of_resource_is_priced_free_or_named(name: str, tmp_path: Path) -> None:
    found = estimated(tmp_path, VARIANTS[name])
    assert [one.component for one in found.unpriced if one.note == "this type of resource has no price here"] == []


def test_a_type_that_nobody_knows_is_named(tmp_path: Path) -> None:
    stacks = {part: stack.json for part, stack in synthesize(tmp_path, PROD).items()}
    stacks["connect"]["resource"]["aws_rocket"] = {"one": {}}
    found = estimate(Blocks(stacks), "prod", PRICES, Usage())
    assert "aws_rocket" in {one.component for one in found.unpriced}


@pytest.mark.parametrize("kind", [*STANDARD_BROKERS, *EXPRESS_BROKERS])
def test_each_type_of_broker_has_its_price(kind: str) -> None:
    assert kind in PRICES.prices


def test_a_type_is_in_one_list() -> None:
    assert not FREE & COUNTED
    assert not (FREE | COUNTED) & BY_USE.keys()


def test_volumes_that_the_events_do_not_fit_are_a_warning(tmp_path: Path) -> None:
    # 1 MiB/s is 3.515625 GiB an hour on each of three brokers: 100 GiB are full after 28.4 hours.
    full = estimated(tmp_path / "full", PROD, Usage(Decimal(1024), Decimal(1024), retention_hours=Decimal(29)))
    fits = estimated(tmp_path / "fits", PROD, Usage(Decimal(1024), Decimal(1024), retention_hours=Decimal(28)))
    assert fits.warnings == ()
    assert full.warnings == (
        "102 GiB of events on each broker in 29 h, and a volume has 100 GiB: raise kafka.volume_gib,"
        " or keep events for a shorter time",
    )
