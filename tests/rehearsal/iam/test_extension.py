"""A stock broker with the extension, in ZooKeeper's and in KRaft's mode, under unmodified clients."""

import json
import re
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.errors import KafkaTimeoutError

from tests.rehearsal.iam import lab
from tests.rehearsal.iam.authority import PRINCIPAL
from tests.rehearsal.iam.lab import Lab

DENIED = re.compile(r"\[[0-9a-f-]{36}\]: Access denied")


@pytest.fixture(scope="module", params=["kraft", "zookeeper"])
def running(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with lab.running(tmp_path_factory.mktemp("lab"), lab.jars(), kraft=request.param == "kraft") as ours:
        yield ours


@pytest.fixture
def ours(running: Lab) -> Lab:
    """Everybody may do everything, and nothing is decided yet."""
    running.authority.script()
    running.authority.asked.clear()
    return running


@pytest.fixture
def topic(ours: Lab, request: pytest.FixtureRequest) -> str:
    """A new one of the test's own."""
    name = re.sub(r"\W", "-", request.node.name)
    create(ours, name)
    return name


def create(ours: Lab, topic: str) -> None:
    with KafkaAdminClient(bootstrap_servers=ours.inspection) as admin:
        admin.create_topics({topic: {"num_partitions": 1, "replication_factor": 1}})


def values(ours: Lab, topic: str) -> list[bytes]:
    """What the topic holds, to a client in Python."""
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
        for question in ours.authority.questions()
        if (question["operation"], question["name"]) == (operation, name)
    ]


def test_clients_in_java_and_python(ours: Lab, topic: str) -> None:
    assert ours.java("produce-anew", topic, "from-java") == "done"
    producer = KafkaProducer(**ours.python)
    producer.send(topic, b"from-python").get(timeout=30)
    producer.close()
    assert values(ours, topic) == [b"from-java", b"from-python"]


def test_the_authority_hears_what_the_client_said_first(ours: Lab) -> None:
    assert ours.java("connect") == "done"
    KafkaAdminClient(**ours.python).close()
    heard: dict[str, dict[str, Any]] = {
        body["mechanism"]: body for body in ours.authority.requests("/authenticate") if body["address"] == ""
    }
    assert {body["cluster"] for body in heard.values()} == {lab.SPEC.arn}
    payload = json.loads(heard["AWS_MSK_IAM"]["token"])
    assert payload["action"] == "kafka-cluster:Connect"
    assert payload["host"] == ours.bootstrap.partition(":")[0]
    assert payload["x-amz-credential"].startswith(lab.CREDENTIALS["AWS_ACCESS_KEY_ID"])
    assert heard["OAUTHBEARER"]["token"] == "a-token"


def test_a_refused_client_is_told_nothing_and_the_log_why(ours: Lab) -> None:
    ours.authority.script(refused="the signature does not match")
    told = ours.java("connect")
    assert told.startswith("SaslAuthenticationException: ")
    request = DENIED.search(told)
    assert request
    assert f"{request[0].partition(':')[0]}: AWS_MSK_IAM client refused: the signature does not match" in ours.log


def test_a_refused_token_reads_the_same(ours: Lab) -> None:
    ours.authority.script(refused="the token has expired")
    with pytest.raises(KafkaTimeoutError):  # kafka-python tries again, and often misses what it is told at the end
        KafkaAdminClient(**ours.python, bootstrap_timeout_ms=1000)
    why = re.search(r"\[(\S+)\]: OAUTHBEARER client refused: the token has expired", ours.log)
    assert why
    assert until(lambda: bool(re.search(rf"Failed authentication .*\[{why[1]}\]: Access denied", ours.log)))


@pytest.mark.parametrize("answer", [{}, {"principal": PRINCIPAL}, {"expires": 1}, []])
def test_an_answer_that_is_none_refuses(ours: Lab, answer: object) -> None:
    ours.authority.script(answer=answer)
    assert DENIED.search(ours.java("connect"))


def test_a_right_that_is_missing(ours: Lab, topic: str) -> None:
    ours.authority.script(("WRITE", topic))
    assert (
        ours.java("produce-anew", topic, "a")
        == f"TopicAuthorizationException: Not authorized to access topics: [{topic}]"
    )
    assert asked(ours, "WRITE", topic) == [False]
    assert values(ours, topic) == []


def test_a_change_of_policy_reaches_open_connections(ours: Lab, topic: str) -> None:
    assert ours.java("produce", topic, "a") == "done"
    ours.authority.asked.clear()
    assert ours.java("produce", topic, "b") == "done"
    assert ours.authority.asked == [], "it was decided before"
    ours.authority.script(("WRITE", topic))
    assert ours.java("produce", topic, "c").startswith("TopicAuthorizationException")
    ours.authority.script()
    assert ours.java("produce", topic, "d") == "done"
    assert ours.authority.requests("/authenticate") == [], "the connection is the same"
    assert values(ours, topic) == [b"a", b"b", b"d"]


def test_without_the_authority_nobody_is_let_in(ours: Lab) -> None:
    assert ours.java("connect") == "done"
    ours.authority.stop()
    try:
        assert DENIED.search(ours.java("connect"))
        assert "client refused: the authority cannot be asked: java.net.ConnectException" in ours.log
    finally:
        ours.authority.start()
    assert ours.java("connect") == "done"


def test_without_the_authority_nothing_new_is_allowed(ours: Lab, topic: str) -> None:
    second = f"{topic}-2"
    create(ours, second)
    assert ours.java("produce", topic, "a") == "done"
    ours.authority.stop()
    try:
        assert ours.java("produce", topic, "b") == "done", "it was decided before"
        assert ours.java("produce", second, "c").startswith("TopicAuthorizationException")
    finally:
        ours.authority.start()
    assert ours.java("produce", second, "d") == "done", "what could not be asked is not kept"


def test_other_listeners_are_nobodys_business(ours: Lab) -> None:
    ours.authority.script(refused="nobody", deny_all=True)
    create(ours, "plain")
    producer = KafkaProducer(bootstrap_servers=ours.inspection)
    producer.send("plain", b"a").get(timeout=30)
    producer.close()
    with KafkaAdminClient(bootstrap_servers=ours.inspection) as admin:
        assert "plain" in admin.list_topics()
    assert ours.authority.requests("/authenticate") == []
    assert "plain" not in {question["name"] for question in ours.authority.questions()}


def test_a_new_topic_is_judged_under_the_clients_name(ours: Lab) -> None:
    """By the controller in KRaft's mode, which has the request from the broker."""
    ours.authority.script(("CREATE", "forbidden"))
    assert ours.java("create", "forbidden").startswith("TopicAuthorizationException")
    assert ours.java("create", "granted") == "done"
    assert asked(ours, "CREATE", "forbidden") == asked(ours, "CREATE", "granted") == [False]
    assert asked(ours, "CREATE", "kafka-cluster") == [], "IAM knows no such right"
    assert all(body["client"].startswith("adminclient-") for body in ours.authority.requests("/authorize"))


def test_what_kafka_only_tries_is_told(ours: Lab) -> None:
    ours.authority.script(("DESCRIBE_CONFIGS", "tried"))
    assert ours.java("create", "tried") == "done"
    assert asked(ours, "DESCRIBE_CONFIGS", "tried") == [True]


def test_an_idempotent_producer_that_may_write_everywhere(ours: Lab, topic: str) -> None:
    ours.authority.script(("IDEMPOTENT_WRITE", "kafka-cluster"))
    assert ours.java("produce-anew", topic, "a") == "done"
    assert asked(ours, "IDEMPOTENT_WRITE", "kafka-cluster") == [True]


def test_an_idempotent_producer_that_may_not(ours: Lab, topic: str) -> None:
    ours.authority.script(("IDEMPOTENT_WRITE", "kafka-cluster"), ("WRITE", "*"))
    assert ours.java("produce-anew", topic, "a") == "ClusterAuthorizationException: Cluster authorization failed."
    assert asked(ours, "IDEMPOTENT_WRITE", "kafka-cluster") == [True, False], "the second is why the producer ends"


def test_there_are_no_acls(ours: Lab) -> None:
    assert ours.java("acls").startswith("SecurityDisabledException: access is controlled by IAM")


def test_a_session_ends_and_the_client_signs_in_again(ours: Lab, topic: str) -> None:
    ours.authority.script(seconds=3)
    assert ours.java("produce", topic, "a") == "done"
    assert ours.java("close") == "done"
    assert ours.java("produce", topic, "b") == "done"
    ours.authority.asked.clear()
    assert until(lambda: ours.java("produce", topic, "c") == "done" and bool(ours.authority.requests("/authenticate")))
    assert ours.java("close") == "done"


def test_a_token_ends_and_the_client_brings_another(ours: Lab, topic: str) -> None:
    ours.authority.script(seconds=3)
    with KafkaAdminClient(**ours.python) as admin:
        assert topic in admin.list_topics()
        ours.authority.asked.clear()
        assert until(lambda: topic in admin.list_topics() and bool(ours.authority.requests("/authenticate")))


def test_names_that_the_certificate_does_not_hold(ours: Lab) -> None:
    with pytest.raises(KafkaTimeoutError):
        KafkaAdminClient(**ours.python | {"bootstrap_servers": ours.address}, bootstrap_timeout_ms=1000)
    assert ours.authority.asked == []
