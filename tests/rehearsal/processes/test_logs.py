"""Logs are shipped to CloudWatch Logs: complete at a moderate rate, else limited; files stay small."""

import logging
import re
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import boto3
import pytest
from moto.server import ThreadedMotoServer

from rehearsal.processes.logs import Line, LogShipper, Put, cloudwatch, last_error
from rehearsal.processes.programs import Program

GROUP = "/msk/orders/brokers"


class Stream:
    """The lines that arrive, and a wait for them."""

    def __init__(self, *, refuse: bool = False) -> None:
        self.lines: list[str] = []
        self.where: set[tuple[str, str]] = set()
        self.calls = 0
        self._refuse = refuse
        self._news = threading.Condition()

    def put(self, group: str, stream: str, lines: Sequence[Line]) -> None:
        with self._news:
            self.calls += 1
            self.where.add((group, stream))
            if not self._refuse:
                self.lines += [text for _, text in lines]
            self._news.notify_all()
        if self._refuse:
            raise RuntimeError("the specified log group does not exist")

    def until(self, done: Callable[[], bool]) -> None:
        with self._news:
            assert self._news.wait_for(done, timeout=60), self.lines[-3:]


@pytest.fixture
def stream() -> Stream:
    return Stream()


@pytest.fixture
def follow() -> Iterator[Callable[..., LogShipper]]:
    shippers: list[LogShipper] = []

    def shipper(put: Put, **limits: float) -> LogShipper:
        shippers.append(LogShipper(put, poll=0.01, **limits))  # type: ignore[arg-type]
        return shippers[-1]

    yield shipper
    for one in shippers:
        one.close()


def test_lines_arrive_while_the_program_writes(
    stream: Stream, follow: Callable[..., LogShipper], tmp_path: Path
) -> None:
    log = tmp_path / "b-1.log"
    follow(stream.put).ship(log, GROUP, "Broker-1")  # before the file is there
    with log.open("a") as content:
        content.write("first\nsec")
        content.flush()
        stream.until(lambda: stream.lines == ["first"])
        content.write("ond\n\nthird\r\n")
        content.flush()
        stream.until(lambda: stream.lines == ["first", "second", "third"])
    assert stream.where == {(GROUP, "Broker-1")}


@pytest.mark.parametrize("close", [True, False])
def test_finish_and_close_ship_the_rest(
    stream: Stream, follow: Callable[..., LogShipper], tmp_path: Path, *, close: bool
) -> None:
    log = tmp_path / "b-1.log"
    log.write_text("a whole line\nan unfinished one")
    shipper = follow(stream.put)
    shipper.ship(log, GROUP, "Broker-1")
    if not close:
        shipper.finish(log)
        with log.open("a") as content:
            content.write("\nnobody follows any more\n")
    shipper.close()
    assert stream.lines == ["a whole line", "an unfinished one"]


def test_lines_above_the_limit_are_dropped_and_counted(
    stream: Stream, follow: Callable[..., LogShipper], tmp_path: Path
) -> None:
    log = tmp_path / "worker.log"
    log.write_text("".join(f"{number}\n" for number in range(1000)))
    shipper = follow(stream.put, burst=10, rate=0)
    shipper.ship(log, GROUP, "worker")
    shipper.finish(log)
    assert stream.lines == [*map(str, range(10)), "… 990 lines dropped"]


def test_lines_are_shipped_again_after_a_flood(
    stream: Stream, follow: Callable[..., LogShipper], tmp_path: Path
) -> None:
    log = tmp_path / "worker.log"
    log.write_text("flood\n" * 1000)
    follow(stream.put, burst=10, rate=100).ship(log, GROUP, "worker")
    stream.until(lambda: stream.lines.count("flood") == 10)

    def written_until_one_passes() -> bool:
        with log.open("a") as content:
            content.write("after\n")
        return "after" in stream.lines

    while not written_until_one_passes():
        threading.Event().wait(0.01)
    assert any(re.fullmatch(r"… \d+ lines dropped", line) for line in stream.lines)


def test_a_log_stays_small_on_disk(stream: Stream, follow: Callable[..., LogShipper], tmp_path: Path) -> None:
    most = 1 << 20
    flood = f"import itertools\nfor number in itertools.count(): print(number, {'x' * 999!r}, flush=True)"
    shipper = follow(stream.put, max_bytes=most)
    sizes = [0]

    def cut(program: Program) -> bool | None:
        sizes.append(program.log.stat().st_size)
        return sizes[-1] < sizes[-2] or None

    with Program("worker", [sys.executable, "-c", flood], folder=tmp_path) as program:
        shipper.ship(program.log, None, "worker")
        for _ in range(3):
            assert program.wait_until(lambda: cut(program))
    shipper.finish(program.log)
    assert program.log.stat().st_size <= most
    assert b"\0" not in program.log.read_bytes(), "the program appends at the new end"
    assert stream.lines == [], "without a group nothing is shipped"


def test_a_cut_log_is_shipped_once(stream: Stream, follow: Callable[..., LogShipper], tmp_path: Path) -> None:
    log, most = tmp_path / "worker.log", 1 << 19
    shipper = follow(stream.put, burst=100_000, max_bytes=most)
    shipper.ship(log, GROUP, "worker")
    for number in range(20):
        with log.open("ab", buffering=0) as content:  # in one call: what is written while it is cut may be lost
            content.write("".join(f"{number * 1000 + line:0100}\n" for line in range(1000)).encode())
        stream.until(lambda number=number: len(stream.lines) >= (number + 1) * 1000)  # type: ignore[misc]
        while log.stat().st_size > most:
            threading.Event().wait(0.01)
    shipper.finish(log)
    assert [int(line) for line in stream.lines] == list(range(20_000))
    assert log.stat().st_size <= most
    assert log.read_text().splitlines()[-1] == f"{19_999:0100}", "the last line is still there"


def test_a_long_line_is_cut(stream: Stream, follow: Callable[..., LogShipper], tmp_path: Path) -> None:
    log = tmp_path / "worker.log"
    log.write_text("x" * 5_000_000 + "\nshort\n")
    shipper = follow(stream.put)
    shipper.ship(log, GROUP, "worker")
    shipper.finish(log)
    assert [len(line) for line in stream.lines] == [8192, 5]


def test_a_missing_log_group_is_logged_once(
    follow: Callable[..., LogShipper], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    stream = Stream(refuse=True)
    log = tmp_path / "b-1.log"
    shipper = follow(stream.put)
    shipper.ship(log, GROUP, "Broker-1")
    with caplog.at_level(logging.WARNING):
        for number in range(3):
            with log.open("a") as content:
                content.write("line\n")
            stream.until(lambda number=number: stream.calls > number)  # type: ignore[misc]
        shipper.close()
    assert [record.message for record in caplog.records] == [
        f"cannot write to log group {GROUP}, the log is in {log}: the specified log group does not exist"
    ]


@pytest.fixture(scope="module")
def logs_client() -> Iterator[object]:
    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield boto3.client(
        "logs",
        endpoint_url=f"http://{host}:{port}",
        region_name="eu-west-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    server.stop()


def test_cloudwatch_creates_the_stream(logs_client, follow: Callable[..., LogShipper], tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    logs_client.create_log_group(logGroupName=GROUP)
    log = tmp_path / "b-1.log"
    log.write_text("".join(f"line {number}\n" for number in range(250)))
    shipper = follow(cloudwatch(logs_client))
    shipper.ship(log, GROUP, "Broker-1")
    shipper.close()
    events = logs_client.get_log_events(logGroupName=GROUP, logStreamName="Broker-1", startFromHead=True)["events"]
    assert [event["message"] for event in events] == [f"line {number}" for number in range(250)]


def test_cloudwatch_without_the_group(  # type: ignore[no-untyped-def]
    logs_client, follow: Callable[..., LogShipper], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    log = tmp_path / "b-1.log"
    log.write_text("a line\n")
    shipper = follow(cloudwatch(logs_client))
    shipper.ship(log, "/missing", "Broker-1")
    shipper.close()
    assert "cannot write to log group /missing" in caplog.text


@pytest.mark.parametrize(
    ("log", "error"),
    [
        (
            "[2026-01-01] INFO starting (kafka.Kafka:1)\n"
            "[2026-01-01] ERROR Exiting Kafka (kafka.Kafka:1)\n"
            "org.apache.kafka.common.config.ConfigException: Invalid value 0 for configuration num.io.threads\n"
            "\tat kafka.Kafka.main(Kafka.scala)\n",
            "[2026-01-01] ERROR Exiting Kafka (kafka.Kafka:1)"
            " org.apache.kafka.common.config.ConfigException: Invalid value 0 for configuration num.io.threads",
        ),
        ("[1] ERROR first\n[2] ERROR second\n[3] INFO bye\n", "[2] ERROR second"),
        ("[1] INFO only\n\n", "[1] INFO only"),
        ("", "nothing was logged"),
    ],
)
def test_last_error(log: str, error: str) -> None:
    assert last_error(log) == error
