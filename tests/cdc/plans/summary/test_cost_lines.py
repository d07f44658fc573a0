"""The price of a stack in the summary of its plan, from the plan alone."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from typer.testing import CliRunner

from cdc.cli import app
from cdc.plans.overrides import apply
from cdc.plans.reading.plan import parse
from cdc.plans.summary.page import summary
from cdc.pricing.prices import Price, Prices, known
from tests.cdc.plans.altered import acting, narrowed, resource, sensitive, then, unknown
from tests.cdc.plans.conftest import Planned
from tests.cdc.plans.dangerous import CLUSTER, RETURNS
from tests.cdc.plans.small import change, plan, same
from tests.synthesized import Document

CLUSTER_TYPE: Final = "aws_msk_cluster"
ALARM: Final = "aws_cloudwatch_metric_alarm"
EXPRESS: Final = {"number_of_broker_nodes": 3, "broker_node_group_info": [{"instance_type": "express.m7g.large"}]}
TABLE: Final = "list prices of us-east-1 of 2026-06, without what depends on use: data, logs, requests"


def placed(document: Document, region: str = "us-east-1") -> Document:
    """With the provider's region."""
    configuration = {**document["configuration"], "provider_config": {"aws": provider(region)}}
    return {**document, "configuration": configuration}


def provider(region: str) -> Document:
    return {"name": "aws", "expressions": {"region": {"constant_value": region}}}


def costs(*documents: Document) -> list[str]:
    """The lines about prices."""
    plans = [parse(json.dumps(document).encode(), "plan.json") for document in documents]
    text = summary(plans, apply([], (), today=date(2026, 11, 1)), prices=known(None))
    return [line for line in text.splitlines() if line.startswith(("**Cost**", "No list prices"))]


def cluster(**changes: Any) -> Document:
    volume = [{"ebs_storage_info": [{"volume_size": changes.pop("volume", 100)}]}]
    nodes = {"instance_type": changes.pop("kind", "kafka.m7g.large"), "storage_info": volume}
    return {"number_of_broker_nodes": 3, "broker_node_group_info": [nodes], **changes}


def test_a_real_plan_of_a_larger_platform(planned: Planned) -> None:
    # 6 x 730 h x 0.408 - 3 x 730 h x 0.204; 3 x 100 GB x 0.10; two gateways and two addresses less.
    changes = (
        "brokers +$1,340.28 (`3 x kafka.m7g.large` → `6 x kafka.m7g.xlarge`)",
        "broker volumes +$30.00 (`300 GB month` → `600 GB month`)",
        "NAT gateways -$65.70 (`3` → `1`)",
        "public addresses -$7.30 (`3` → `1`)",
    )
    month = "$587.26 → $1,884.54 a month (+$1,297.28)"
    assert costs(planned("grown")) == [f"**Cost** of this stack: {month}, because of {'; '.join(changes)} ({TABLE})"]


def test_a_real_plan_of_connectors_says_what_they_cost_more(planned: Planned) -> None:
    # Orders gets 2 MCU more, and the new connector has 4: 6 x 80.30.
    [line] = costs(planned("weekly"))
    assert (
        " a month (+$483.60), because of MSK Connect +$481.80 (`6 MCU` → `12 MCU`); alarms +$0.70 (`38` → `45`); "
        in line
    )


def test_real_first_plans_know_what_they_will_cost(planned: Planned) -> None:
    [line] = costs(planned("first"))
    assert line.startswith("**Cost** of this stack: $0.00 → $")
    assert "MSK Connect +$" in line
    assert "(none → `" in line


def test_what_is_destroyed_costs_nothing_afterwards(planned: Planned) -> None:
    [line] = costs(planned("no platform"))
    assert " → $0.00 a month (-$" in line
    assert "brokers -$446.76 (`3 x kafka.m7g.large` → none)" in line
    [kept] = costs(then(narrowed(CLUSTER), acting(CLUSTER, "forget"))(planned("no platform")))
    assert "as before" in kept, "what is only removed from the state is still on the bill"


def test_a_plan_without_changes_has_no_cost(planned: Planned) -> None:
    assert costs(planned("nothing")) == []


def test_a_change_that_costs_nothing() -> None:
    document = placed(plan(change(CLUSTER_TYPE, cluster(), cluster(tags={"owner": "data"}))))
    assert costs(document) == [f"**Cost** of this stack: $476.76 a month, as before ({TABLE})"]


def test_what_has_no_price_is_named() -> None:
    document = placed(plan(change(CLUSTER_TYPE, cluster(), cluster(kind="kafka.m9.`large`"))))
    [line] = costs(document)
    assert "$476.76 → $30.00 a month" in line
    assert "brokers not priced (`3 x kafka.m7g.large` → `3 x kafka.m9.'large'`)" in line


def test_an_express_broker_has_no_volume() -> None:
    unknown_volume = {"broker_node_group_info": [{"storage_info": True}]}
    document = placed(plan(change(CLUSTER_TYPE, None, EXPRESS, unknown=unknown_volume)))
    assert "$0.00 → $893.52 a month (+$893.52)" in costs(document)[0]


def test_new_endpoints_are_counted_by_the_subnets_that_they_refer_to() -> None:
    unknown_subnets = {"subnet_ids": True}
    interface = change("aws_vpc_endpoint", None, {"vpc_endpoint_type": "Interface"}, unknown=unknown_subnets)
    gateway = change("aws_vpc_endpoint", None, {"vpc_endpoint_type": "Gateway"}, unknown=unknown_subnets, name="s3")
    document = placed(plan(interface, gateway))
    referred = [f"aws_subnet.private_{zone}{end}" for zone in "abc" for end in (".id", "")]
    block = {"address": "aws_vpc_endpoint.x", "expressions": {"subnet_ids": {"references": referred}}}
    document["configuration"]["root_module"] = {"resources": [block]}
    assert "(+$21.90), because of interface endpoints +$21.90" in costs(document)[0]  # 3 x 730 h x 0.01


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (
            plan(change(CLUSTER_TYPE, None, cluster(), unknown={"number_of_broker_nodes": True})),
            "`number_of_broker_nodes` of `aws_msk_cluster.x` is known only after the apply",
        ),
        (
            plan(change("aws_vpc_endpoint", None, {"vpc_endpoint_type": "Interface"}, unknown={"subnet_ids": True})),
            "`subnet_ids` of `aws_vpc_endpoint.x` is known only after the apply",
        ),
        (
            plan(change(CLUSTER_TYPE, cluster(), cluster(number_of_broker_nodes="1e9"))),
            "number_of_broker_nodes must be a number from 0 to 1000000",
        ),
        (plan(change("aws_mskconnect_connector", None, {"capacity": []})), "must be a number"),
        (plan(change(ALARM, None, {"metric_query": "x"})), "metric_query must be a list"),
    ],
    ids=["unknown", "subnets", "number", "capacity", "alarm"],
)
def test_what_cannot_be_computed_is_said_and_the_summary_stays(document: Document, reason: str) -> None:
    [line] = costs(placed(document))
    assert line.startswith("**Cost** of this stack: not computed, for ")
    assert reason in line


def test_sensitive_values_are_not_computed_with(planned: Planned) -> None:
    [line] = costs(sensitive(RETURNS, "capacity")(planned("weekly")))
    assert "not computed" in line
    assert "is sensitive" in line


def test_a_region_without_prices_is_named_once() -> None:
    documents = [placed(plan(change(CLUSTER_TYPE, None, cluster(), name=name)), "eu-west-1") for name in "ab"]
    assert costs(*documents) == ["No list prices for `eu-west-1`, so no cost; give yours with `--prices FILE`."]
    assert costs(placed(plan(same(CLUSTER_TYPE, cluster())), "eu-west-1")) == []


@pytest.mark.parametrize("providers", [None, [], {"aws": {}}, {"aws": {"expressions": {"region": {"references": []}}}}])
def test_a_region_that_the_plan_does_not_show(providers: Any) -> None:
    document = plan(change(CLUSTER_TYPE, None, cluster()))
    document["configuration"]["provider_config"] = providers
    assert costs(document) == []


def test_prices_of_the_user_for_their_region(tmp_path: Path) -> None:
    price = Price(price=Decimal(1), unit="broker hour", source="a contract")
    table = Prices(region="eu-west-1", date="2026-11", prices={"kafka.m7g.large": price})
    (prices := tmp_path / "prices.yaml").write_text(yaml.safe_dump(table.model_dump(mode="json")))
    (file := tmp_path / "plan.json").write_text(
        json.dumps(placed(plan(change(CLUSTER_TYPE, None, cluster())), "eu-west-1"))
    )
    done = CliRunner().invoke(app, ["plan-summary", str(file), "--prices", str(prices)])
    assert "$0.00 → $2,190.00 a month (+$2,190.00)" in done.stdout
    assert "broker volumes not priced" in done.stdout
    assert CliRunner().invoke(app, ["plan-summary", str(file), "--prices", str(file)]).exit_code == 2


def test_a_real_plan_without_a_number_is_not_computed(planned: Planned) -> None:
    document = unknown(CLUSTER, "number_of_broker_nodes")(planned("grown"))
    assert resource(document, CLUSTER)["change"]["after_unknown"]["number_of_broker_nodes"]
    assert "not computed" in costs(document)[0]
