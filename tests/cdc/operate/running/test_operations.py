"""Restart, pause, resume and upgrade of running connectors while rows are written: nothing is lost."""

from pathlib import Path
from typing import Final

import yaml

from tests.cdc.operate.running.pipeline import ROUTED, Pipeline
from tests.cdc.operate.running.writing import complete, rows, writing
from tests.synthesized import Stack, synthesize

CUSTOMERS: Final = "shop.shop.customers"


def test_a_restart(pipeline: Pipeline) -> None:
    pipeline.lab.settle()
    with writing(pipeline, "shop.customers", "restarted") as written:
        done = pipeline.cdc("restart", "shop", "--yes")
    assert done.exit_code == 0, done.stderr
    complete(pipeline, CUSTOMERS, written)


def test_a_pause_and_a_resume(pipeline: Pipeline) -> None:
    pipeline.lab.settle()
    with writing(pipeline, "shop.customers", "paused") as written:
        done = pipeline.cdc("pause", "shop", "--yes")
        assert done.exit_code == 0, done.stderr
        assert pipeline.describe("shop")["connectorState"] == "PAUSED"
        pipeline.lab.sql("INSERT INTO shop.customers (name) VALUES ('While paused')")
        assert ("c", "While paused") not in rows(pipeline, CUSTOMERS)
        done = pipeline.cdc("resume", "shop", "--yes")
        assert done.exit_code == 0, done.stderr
    complete(pipeline, CUSTOMERS, [*written, "While paused"])


def test_an_upgrade_in_place(pipeline: Pipeline, tmp_path: Path) -> None:
    stack = synthesize(tmp_path, yaml.safe_load(pipeline.file.read_text()), name="dev")["connect"]
    pipeline.wait_for(lambda: ("r", "Grace") in rows(pipeline, ROUTED))
    before, read = pipeline.describe("crm"), rows(pipeline, ROUTED).count(("r", "Grace"))
    _create(pipeline, stack)
    with writing(pipeline, "crm.contacts", "upgraded") as written:
        done = pipeline.cdc("upgrade", "crm", "--stacks", str(stack.file.parent.parent), "--yes")
        assert done.exit_code == 0, done.stderr
    complete(pipeline, ROUTED, written)
    after = pipeline.describe("crm")
    assert after["connectorArn"] == before["connectorArn"]
    plugin = after["plugins"][0]["customPlugin"]["customPluginArn"].split("/")[1]
    assert plugin == stack.one("aws_mskconnect_custom_plugin")["name"]
    assert rows(pipeline, ROUTED).count(("r", "Grace")) == read  # no new snapshot: its offsets were kept


def _create(pipeline: Pipeline, stack: Stack) -> None:
    """The plugin and the worker configuration of the stack, as Terraform creates them first."""
    pipeline.plugin(stack.one("aws_mskconnect_custom_plugin")["name"])
    for body in stack.all("aws_mskconnect_worker_configuration").values():
        pipeline.worker_configuration(body["name"], body["properties_file_content"].replace("$${", "${"))
