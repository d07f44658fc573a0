"""``cdc plan-guard`` and ``cdc plan-summary`` as a pipeline calls them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cdc.plans.altered import narrowed
from tests.cdc.plans.conftest import Planned
from tests.cdc.plans.dangerous import PEERING
from tests.places import ROOT

CLUSTER = "aws_msk_cluster.kafka_cluster_4FCB1297"


@pytest.fixture
def folder(tmp_path: Path, planned: Planned) -> Path:
    """Plans in files, as in a CI job."""
    for name in ("weekly", "zones", "fewer", "no platform"):
        (tmp_path / f"{name}.json").write_text(json.dumps(planned(name)))
    return tmp_path


def command(folder: Path, *arguments: str, given: str = "") -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "cdc.cli", *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        input=given,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


def overrides(folder: Path, *given: str, name: str = "plan-overrides.yaml") -> None:
    (folder / name).write_text("".join(f"- {{{one}}}\n" for one in given))


def override(rule: str, address: str, until: str = "2999-01-01") -> str:
    return f"rule: {rule}, address: {address}, reason: intended, until: {until}"


def test_a_harmless_plan_passes_with_one_line(folder: Path) -> None:
    done = command(folder, "plan-guard", "weekly.json")
    assert (done.returncode, done.stdout, done.stderr) == (0, "no data loss found\n", "")


def test_a_plan_that_loses_data_is_refused(folder: Path) -> None:
    done = command(folder, "plan-guard", "weekly.json", "-", given=(folder / "zones.json").read_text())
    assert done.returncode == 1
    assert done.stdout == ""
    first, last = done.stderr.splitlines()
    assert first.startswith(f"refused: cluster-destroyed: prod-platform: {CLUSTER}: ")
    assert last == "1 refused; to allow one that is intended, add an override: docs/plans.md"


def test_the_committed_overrides_are_found(folder: Path) -> None:
    overrides(folder, override("cluster-destroyed", CLUSTER), override("key-destroyed", "aws_kms_key.x"))
    done = command(folder, "plan-guard", "zones.json")
    assert (done.returncode, done.stderr) == (0, "")
    allowed, unused, last = done.stdout.splitlines()
    assert allowed.startswith(f"allowed by an override until 2999-01-01: cluster-destroyed: prod-platform: {CLUSTER}: ")
    assert allowed.endswith("; reason: intended")
    assert unused == "unused override: key-destroyed at aws_kms_key.x"
    assert last == "no other data loss found"


def test_an_override_that_has_expired_is_reported_and_allows_nothing(folder: Path) -> None:
    overrides(folder, override("cluster-destroyed", CLUSTER, until="2020-01-01"), name="mine.yaml")
    done = command(folder, "plan-guard", "zones.json", "--overrides", "mine.yaml")
    assert done.returncode == 1
    assert f"override expired on 2020-01-01: cluster-destroyed at {CLUSTER}" in done.stderr.splitlines()
    assert command(folder, "plan-guard", "weekly.json", "--overrides", "mine.yaml").returncode == 0


def test_json_has_all_findings_and_overrides(folder: Path) -> None:
    overrides(folder, override("cluster-destroyed", CLUSTER))
    done = command(folder, "plan-guard", "zones.json", "fewer.json", "--json")
    document = json.loads(done.stdout)
    assert (done.returncode, done.stderr) == (1, "")
    assert sorted(one["rule"] for one in document["refused"]) == ["bucket-destroyed", "connector-destroyed"]
    assert document["to_confirm"] == []
    assert {*document["refused"][0]} == {"rule", "grade", "stack", "address", "what", "why", "instead"}
    [allowed] = document["allowed"]
    assert (allowed["address"], allowed["reason"], allowed["until"]) == (CLUSTER, "intended", "2999-01-01")
    assert document["expired"] == document["unused"] == []


WRONG = {
    "no plan": ((), "Missing argument"),
    "no such file": (("missing.json",), "missing.json: cannot be read"),
    "a folder": ((".",), ".: cannot be read"),
    "stdin twice": (("-", "-"), "- must be given only once"),
    "no JSON": (("-",), "stdin: is not JSON"),
    "no overrides": (("weekly.json", "--overrides", "missing.yaml"), "missing.yaml: cannot be read"),
}


@pytest.mark.parametrize(("arguments", "message"), WRONG.values(), ids=WRONG)
def test_a_wrong_call_is_an_error(folder: Path, arguments: tuple[str, ...], message: str) -> None:
    done = command(folder, "plan-guard", *arguments, given="no JSON")
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_an_unknown_rule_is_an_error(folder: Path) -> None:
    overrides(folder, override("cluster-destroy", CLUSTER))
    done = command(folder, "plan-guard", "weekly.json")
    assert done.returncode == 2
    assert (
        "plan-overrides.yaml:1: [0].rule: there is no rule 'cluster-destroy'; did you mean cluster-destroyed?"
        in done.stderr
    )


def test_a_summary_is_markdown_and_succeeds_even_with_findings(folder: Path) -> None:
    done = command(folder, "plan-summary", "zones.json", "weekly.json")
    assert (done.returncode, done.stderr) == (0, "")
    text = done.stdout.splitlines()
    assert text[0] == "### ⚠ WARNING: data loss"
    assert text.index("### `prod-platform`") < text.index("### `prod-connect`")
    assert "- `cdc-prod-returns` is added" in text
    assert command(folder, "plan-summary", "-", given="no JSON").returncode == 2


def test_what_stops_a_connector_is_to_confirm(folder: Path) -> None:
    plan = narrowed(PEERING)(json.loads((folder / "no platform.json").read_text()))
    (folder / "stopping.json").write_text(json.dumps(plan))
    done = command(folder, "plan-guard", "stopping.json")
    assert (done.returncode, done.stdout) == (1, "")
    first, last = done.stderr.splitlines()
    assert first.startswith(f"to confirm: peering-removed: prod-platform: {PEERING}")
    assert last == "1 to confirm: in plan-overrides.yaml, or with --confirm RULE@ADDRESS: docs/plans.md"
    address = first.split(": ")[3]
    done = command(folder, "plan-guard", "stopping.json", "--confirm", f"peering-removed@{address}")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"confirmed: peering-removed: prod-platform: {address}: ")
    (folder / "plan-overrides.yaml").write_text(f"- {{confirm: peering-removed, address: {address}}}\n")
    assert command(folder, "plan-guard", "stopping.json").returncode == 0
    assert "unused confirmation" in command(folder, "plan-guard", "weekly.json").stdout
    assert command(folder, "plan-guard", "stopping.json", "--confirm", "peering-removed").returncode == 2
