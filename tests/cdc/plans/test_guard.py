"""Real plans: those that lose data are refused by their rule, others pass."""

import copy
import json

import pytest

from cdc.plans import guard
from cdc.plans.reading.plan import Plan, parse
from cdc.plans.rules.catalog import RULES
from cdc.plans.rules.rule import Finding
from tests.cdc.plans.altered import deposed, narrowed, resource, sensitive, then
from tests.cdc.plans.changes import CHANGES
from tests.cdc.plans.checks.test_small_plans import ALLOWED, REFUSED
from tests.cdc.plans.conftest import Planned
from tests.cdc.plans.dangerous import BUCKET, CLUSTER, DANGEROUS, ORDERS, PROPERTIES, RETURNS, STOCK, WORKER, Dangerous
from tests.cdc.plans.harmless import HARMLESS, Harmless
from tests.synthesized import Document


def read(document: Document) -> Plan:
    return parse(json.dumps(document).encode(), "plan.json")


def findings(*documents: Document) -> list[Finding]:
    return guard.check([read(document) for document in documents])


@pytest.mark.parametrize("case", DANGEROUS.values(), ids=DANGEROUS)
def test_data_loss_is_refused(planned: Planned, case: Dangerous) -> None:
    found = findings(case.alter(planned(case.change)))
    assert {finding.rule.name for finding in found} == set(case.rules.split())


@pytest.mark.parametrize("case", HARMLESS.values(), ids=HARMLESS)
def test_harmless_changes_pass(planned: Planned, case: Harmless) -> None:
    assert findings(case.alter(planned(case.change))) == []


def test_every_rule_has_a_case_that_is_refused_and_one_that_passes() -> None:
    refused = {rule for case in (*DANGEROUS.values(), *REFUSED.values()) for rule in case.rules.split()}
    assert refused == set(RULES)
    assert {case.near for case in (*HARMLESS.values(), *ALLOWED.values())} == set(RULES)


def test_every_change_is_used() -> None:
    assert {case.change for case in DANGEROUS.values()} | {case.change for case in HARMLESS.values()} == set(CHANGES)


def test_a_finding_is_one_line_with_rule_place_reason_and_remedy(planned: Planned) -> None:
    [finding] = findings(narrowed(CLUSTER)(planned("zones")))
    assert str(finding) == (
        "cluster-destroyed: prod-platform: aws_msk_cluster.kafka_cluster_4FCB1297: the MSK cluster cdc-prod is"
        " replaced (forces replacement: broker_node_group_info.client_subnets):"
        f" {finding.rule.why}; {finding.rule.instead}"
    )
    for change in CHANGES:
        assert all("\n" not in str(one) for one in findings(planned(change)))


def test_a_rename_is_reported_as_one(planned: Planned) -> None:
    found = findings(planned("identities"))
    [renamed] = [one for one in found if one.rule.name == "connector-renamed"]
    assert renamed.what.startswith("cdc-prod-refunds is destroyed and cdc-prod-returns (")
    assert "this is a rename" in str(renamed)


def test_a_deposed_object_is_named(planned: Planned) -> None:
    [finding] = findings(deposed(BUCKET)(planned("nothing")))
    assert (finding.rule.name, finding.address.endswith(" (deposed 0a1b2c3d)")) == ("bucket-destroyed", True)


def test_a_sensitive_value_is_checked_and_not_printed(planned: Planned) -> None:
    plan = then(narrowed(ORDERS), sensitive(ORDERS, PROPERTIES), sensitive(ORDERS, "name"))(planned("identities"))
    found = findings(plan)
    assert {finding.rule.name for finding in found} == {"topic-prefix-changed", "schema-history-changed"}
    for finding in found:
        assert "(hidden)" in finding.what
        assert not {"shop", "cdc-prod-orders"} & {*finding.what.split()}


def test_a_data_source_is_no_finding(planned: Planned) -> None:
    plan = planned("no platform")
    for one in plan["resource_changes"]:
        one["mode"] = "data"
        one["change"]["actions"] = ["read"]
    assert findings(plan) == []


def test_connectors_of_two_environments_share_a_server_id(planned: Planned) -> None:
    ours = narrowed(RETURNS)(planned("weekly"))
    theirs = copy.deepcopy(ours)
    resource(theirs, RETURNS)["change"]["after"]["name"] = "cdc-staging-returns"
    theirs["resource_changes"] = [resource(theirs, RETURNS)]
    assert findings(ours, ours) == []
    [finding] = findings(ours, theirs)
    assert finding.rule.name == "server-id-reused"
    assert finding.what.endswith("is 5500, which cdc-staging-returns has as well")


def test_msk_connects_default_offset_topic_is_lost_with_its_connector(planned: Planned) -> None:
    plan = narrowed(ORDERS)(planned("weekly"))
    change = resource(plan, ORDERS)["change"]
    change["before"]["worker_configuration"] = change["after"]["worker_configuration"] = []
    [finding] = findings(plan)
    assert finding.rule.name == "offset-topic-changed"
    change["actions"] = ["update"]
    assert findings(plan) == []


def test_the_default_offset_topic_of_msk_connect_can_be_adopted(planned: Planned) -> None:
    """Its name is made of the connector's ARN: arn:…:connector/NAME/ID."""
    plan = narrowed(STOCK, f"{WORKER}stock")(planned("adopting"))
    change = resource(plan, STOCK)["change"]
    change["after"]["connector_configuration"] = change["before"]["connector_configuration"]
    change["before"]["worker_configuration"] = []
    [finding] = [one for one in findings(plan) if one.rule.name == "offset-topic-changed"]
    assert finding.what.endswith("changes from MSK Connect's default to connect-offsets")
    default = "__amazon_msk_connect_offsets_{1}_{2}".format(*change["before"]["arn"].split("/"))
    worker = resource(plan, f"{WORKER}stock")["change"]["after"]
    worker["properties_file_content"] = worker["properties_file_content"].replace("connect-offsets", default)
    assert "offset-topic-changed" not in {one.rule.name for one in findings(plan)}


@pytest.mark.parametrize(("change", "new"), [("numbers", RETURNS), ("numbers", ORDERS)])
def test_of_two_with_one_server_id_the_new_one_is_named(planned: Planned, change: str, new: str) -> None:
    [finding] = findings(narrowed(new)(planned(change)))
    assert new in finding.address
