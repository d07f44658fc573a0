"""A change to a kept rehearsal passes the plan guard first, as a deploy does."""

import pytest

from cdc.rehearse import reviewing
from rehearsal.processes.errors import RehearsalError

ADDRESS = "aws_mskconnect_connector.connectors_shop"


def plan(*actions: str) -> dict[str, object]:
    values = {
        "name": "cdc-dev-shop",
        "connector_configuration": {
            "topic.prefix": "shop",
            "connector.class": "io.debezium.connector.mysql.MySqlConnector",
        },
    }
    change = {
        "address": ADDRESS,
        "mode": "managed",
        "type": "aws_mskconnect_connector",
        "name": "connectors_shop",
        "provider_name": "registry.terraform.io/hashicorp/aws",
        "change": {
            "actions": list(actions),
            "before": values,
            "after": None if actions == ("delete",) else values,
            "after_unknown": {},
        },
    }
    return {"format_version": "1.2", "terraform_version": "1.11.0", "resource_changes": [change], "configuration": {}}


def test_a_harmless_plan_is_summarized() -> None:
    assert "no changes" in reviewing.review({"dev-connect": plan("no-op")})


def test_a_plan_that_loses_data_is_refused() -> None:
    with pytest.raises(RehearsalError, match="the plan guard refuses the change; nothing was applied") as refused:
        reviewing.review({"dev-connect": plan("delete")})
    [found, *_] = refused.value.findings
    assert found.cause.startswith("refused: connector-destroyed: cdc-dev-shop is destroyed")
    assert found.next_step
    assert ADDRESS in found.evidence
