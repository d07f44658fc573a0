"""Summaries of real plans: findings first, and no value can become markup."""

import json
import re
from dataclasses import replace
from datetime import date

import pytest

from cdc.plans import guard
from cdc.plans.overrides import Accepted, Confirmation, Override, apply
from cdc.plans.reading import properties
from cdc.plans.reading.plan import parse
from cdc.plans.reading.resources import UNKNOWN, changed
from cdc.plans.summary.markdown import LIMIT, code, codes, cut
from cdc.plans.summary.page import summary
from cdc.pricing.prices import known
from modules.debezium import configuration
from modules.environment.models.sources import ClusterSource
from tests.cdc.plans import small
from tests.cdc.plans.altered import acting, narrowed, resource, sensitive, then, unknown, with_property
from tests.cdc.plans.conftest import Planned
from tests.cdc.plans.dangerous import CLUSTER, ORDERS, PEERING, PROPERTIES, RETURNS, STOCK, WORKER
from tests.synthesized import Document

TODAY = date(2026, 11, 1)


def summarized(*documents: Document, overrides: tuple[Accepted, ...] = (), limit: int = LIMIT) -> str:
    plans = [parse(json.dumps(document).encode(), "plan.json") for document in documents]
    return summary(plans, apply(guard.check(plans), overrides, today=TODAY), prices=known(None), limit=limit)


def lines(*documents: Document, overrides: tuple[Accepted, ...] = ()) -> list[str]:
    return [line for line in summarized(*documents, overrides=overrides).splitlines() if line]


def part(text: list[str], start: str) -> list[str]:
    """The lines below the one that starts so."""
    [index] = [index for index, line in enumerate(text) if line.startswith(start)]
    below = text[index + 1 :]
    end = next((number for number, line in enumerate(below) if not line.startswith("  ")), len(below))
    return [line.strip().removeprefix("- ") for line in below[:end]]


def test_an_empty_plan_is_one_line(planned: Planned) -> None:
    assert summarized(planned("nothing")) == "`prod-connect`: no changes.\n\n"
    assert lines(planned("moved")) == ["`prod-connect`: no changes, 2 moved to another address."]


def test_a_plan_of_outputs_only_says_so(planned: Planned) -> None:
    plan = planned("nothing")
    next(iter(plan["output_changes"].values()))["actions"] = ["update"]
    assert lines(plan) == ["`prod-connect`: only outputs change."]


ACCEPTED: Document = {"orders": {"skipped.operations": "the archive keeps `rows`\n# that go"}}


def accepting(*actions: str, after: object = ACCEPTED) -> Document:
    """A plan without resources, whose connectors accept a loss."""
    output = {"actions": list(actions), "before": None, "after": after}
    return {"format_version": "1.2", "planned_values": {}, "output_changes": {"accepted": output}}


def test_what_connectors_accept_is_shown_with_its_reason() -> None:
    assert lines(accepting("create")) == [
        "`plan.json`: only outputs change.",
        "**Accepted**",
        "- `orders` `skipped.operations`: `the archive keeps 'rows' # that go`",
    ]
    assert lines(accepting("no-op")) == ["`plan.json`: no changes."]
    assert lines(accepting("delete", after=None)) == ["`plan.json`: only outputs change."]
    assert lines(accepting("create", after=["odd"])) == ["`plan.json`: only outputs change."]


def test_changed_connectors(planned: Planned) -> None:
    text = lines(planned("weekly"))
    assert text[0] == "### `prod-connect`"
    assert part(text, "- `cdc-prod-returns` is added") == [
        "tables: `orders.returns`",
        "topics: `returns`",
        "server id: `5500`",
        "snapshot: `initial`",
        "capacity: `mcu 4, workers 1`",
    ]
    orders = part(text, "- `cdc-prod-orders` is replaced (forces replacement: `plugin`)")
    assert orders[:3] == [
        "tables added: `orders.invoices`, `orders.line_*`",
        "rows that they have already are not read, only changes: docs/source-database.md, adding tables later",
        "capacity: `mcu 2, workers 1` → `mcu 4, workers 1`",
    ]
    assert re.fullmatch(r"plugin: `cdc-prod-debezium-mysql-\w{12}` → `cdc-prod-debezium-mysql-\w{12}`", orders[3])
    assert orders[4:] == ["`heartbeat.interval.ms`: `10000` → `5000`"]
    assert part(text, "- `cdc-prod-stock` changes in place") == [
        "`column.mask.hash.v2.SHA-256.with.salt.(hidden)`: set, not shown",
        "`decimal.handling.mode`: removed",
        "`max.batch.size`: set to `4096`",
        "`snapshot.mode`: `initial` → `no_data`",
    ]
    assert text[-1] == "**31 to add, 5 to change, 4 to destroy**"


def test_removed_tables(planned: Planned) -> None:
    plan = with_property(ORDERS, "table.include.list", r"orders\.customers")(planned("weekly"))
    assert "  - tables removed: `orders.order_items`" in lines(plan)


def test_a_worker_configuration_that_had_no_content() -> None:
    sides = ({"name": "w", "properties_file_content": content} for content in (None, "producer.linger.ms=5"))
    text = lines(small.plan(small.change("aws_mskconnect_worker_configuration", *sides)))
    assert "  - `producer.linger.ms`: set to `5`" in text


def test_changed_plugins_consumers_alarms_and_other_resources(planned: Planned) -> None:
    text = lines(planned("weekly"))
    [plugin] = [line for line in text if "another-version-of-the-object" in line]
    assert plugin.count("`msk-connect/debezium-mysql-3.6.1.Final.zip`") == 2
    assert part(text, "- `cdc-prod-billing-consumer` changes") == ["topics added: `stock.*`"]
    assert part(text, "- `cdc-prod-search-consumer` is added") == ["topics: `orders.*`", "groups: `search`"]
    assert "- role `billing-app`: a policy is detached" in text
    alarms = [line for line in text if re.match(r"- \d+ added: ", line)]
    assert any("`cdc-prod-returns-CpuUtilization`" in line for line in alarms), alarms
    assert "- `aws_security_group`: 2 added" in text


def test_a_connector_that_is_renamed_removed_or_no_longer_managed(planned: Planned) -> None:
    renamed = "- `cdc-prod-refunds` is renamed to `cdc-prod-returns`: the old one is destroyed and a new one created"
    assert renamed in lines(planned("identities"))
    assert renamed in lines(planned("workers"))
    text = lines(planned("fewer"))
    assert "- `cdc-prod-stock` is removed" in text
    assert "- `cdc-prod-refunds` is removed from the state, not destroyed" in text
    assert text[-1].endswith(" to destroy, 1 to remove from the state**")


def test_worker_configurations_list_their_changed_properties(planned: Planned) -> None:
    text = lines(planned("workers"))
    [tuned] = [line for line in text if line.endswith("→ `cdc-prod-stock-222222222222`")]
    assert part(text, tuned) == ["`producer.linger.ms`: `20` → `50`"]


def test_a_larger_platform(planned: Planned) -> None:
    text = lines(planned("grown"))
    assert part(text, "- `cdc-prod` is changed") == [
        "brokers: `3` → `6`",
        "instance type: `kafka.m7g.large` → `kafka.m7g.xlarge`",
        "monitoring: `PER_BROKER` → `PER_TOPIC_PER_BROKER`",
        "other changes: `configuration_info`",
    ]
    assert part(text, "- configuration `cdc-prod` is changed") == [
        "`log.retention.hours`: `the default` → `336`",
        "`num.partitions`: `the default` → `3`",
    ]
    assert part(text, "- storage autoscaling is changed") == ["maximum in GiB: `1000` → `2000`"]
    assert "- NAT gateway `cdc-prod-c` is removed" in text


def test_a_destroyed_platform_and_state_store(planned: Planned) -> None:
    text = lines(planned("no platform"), planned("no state store"))
    for line in (
        "- `cdc-prod` is removed",
        "- VPC `cdc-prod` is removed",
        "- peering `cdc-prod-orders` is removed",
        "- bucket `acme-cdc-state` is removed",
        "- lock table `acme-cdc-locks` is removed",
        "- alias `alias/cdc-prod-state` is removed",
    ):
        assert line in text, line


def test_every_change_is_listed(planned: Planned) -> None:
    for change in ("weekly", "fewer", "no platform", "zones", "no state store", "other names"):
        plan = parse(json.dumps(planned(change)).encode(), "plan.json")
        for one in changed(plan.resources):
            alone = summary([replace(plan, resources=(one,))], apply([], (), today=TODAY), prices=known(None))
            listed = [line for line in alone.splitlines() if line and not line.startswith("**Cost**")]
            assert len(listed) > 3, one.address


def test_findings_come_first_and_allowed_ones_have_their_reason(planned: Planned) -> None:
    text = lines(planned("zones"))
    assert text[0] == "### ⚠ WARNING: data loss"
    assert text[1].startswith("- `cluster-destroyed` `prod-platform` `aws_msk_cluster.kafka_cluster_4FCB1297`: `the ")
    address = "aws_msk_cluster.kafka_cluster_4FCB1297"
    given = {"rule": "cluster-destroyed", "address": address, "reason": "it is\n`empty`", "until": "2026-12-31"}
    allowed = summarized(planned("zones"), overrides=(Override.model_validate(given),))
    assert "WARNING" not in allowed
    assert "; allowed until 2026-12-31: `it is 'empty'`" in allowed


def test_no_secret_is_printed(planned: Planned) -> None:
    plan = planned("weekly")
    after = resource(plan, STOCK)["change"]["after"][PROPERTIES]
    after |= {
        "database.password": "hunter2",
        "database.user": "${secretsmanager:cdc/other:username}",
        "max.batch.size": "Login password=hunter2",
    }
    text = summarized(plan)
    assert "hunter2" not in text
    assert "secretsmanager" not in text
    assert "Pepper" not in text
    assert "`database.password`: changes, not shown" in text


def test_sensitive_values_are_not_printed(planned: Planned) -> None:
    plan = narrowed(ORDERS)(planned("weekly"))
    text = summarized(then(sensitive(ORDERS, PROPERTIES), sensitive(ORDERS, "capacity"))(plan))
    assert "invoices" not in text
    assert "5000" not in text
    assert "mcu 4" not in text
    workers = sensitive(f"{WORKER}stock", "properties_file_content")(planned("workers"))
    assert "linger" not in summarized(workers)


def test_unknown_values_are_marked(planned: Planned) -> None:
    plan = narrowed(ORDERS, RETURNS)(planned("weekly"))
    plan = unknown(ORDERS, PROPERTIES, "table.include.list")(plan)
    text = lines(unknown(RETURNS, PROPERTIES, "database.server.id")(plan))
    assert "tables change: `(known after apply)`" in part(text, "- `cdc-prod-orders`")
    assert "server id: `(known after apply)`" in part(text, "- `cdc-prod-returns`")


def test_a_new_cluster_while_the_old_one_is_not_destroyed(planned: Planned) -> None:
    text = lines(then(narrowed(CLUSTER), acting(CLUSTER, "create", "forget"))(planned("zones")))
    assert "- `cdc-prod` is replaced; the old one is not destroyed" in text
    assert text[-1] == "**1 to add, 0 to change, 0 to destroy, 1 to remove from the state**"


def test_a_value_cannot_become_markup(planned: Planned) -> None:
    plan = narrowed(STOCK)(planned("weekly"))
    evil = "x` @team <img src=1>\n\n# head\n```\n| a |\x1b[31m\u202e"
    resource(plan, STOCK)["change"]["after"][PROPERTIES]["max.batch.size"] = evil
    resource(plan, STOCK)["change"]["after"][PROPERTIES][f"evil {evil}"] = "1"
    text = summarized(plan)
    assert "`max.batch.size`: set to `x' @team <img src=1> # head ''' | a |\\x1b[31m\\u202e`" in text
    for line in text.splitlines():
        outside = re.sub(r"`[^`]*`", "", line)
        assert not re.search(r"[`<@\x1b\u202e]", outside), line


@pytest.mark.parametrize("change", ["weekly", "identities", "zones"])
def test_a_long_summary_is_truncated_with_a_notice(planned: Planned, change: str) -> None:
    whole = summarized(planned(change))
    assert summarized(planned(change), limit=len(whole)) == whole
    short = summarized(planned(change), limit=900)
    assert len(short) <= 900
    kept, truncated, last = short.partition("\n**Truncated: ")
    assert truncated
    assert whole.startswith(kept)
    assert last == f"{whole.count(chr(10)) - kept.count(chr(10))} more lines; see `terraform show tfplan`.**\n"


def test_a_comment_is_never_too_long_for_github(planned: Planned) -> None:
    plan = planned("weekly")
    many = [{**one, "address": f"{one['address']}{n}"} for n in range(300) for one in [resource(plan, RETURNS)]]
    for number, one in enumerate(many):
        after = one["change"]["after"]
        one["change"] = {**one["change"], "after": {**after, "name": f"cdc-prod-{number}"}}
    text = summarized({**plan, "resource_changes": many})
    assert 50_000 < len(text) <= LIMIT < 65_536
    assert cut("x" * 100_000).startswith("\n**Truncated: 1 more lines")


@pytest.mark.parametrize(
    "table", ["orders.customers", "shop.*", "or*s.line_*_2", "a-b.c$d", "s#p.a~b", "x.a+b(c)|d\\e"]
)
def test_tables_are_in_the_environment_files_syntax(table: str) -> None:
    source = ClusterSource(
        cluster="orders", secret="cdc/orders", server_id=1, tables=(table, "other.table", "!other.t*")
    )
    included = configuration._include_lists(source, None)
    assert properties.tables(included["table.include.list"]) == [table, "other.table", "!other.t*"]


@pytest.mark.parametrize("pattern", ["orders\\..*", "(a|b)\\.c", "a.b"])
def test_a_pattern_of_another_tool_is_unchanged(pattern: str) -> None:
    assert properties.tables(pattern) == [pattern]


@pytest.mark.parametrize(
    ("key", "value", "shown"),
    [
        ("snapshot.mode", "initial", "initial"),
        ("snapshot.mode", None, "not set"),
        ("snapshot.mode", UNKNOWN, "(known after apply)"),
        ("snapshot.mode", "${secretsmanager:x:y}", "(hidden)"),
        ("database.password", "x", "(hidden)"),
        ("some.property", "x", "(hidden)"),
        ("topic.prefix", "AKIAABCDEFGHIJKLMNOP", "(hidden)"),
    ],
)
def test_only_values_of_known_properties_are_shown(key: str, value: object, shown: str) -> None:
    assert properties.shown(key, value) == shown


def test_long_lists_and_values_are_truncated() -> None:
    assert codes(range(100)).endswith("`39` and 60 more")
    assert len(code("x" * 1000)) == 302


def test_what_is_to_confirm_has_its_own_list(planned: Planned) -> None:
    plan = narrowed(PEERING)(planned("no platform"))
    text = lines(plan)
    assert text[0] == "### To confirm"
    assert text[1].startswith("- `peering-removed` `prod-platform` ")
    address = resource(plan, PEERING)["address"]
    given = Confirmation(confirm="peering-removed", address=address)
    assert lines(plan, overrides=(given,))[0] == "Confirmed:"
