"""``cdc cost``: tables of prices, JSON, and the difference between two environments."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner, Result

from cdc.cli import app
from cdc.pricing.prices import FOLDER, PricesError, for_region, known_regions
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
    assert any(line.startswith("assumed: events a second 100, bytes an event 1000,") for line in lines)
    assert [line.partition(": ")[0] for line in lines if line.startswith("- ")] == [
        "- 80.30 less a month", "- 21.94 less a month", "- 102.24 less a month"
    ]  # fmt: skip


def test_json_has_every_line_and_the_total_to_the_cent() -> None:
    found = json.loads(run("prod", "--json", "--events-per-second", "0.1", "--readers", "2").stdout)
    assert found["assumed"]["events a second"] == "0.1"
    assert found["assumed"]["readers of all events"] == "2"
    cents = [round(float(one["amount"]) * 100) for one in found["lines"] if one["amount"]]
    assert sum(cents) == round(float(found["total"]) * 100)
    assert [one["saving"] for one in found["suggestions"]] == ["80.30", "21.94", "102.24"]


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


def test_files_of_one_name_are_distinguished_by_their_paths(tmp_path: Path) -> None:
    other = write(tmp_path, changed(PROD, kafka__volume_gib=200), "prod.yaml")
    assert (
        run("prod", "--against", other).stdout.splitlines()[0]
        == f"| US dollars a month | {other} | prod | difference |"
    )


def test_what_loses_its_price_shows_in_the_difference(tmp_path: Path) -> None:
    other = write(tmp_path, changed(PROD, kafka__instance_type="kafka.m7g.xlarge"))
    own = {"kafka.m7g.large": {**price("0.204"), "unit": "broker hour"}}
    prices = write(tmp_path, {"region": "us-east-1", "date": "2026-11", "prices": own}, "prices.yaml")
    done = run(other, "--against", "prod", "--prices", prices)
    assert "| brokers | 446.76 | not priced | not priced |" in done.stdout


def test_no_difference() -> None:
    assert run("prod", "--against", "prod").stdout == "**768.67 USD a month**: no difference to prod\n"


def git(folder: Path, *arguments: str) -> None:
    author = ["-c", "user.name=a", "-c", "user.email=a@b"]
    subprocess.run(["git", "-C", str(folder), *author, *arguments], check=True, capture_output=True)


def test_the_difference_to_another_commit(tmp_path: Path) -> None:
    file = write(tmp_path, PROD, "prod.yaml")
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    git(tmp_path, "add", "prod.yaml")
    git(tmp_path, "commit", "--quiet", "--message=first")
    write(tmp_path, changed(PROD, kafka__volume_gib=200), "prod.yaml")
    assert run(file, "--since", "main").stdout.splitlines() == [
        "| US dollars a month | prod at main | prod | difference |",
        "|---|--:|--:|--:|",
        "| broker volumes | 30.00 | 60.00 | +30.00 |",
        "| **total** | 768.67 | 798.67 | +30.00 |",
    ]
    found = json.loads(run(file, "--since", "main", "--json").stdout)
    assert (found["before"]["total"], found["total"]) == ("768.67", "798.67")
    for commit in ("nowhere", "--help"):
        done = run(file, f"--since={commit}")
        assert (done.exit_code, f"{file} at {commit}: " in done.output) == (1, True)
    assert run(file, "--since", "main", "--against", "prod").exit_code == 2


def test_without_a_repository_there_is_no_other_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    done = run(write(tmp_path, PROD), "--since", "main")
    assert (done.exit_code, "not a git repository" in done.output) == (1, True)


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"plugins__debezium-mysql": {"archive": "none.zip"}}, "plugins.debezium-mysql.archive"),
        ({"connectors__orders__source__tls": {"ca_bundle": "none.pem"}}, "connectors.orders.source.tls.ca_bundle"),
    ],
    ids=["plugin", "certificates"],
)
def test_files_that_are_missing_are_named(change: dict[str, Any], key: str, tmp_path: Path) -> None:
    done = run(write(tmp_path, changed(PROD, **change)))
    assert (done.exit_code, f"{key}: " in done.output) == (1, True), done.output


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
        assert one.source.startswith(("aws.amazon.com/", "github.com/aws/", "second-hand: ")), name
        assert one.price > 0, name
