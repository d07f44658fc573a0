"""Each rule on small plans of the shapes that providers and people write."""

import json
import time

import pytest

from cdc.plans import guard
from cdc.plans.reading.plan import parse
from cdc.plans.rules.catalog import RULES
from tests.cdc.plans.checks import (
    broker_cases,
    bucket_cases,
    connector_cases,
    event_cases,
    format_cases,
    mapping_cases,
    network_cases,
    permission_cases,
    source_cases,
)
from tests.cdc.plans.small import Case

FILES = {
    "brokers": broker_cases,
    "buckets": bucket_cases,
    "connectors": connector_cases,
    "events": event_cases,
    "formats": format_cases,
    "mappings": mapping_cases,
    "network": network_cases,
    "permissions": permission_cases,
    "sources": source_cases,
}
REFUSED = {f"{name}: {key}": case for name, file in FILES.items() for key, case in file.REFUSED.items()}
ALLOWED = {f"{name}: {key}": case for name, file in FILES.items() for key, case in file.ALLOWED.items()}


def broken(case: Case) -> set[str]:
    return {finding.rule.name for finding in guard.check([parse(json.dumps(case.plan).encode(), "plan.json")])}


@pytest.mark.parametrize("case", REFUSED.values(), ids=REFUSED)
def test_what_breaks_a_rule_is_found(case: Case) -> None:
    assert broken(case) == set(case.rules.split())


@pytest.mark.parametrize("case", ALLOWED.values(), ids=ALLOWED)
def test_what_comes_close_passes(case: Case) -> None:
    assert case.near in RULES
    assert broken(case) == set(case.rules.split())
    assert case.near not in broken(case)


def test_the_time_is_linear_in_the_connectors() -> None:
    """800 connectors that each lose a rule, a route and a statement; comparing each with each takes 40 s."""
    read = parse(json.dumps(network_cases.many(800)).encode(), "plan.json")
    began = time.process_time()
    found = guard.check([read])
    assert len(found) == 1600
    assert time.process_time() - began < 10


@pytest.mark.parametrize("name", ["orders", "instance:orders"])
def test_another_database_is_named_with_its_readers(name: str) -> None:
    plan = source_cases.sources({name: source_cases.BLUE}, {name: source_cases.GREEN})
    [finding] = guard.check([parse(json.dumps(plan).encode(), "plan.json")])
    assert finding.address == f"output.databases.{name}"
    change = "resource_id cluster-BLUE → cluster-GREEN; read by orders"
    assert finding.what == f"{name} is another database than at the last apply: {change}"
