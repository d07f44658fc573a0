"""``cdc plan-guard`` and ``cdc plan-summary`` as a delivery calls them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cdc.plans.conftest import Planned
from tests.places import ROOT

CLUSTER = "aws_msk_cluster.kafka_cluster_4FCB1297"


@pytest.fixture
def folder(tmp_path: Path, planned: Planned) -> Path:
    """Plans in files, as a job has them."""
    for name in ("weekly", "zones", "fewer"):
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


def let(rule: str, address: str, until: str = "2999-01-01") -> str:
    return f"rule: {rule}, address: {address}, reason: wanted, until: {until}"


def test_a_harmless_plan_passes_with_one_line(folder: Path) -> None:
    done = command(folder, "plan-guard", "weekly.json")
    assert (done.returncode, done.stdout, done.stderr) == (0, "nothing that loses data\n", "")


def test_a_plan_that_loses_data_is_refused(folder: Path) -> None:
    done = command(folder, "plan-guard", "weekly.json", "-", given=(folder / "zones.json").read_text())
    assert done.returncode == 1
    assert done.stdout == ""
    first, last = done.stderr.splitlines()
    assert first.startswith(f"refused: cluster-destroyed: prod-platform: {CLUSTER}: ")
    assert last == "1 refused; on purpose? docs/plans.md says how to let one pass"


def test_the_committed_overrides_are_found(folder: Path) -> None:
    overrides(folder, let("cluster-destroyed", CLUSTER), let("key-destroyed", "aws_kms_key.x"))
    done = command(folder, "plan-guard", "zones.json")
    assert (done.returncode, done.stderr) == (0, "")
    through, unused, last = done.stdout.splitlines()
    assert through.startswith(f"let through until 2999-01-01: cluster-destroyed: prod-platform: {CLUSTER}: ")
    assert through.endswith("; reason: wanted")
    assert unused == "override not used here: key-destroyed at aws_kms_key.x"
    assert last == "nothing else that loses data"


def test_an_override_that_has_expired_is_told_and_lets_nothing_pass(folder: Path) -> None:
    overrides(folder, let("cluster-destroyed", CLUSTER, until="2020-01-01"), name="mine.yaml")
    done = command(folder, "plan-guard", "zones.json", "--overrides", "mine.yaml")
    assert done.returncode == 1
    assert f"override has expired on 2020-01-01: cluster-destroyed at {CLUSTER}" in done.stderr.splitlines()
    assert command(folder, "plan-guard", "weekly.json", "--overrides", "mine.yaml").returncode == 0


def test_json_is_for_machines(folder: Path) -> None:
    overrides(folder, let("cluster-destroyed", CLUSTER))
    done = command(folder, "plan-guard", "zones.json", "fewer.json", "--json")
    document = json.loads(done.stdout)
    assert (done.returncode, done.stderr) == (1, "")
    assert sorted(one["rule"] for one in document["refused"]) == ["bucket-destroyed", "connector-destroyed"]
    assert {*document["refused"][0]} == {"rule", "stack", "address", "what", "why", "instead"}
    [through] = document["let_through"]
    assert (through["address"], through["reason"], through["until"]) == (CLUSTER, "wanted", "2999-01-01")
    assert document["expired"] == document["unused"] == []


WRONG = {
    "no plan": ((), "Missing argument"),
    "no such file": (("missing.json",), "missing.json: cannot be read"),
    "a folder": ((".",), ".: cannot be read"),
    "stdin twice": (("-", "-"), "- can be given once"),
    "no JSON": (("-",), "stdin: is not JSON"),
    "no overrides": (("weekly.json", "--overrides", "missing.yaml"), "missing.yaml: cannot be read"),
}


@pytest.mark.parametrize(("arguments", "told"), WRONG.values(), ids=WRONG)
def test_a_wrong_call_is_told(folder: Path, arguments: tuple[str, ...], told: str) -> None:
    done = command(folder, "plan-guard", *arguments, given="no JSON")
    assert done.returncode == 2
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_an_unknown_rule_is_told(folder: Path) -> None:
    overrides(folder, let("cluster-destroy", CLUSTER))
    done = command(folder, "plan-guard", "weekly.json")
    assert done.returncode == 2
    assert (
        "plan-overrides.yaml: [0].rule: there is no rule 'cluster-destroy'; did you mean cluster-destroyed?"
        in done.stderr
    )


def test_a_summary_is_markdown_and_never_fails_for_what_it_tells(folder: Path) -> None:
    done = command(folder, "plan-summary", "zones.json", "weekly.json")
    assert (done.returncode, done.stderr) == (0, "")
    text = done.stdout.splitlines()
    assert text[0] == "### ⚠ WARNING: this loses data"
    assert text.index("### `prod-platform`") < text.index("### `prod-connect`")
    assert "- `cdc-prod-returns` is added" in text
    assert command(folder, "plan-summary", "-", given="no JSON").returncode == 2
