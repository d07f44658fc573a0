"""Plans whose attributes have other shapes than the provider's: each case with up to three of its parts replaced."""

import copy
from typing import Any, Final

from hypothesis import strategies as st

from tests.cdc.plans.checks.test_small_plans import ALLOWED, REFUSED
from tests.cdc.plans.small import Case, change, plan
from tests.fuzzing import MANY, VALUES, inputs, parent, places
from tests.synthesized import Document

INPUTS: Final = inputs(MANY)

_PROPERTIES: Final = {
    "connector.class": "io.debezium.connector.mysql.MySqlConnector", "database.hostname": "h", "database.port": "3306",
    "database.server.id": "1", "topic.prefix": "p", "snapshot.mode": "initial", "table.include.list": "a\\.b",
    "schema.history.internal.kafka.topic": "history", "schema.history.internal.kafka.bootstrap.servers": "b:9098",
    "errors.tolerance": "none", "skipped.operations": "none", "transforms": "t", "transforms.t.type": "a.b.Filter",
    "signal.kafka.groupId": "g", "event.converting.failure.handling.mode": "fail", "gtid.source.includes": "a",
}  # fmt: skip
_BROKERS: Final = [{"apache_kafka_cluster": [{"bootstrap_servers": "b:9098", "vpc": [{"security_groups": ["sg-a"]}]}]}]


def _connector(**more: Any) -> Document:
    return {
        "name": "cdc-prod-orders",
        "arn": "arn:aws:kafkaconnect:us-east-1:123456789012:connector/cdc-prod-orders/1",
        "connector_configuration": _PROPERTIES,
        "kafka_cluster": _BROKERS,
        "service_execution_role_arn": "arn:aws:iam::123456789012:role/worker",
        "worker_configuration": [{"arn": "w", "revision": 1}],
        "plugin": [{"custom_plugin": [{"arn": "arn:aws:a:b:c:custom-plugin/p/1", "revision": 1}]}],
        "capacity": [{"provisioned_capacity": [{"mcu_count": 1, "worker_count": 1}]}],
        **more,
    }


def _worker(content: str) -> Document:
    return {"name": "w", "arn": "w", "properties_file_content": content}


CONNECTORS: Final = plan(
    change("aws_mskconnect_connector", _connector(), _connector(capacity=[])),
    change("aws_mskconnect_connector", None, _connector(name="new"), name="new"),
    change("aws_mskconnect_connector", _connector(name="old"), None, name="old"),
    change(
        "aws_mskconnect_worker_configuration",
        _worker("offset.storage.topic=o\nproducer.acks=all\n"),
        _worker("offset.storage.topic=o\nproducer.acks=all\nproducer.linger.ms=5\n"),
    ),
    change(
        "aws_iam_policy",
        {"name": "a-consumer", "policy": '{"Statement": []}'},
        {"name": "a-consumer", "policy": '{"Statement": {"Effect": "Allow"}}'},
    ),
)  # fmt: skip
PLANS: Final = [CONNECTORS, *(case.plan for case in (*REFUSED.values(), *ALLOWED.values()) if isinstance(case, Case))]

_SIDES: Final = ("before", "after", "after_unknown", "before_sensitive", "after_sensitive")


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """A plan with parts that are missing, unknown, sensitive, or of any other shape."""
    document: Document = copy.deepcopy(draw(st.sampled_from(PLANS)))
    for _ in range(draw(st.integers(1, 3))):
        draw(st.sampled_from((_replaced, _replaced, _removed, _marked)))(draw, document)
    return document


def _somewhere(draw: st.DrawFn, document: Document) -> tuple[Document, tuple[Any, ...]]:
    """A change of the plan, and a place in one of its sides."""
    content = draw(st.sampled_from(document["resource_changes"]))["change"]
    found = [place for side in _SIDES for place in places(content.get(side), (side,))]
    return content, draw(st.sampled_from(found))


def _replaced(draw: st.DrawFn, document: Document) -> None:
    content, place = _somewhere(draw, document)
    parent(content, place)[place[-1]] = draw(VALUES)


def _removed(draw: st.DrawFn, document: Document) -> None:
    content, place = _somewhere(draw, document)
    if len(place) > 1:
        del parent(content, place)[place[-1]]


def _marked(draw: st.DrawFn, document: Document) -> None:
    """Unknown or sensitive, as a whole or in a part."""
    content, place = _somewhere(draw, document)
    mark: Any = True
    for step in reversed(place[1:]):
        mark = {step: mark} if isinstance(step, str) else [{}] * step + [mark]
    content[draw(st.sampled_from(_SIDES[2:]))] = mark


_KEYS: Final = st.sampled_from(["rule", "confirm", "address", "reason", "until", "stack"]) | st.text(max_size=3)
_WORDS: Final = st.sampled_from(["connector-destroyed", "peering-removed", "2026-12-31", "2026-02-30"]) | st.dates()


def entries() -> st.SearchStrategy[Any]:
    """What may be in an overrides file."""
    return st.lists(st.dictionaries(_KEYS, VALUES | _WORDS) | VALUES, max_size=3) | VALUES
