"""True plans: what loses data is refused by its rule, and what does not lose any passes."""

import copy
import json

import pytest

from cdc.plans import guard
from cdc.plans.findings import RULES, Finding
from cdc.plans.reading import Plan, parse
from tests.cdc.plans.altered import deposed, narrowed, resource, sensitive, then
from tests.cdc.plans.changes import CHANGES
from tests.cdc.plans.conftest import Planned
from tests.cdc.plans.dangerous import BUCKET, CLUSTER, DANGEROUS, ORDERS, PROPERTIES, RETURNS, Dangerous
from tests.cdc.plans.harmless import HARMLESS, Harmless
from tests.synthesized import Document


def read(document: Document) -> Plan:
    return parse(json.dumps(document).encode(), "plan.json")


def judged(*documents: Document) -> list[Finding]:
    return guard.judge([read(document) for document in documents])


@pytest.mark.parametrize("case", DANGEROUS.values(), ids=DANGEROUS)
def test_what_loses_data_is_refused(planned: Planned, case: Dangerous) -> None:
    found = judged(case.alter(planned(case.change)))
    assert {finding.rule.name for finding in found} == set(case.rules.split())


@pytest.mark.parametrize("case", HARMLESS.values(), ids=HARMLESS)
def test_what_loses_nothing_passes(planned: Planned, case: Harmless) -> None:
    assert judged(case.alter(planned(case.change))) == []


def test_every_rule_has_refused_something_and_let_something_near_pass() -> None:
    refused = {rule for case in DANGEROUS.values() for rule in case.rules.split()}
    assert refused == set(RULES)
    assert {case.near for case in HARMLESS.values()} == set(RULES)


def test_every_plan_is_used() -> None:
    assert {case.change for case in DANGEROUS.values()} | {case.change for case in HARMLESS.values()} == set(CHANGES)


def test_a_finding_is_one_line_with_all_that_is_needed(planned: Planned) -> None:
    [finding] = judged(narrowed(CLUSTER)(planned("zones")))
    assert str(finding) == (
        "cluster-destroyed: prod-platform: aws_msk_cluster.kafka_cluster_4FCB1297: the MSK cluster cdc-prod is"
        " replaced, because broker_node_group_info.client_subnets cannot change in place:"
        f" {finding.rule.why}; {finding.rule.instead}"
    )
    for change in CHANGES:
        assert all("\n" not in str(one) for one in judged(planned(change)))


def test_what_is_renamed_says_so(planned: Planned) -> None:
    found = judged(planned("identities"))
    [renamed] = [one for one in found if one.rule.name == "connector-renamed"]
    assert renamed.what.startswith("cdc-prod-refunds is destroyed and cdc-prod-returns (")
    assert "this is a rename" in str(renamed)


def test_a_deposed_object_is_named(planned: Planned) -> None:
    [finding] = judged(deposed(BUCKET)(planned("nothing")))
    assert (finding.rule.name, finding.address.endswith(" (deposed 0a1b2c3d)")) == ("bucket-destroyed", True)


def test_a_sensitive_value_is_judged_and_not_told(planned: Planned) -> None:
    plan = then(narrowed(ORDERS), sensitive(ORDERS, PROPERTIES), sensitive(ORDERS, "name"))(planned("identities"))
    found = judged(plan)
    assert {finding.rule.name for finding in found} == {"topic-prefix-changed", "schema-history-changed"}
    for finding in found:
        assert "(hidden)" in finding.what
        assert not {"shop", "cdc-prod-orders"} & {*finding.what.split()}


def test_a_data_source_that_is_read_is_nothing(planned: Planned) -> None:
    plan = planned("no platform")
    for one in plan["resource_changes"]:
        one["mode"] = "data"
        one["change"]["actions"] = ["read"]
    assert judged(plan) == []


def test_connectors_of_two_environments_meet_in_a_database(planned: Planned) -> None:
    ours = narrowed(RETURNS)(planned("weekly"))
    theirs = copy.deepcopy(ours)
    resource(theirs, RETURNS)["change"]["after"]["name"] = "cdc-staging-returns"
    theirs["resource_changes"] = [resource(theirs, RETURNS)]
    assert judged(ours, ours) == []
    [finding] = judged(ours, theirs)
    assert finding.rule.name == "server-id-reused"
    assert finding.what.endswith("is 5500, which cdc-staging-returns has as well")


def test_the_offset_topic_that_msk_connect_chose_is_lost_with_its_connector(planned: Planned) -> None:
    plan = narrowed(ORDERS)(planned("weekly"))
    change = resource(plan, ORDERS)["change"]
    change["before"]["worker_configuration"] = change["after"]["worker_configuration"] = []
    [finding] = judged(plan)
    assert finding.rule.name == "offset-topic-changed"
    change["actions"] = ["update"]
    assert judged(plan) == []


@pytest.mark.parametrize(("change", "comer"), [("numbers", RETURNS), ("numbers", ORDERS)])
def test_of_two_with_one_server_id_the_one_that_comes_is_named(planned: Planned, change: str, comer: str) -> None:
    [finding] = judged(narrowed(comer)(planned(change)))
    assert comer in finding.address
