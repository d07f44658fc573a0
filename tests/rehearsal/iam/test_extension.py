"""An unmodified broker with the extension, in ZooKeeper and KRaft mode, with unmodified clients."""

import json
import re
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.errors import KafkaTimeoutError

from tests.rehearsal.iam import lab
from tests.rehearsal.iam.lab import Lab
from tests.rehearsal.iam.scripted_authorizer import PRINCIPAL

DENIED = re.compile(r"\[[0-9a-f-]{36}\]: Access denied")


@pytest.fixture(scope="module", params=["kraft", "zookeeper"])
def running(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with lab.running(tmp_path_factory.mktemp("lab"), lab.jars(), kraft=request.param == "kraft") as ours:
        yield ours


@pytest.fixture
def ours(running: Lab) -> Lab:
    """Everything is allowed, and no decision is cached."""
    running.authorizer.script()
    running.authorizer.received.clear()
    return running


@pytest.fixture
def topic(ours: Lab, request: pytest.FixtureRequest) -> str:
    """A new topic for the test."""
    name = re.sub(r"\W", "-", request.node.name)
    create(ours, name)
    return name


def create(ours: Lab, topic: str) -> None:
    with KafkaAdminClient(bootstrap_servers=ours.inspection) as admin:
        admin.create_topics({topic: {"num_partitions": 1, "replication_factor": 1}})


def values(ours: Lab, topic: str) -> list[bytes]:
    """The values in the topic, read by a Python client."""
    found: list[bytes] = []
    with KafkaConsumer(auto_offset_reset="earliest", **ours.python) as reader:
        partition = TopicPartition(topic, 0)
        reader.assign([partition])
        end = reader.end_offsets([partition])[partition]
        while reader.position(partition) < end:
            for records in reader.poll(timeout_ms=1000).values():
                found += [record.value for record in records]
    return found


def until(true: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 20
    while not true() and time.monotonic() < deadline:
        time.sleep(0.1)
    return true()


def asked(ours: Lab, operation: str, name: str) -> list[bool]:
    """Whether each such question was speculative."""
    return [
        question["speculative"]
        for question in ours.authorizer.questions()
        if (question["operation"], question["name"]) == (operation, name)
    ]


def test_clients_in_java_and_python(ours: Lab, topic: str) -> None:
    assert ours.java("produce-anew", topic, "from-java") == "done"
    producer = KafkaProducer(**ours.python)
    producer.send(topic, b"from-python").get(timeout=30)
    producer.close()
    assert values(ours, topic) == [b"from-java", b"from-python"]


def test_the_authorizer_gets_the_clients_first_message(ours: Lab) -> None:
    assert ours.java("connect") == "done"
    KafkaAdminClient(**ours.python).close()
    received: dict[str, dict[str, Any]] = {
        body["mechanism"]: body for body in ours.authorizer.requests("/authenticate") if body["address"] == ""
    }
    assert {body["cluster"] for body in received.values()} == {lab.SPEC.arn}
    payload = json.loads(received["AWS_MSK_IAM"]["token"])
    assert payload["action"] == "kafka-cluster:Connect"
    assert payload["host"] == ours.bootstrap.partition(":")[0]
    assert payload["x-amz-credential"].startswith(lab.CREDENTIALS["AWS_ACCESS_KEY_ID"])
    assert received["OAUTHBEARER"]["token"] == "a-token"


def test_the_reason_of_a_refusal_is_in_the_brokers_log_only(ours: Lab) -> None:
    ours.authorizer.script(refused="the signature does not match")
    error = ours.java("connect")
    assert error.startswith("SaslAuthenticationException: ")
    request = DENIED.search(error)
    assert request
    assert f"{request[0].partition(':')[0]}: AWS_MSK_IAM client refused: the signature does not match" in ours.log


def test_a_refused_token_has_the_same_message(ours: Lab) -> None:
    ours.authorizer.script(refused="the token has expired")
    with pytest.raises(KafkaTimeoutError):  # kafka-python retries, and often misses the error
        KafkaAdminClient(**ours.python, bootstrap_timeout_ms=1000)
    why = re.search(r"\[(\S+)\]: OAUTHBEARER client refused: the token has expired", ours.log)
    assert why
    assert until(lambda: bool(re.search(rf"Failed authentication .*\[{why[1]}\]: Access denied", ours.log)))


@pytest.mark.parametrize("answer", [{}, {"principal": PRINCIPAL}, {"expires": 1}, []])
def test_an_invalid_response_refuses(ours: Lab, answer: object) -> None:
    ours.authorizer.script(answer=answer)
    assert DENIED.search(ours.java("connect"))


def test_a_missing_permission(ours: Lab, topic: str) -> None:
    ours.authorizer.script(("WRITE", topic))
    assert (
        ours.java("produce-anew", topic, "a")
        == f"TopicAuthorizationException: Not authorized to access topics: [{topic}]"
    )
    assert asked(ours, "WRITE", topic) == [False]
    assert values(ours, topic) == []


def test_a_change_of_policy_reaches_open_connections(ours: Lab, topic: str) -> None:
    assert ours.java("produce", topic, "a") == "done"
    ours.authorizer.received.clear()
    assert ours.java("produce", topic, "b") == "done"
    assert ours.authorizer.received == [], "the decision is cached"
    ours.authorizer.script(("WRITE", topic))
    assert ours.java("produce", topic, "c").startswith("TopicAuthorizationException")
    ours.authorizer.script()
    assert ours.java("produce", topic, "d") == "done"
    assert ours.authorizer.requests("/authenticate") == [], "the connection is the same"
    assert values(ours, topic) == [b"a", b"b", b"d"]


def test_without_the_authorizer_no_client_is_authenticated(ours: Lab) -> None:
    assert ours.java("connect") == "done"
    ours.authorizer.stop()
    try:
        assert DENIED.search(ours.java("connect"))
        assert "client refused: the authorizer cannot be reached: java.net.ConnectException" in ours.log
    finally:
        ours.authorizer.start()
    assert ours.java("connect") == "done"


def test_without_the_authorizer_only_cached_decisions_allow(ours: Lab, topic: str) -> None:
    second = f"{topic}-2"
    create(ours, second)
    assert ours.java("produce", topic, "a") == "done"
    ours.authorizer.stop()
    try:
        assert ours.java("produce", topic, "b") == "done", "the decision is cached"
        assert ours.java("produce", second, "c").startswith("TopicAuthorizationException")
    finally:
        ours.authorizer.start()
    assert ours.java("produce", second, "d") == "done", "a failed call is not cached"


def test_other_listeners_are_not_authorized(ours: Lab) -> None:
    ours.authorizer.script(refused="nobody", deny_all=True)
    create(ours, "plain")
    producer = KafkaProducer(bootstrap_servers=ours.inspection)
    producer.send("plain", b"a").get(timeout=30)
    producer.close()
    with KafkaAdminClient(bootstrap_servers=ours.inspection) as admin:
        assert "plain" in admin.list_topics()
    assert ours.authorizer.requests("/authenticate") == []
    assert "plain" not in {question["name"] for question in ours.authorizer.questions()}


def test_a_new_topic_is_authorized_for_the_clients_principal(ours: Lab) -> None:
    """In KRaft mode by the controller, to which the broker forwards the request."""
    ours.authorizer.script(("CREATE", "forbidden"))
    assert ours.java("create", "forbidden").startswith("TopicAuthorizationException")
    assert ours.java("create", "granted") == "done"
    assert asked(ours, "CREATE", "forbidden") == asked(ours, "CREATE", "granted") == [False]
    assert asked(ours, "CREATE", "kafka-cluster") == [], "IAM has no such permission"
    assert all(body["client"].startswith("adminclient-") for body in ours.authorizer.requests("/authorize"))


def test_speculative_requests_are_marked(ours: Lab) -> None:
    ours.authorizer.script(("DESCRIBE_CONFIGS", "tried"))
    assert ours.java("create", "tried") == "done"
    assert asked(ours, "DESCRIBE_CONFIGS", "tried") == [True]


def test_an_idempotent_producer_with_write_on_all_topics(ours: Lab, topic: str) -> None:
    ours.authorizer.script(("IDEMPOTENT_WRITE", "kafka-cluster"))
    assert ours.java("produce-anew", topic, "a") == "done"
    assert asked(ours, "IDEMPOTENT_WRITE", "kafka-cluster") == [True]


def test_an_idempotent_producer_without_permission(ours: Lab, topic: str) -> None:
    ours.authorizer.script(("IDEMPOTENT_WRITE", "kafka-cluster"), ("WRITE", "*"))
    assert ours.java("produce-anew", topic, "a") == "ClusterAuthorizationException: Cluster authorization failed."
    assert asked(ours, "IDEMPOTENT_WRITE", "kafka-cluster") == [True, False], "the second is why the producer ends"


def test_there_are_no_acls(ours: Lab) -> None:
    assert ours.java("acls").startswith("SecurityDisabledException: access is controlled by IAM")


def test_a_client_signs_in_again_when_its_session_expires(ours: Lab, topic: str) -> None:
    ours.authorizer.script(seconds=3)
    assert ours.java("produce", topic, "a") == "done"
    assert ours.java("close") == "done"
    assert ours.java("produce", topic, "b") == "done"
    ours.authorizer.received.clear()
    assert until(lambda: ours.java("produce", topic, "c") == "done" and bool(ours.authorizer.requests("/authenticate")))
    assert ours.java("close") == "done"


def test_a_client_sends_a_new_token_when_one_expires(ours: Lab, topic: str) -> None:
    ours.authorizer.script(seconds=3)
    with KafkaAdminClient(**ours.python) as admin:
        assert topic in admin.list_topics()
        ours.authorizer.received.clear()
        assert until(lambda: topic in admin.list_topics() and bool(ours.authorizer.requests("/authenticate")))


def test_names_that_are_not_in_the_certificate(ours: Lab) -> None:
    with pytest.raises(KafkaTimeoutError):
        KafkaAdminClient(**ours.python | {"bootstrap_servers": ours.address}, bootstrap_timeout_ms=1000)
    assert ours.authorizer.received == []
