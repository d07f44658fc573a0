"""``cdc cost``: tables of prices, JSON, and the difference between two environments."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner, Result

from cdc.cli import app
from cdc.cost.prices import FOLDER, PricesError, for_region, known_regions
from tests.places import ROOT
from tests.synthesized import changed, document

PROD = document("prod")
IRELAND = changed(
    PROD,
    region="eu-west-1",
    network__availability_zones=[f"eu-west-1{zone}" for zone in "abc"],
    alarms__sns_topic_arn="arn:aws:sns:eu-west-1:123456789012:oncall",
)


@pytest.fixture(autouse=True)
def _in_the_project(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


def run(*arguments: str) -> Result:
    done = CliRunner().invoke(app, ["cost", *arguments])
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done


def write(folder: Path, content: dict[str, Any], name: str = "other.yaml") -> str:
    (file := folder / name).write_text(yaml.safe_dump(content))
    return str(file)


def test_shows_components_total_assumptions_and_what_is_not_priced() -> None:
    lines = run("prod").stdout.splitlines()
    assert any(line.startswith("brokers: 3 x kafka.m7g.large") and line.rstrip().endswith("446.76") for line in lines)
    assert any(line.startswith("total") for line in lines)
    assert any(line.startswith("not priced: broker metrics") for line in lines)
    assert "US dollars a month, list prices of us-east-1 of 2026-06, before taxes and free tiers" in lines
    assert lines[-1].startswith("assumed: events a second 100, bytes an event 1000,")


def test_json_has_every_line_and_the_total_to_the_cent() -> None:
    found = json.loads(run("prod", "--json", "--events-per-second", "0.1", "--readers", "2").stdout)
    assert found["assumed"]["events a second"] == "0.1"
    assert found["assumed"]["readers of all events"] == "2"
    cents = [round(float(one["amount"]) * 100) for one in found["lines"] if one["amount"]]
    assert sum(cents) == round(float(found["total"]) * 100)


def test_the_difference_is_markdown(tmp_path: Path) -> None:
    other = write(tmp_path, changed(PROD, kafka__volume_gib=200, network__nat="single"))
    assert run(other, "--against", "prod").stdout.splitlines() == [
        "| US dollars a month | prod | other | difference |",
        "|---|--:|--:|--:|",
        "| broker volumes | 30.00 | 60.00 | +30.00 |",
        "| NAT gateways | 98.55 | 32.85 | -65.70 |",
        "| public addresses | 10.95 | 3.65 | -7.30 |",
        "| **total** | 768.67 | 725.67 | -43.00 |",
    ]


def test_what_loses_its_price_shows_in_the_difference(tmp_path: Path) -> None:
    other = write(tmp_path, changed(PROD, kafka__instance_type="kafka.m7g.16xlarge"))
    assert "| brokers | 446.76 | not priced | not priced |" in run(other, "--against", "prod").stdout


def test_no_difference() -> None:
    assert run("prod", "--against", "prod").stdout == "**768.67 USD a month**: no difference to prod\n"


def test_a_region_without_prices_is_refused(tmp_path: Path) -> None:
    done = run(write(tmp_path, IRELAND))
    assert done.exit_code == 1
    assert "no prices of eu-west-1: known are us-east-1; give your own with --prices FILE" in done.output


def test_prices_of_the_user(tmp_path: Path) -> None:
    table = {"region": "eu-west-1", "date": "2026-11", "prices": {"key": price("2.50")}}
    done = run(write(tmp_path, IRELAND), "--prices", write(tmp_path, table, "prices.yaml"))
    assert done.exit_code == 0, done.output
    assert [line.split()[-1] for line in done.stdout.splitlines() if line.startswith("total")] == ["5.00"]


def price(value: str) -> dict[str, str]:
    return {"price": value, "unit": "month", "source": "a contract"}


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"region": "us-east-1", "date": "2026-11", "prices": {"key": {"price": "1", "unit": "month"}}}, "key.source"),
        ({"region": "us-east-1", "date": "2026-11", "prices": {"key": price("-1")}}, "prices.key.price"),
        ({"region": "us-east-1", "date": "lately", "prices": {}}, "date"),
        ({"region": "us-east-1", "date": "2026-11", "prices": {}, "discount": 5}, "discount"),
        (
            {"region": "eu-west-1", "date": "2026-11", "prices": {}},
            "must be us-east-1, the environment's, got eu-west-1",
        ),
        (["prices"], "the file"),
    ],
    ids=["source", "negative", "date", "unknown", "region", "list"],
)
def test_a_table_that_is_none_is_refused(table: Any, message: str, tmp_path: Path) -> None:
    done = run("prod", "--prices", write(tmp_path, table))
    assert done.exit_code == 1
    assert message in done.output


def test_a_missing_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PricesError, match=r"none\.yaml"):
        for_region("us-east-1", tmp_path / "none.yaml")


@pytest.mark.parametrize("region", known_regions())
def test_each_price_that_comes_with_the_project_names_its_source(region: str) -> None:
    found = for_region(region, None)
    assert found.region == region == (FOLDER / f"{region}.yaml").stem
    for name, one in found.prices.items():
        assert "amazon.com/" in one.source or one.source.startswith("second-hand: "), name
        assert one.price > 0, name
