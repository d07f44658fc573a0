"""Steps are timed in order, and the exception of background work is raised by the next check."""

import time
from threading import Event

import pytest

from rehearsal.processes.background import Background
from rehearsal.steps import Step, Steps


class RecordingReporter:
    """A ``rehearsal.steps.Reporter`` that keeps its calls."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    def started(self, step: str) -> None:
        self.calls.append(f"started {step}")

    def progress(self, text: str) -> None:
        self.calls.append(text)

    def finished(self, step: Step) -> None:
        self.calls.append(f"finished {step.name}: {step.result}")

    def failed(self, step: Step) -> None:
        self.calls.append(f"failed {step.name}")

    def message(self, text: str) -> None:
        self.calls.append(text)


def test_a_step_is_reported_and_kept() -> None:
    steps = Steps(reporter := RecordingReporter())
    with steps.step("platform") as step:
        steps.reporter.progress("1 of 2")
        step.result = "2 resources"
    with steps.step("connect"):
        pass
    assert reporter.calls == [
        "started platform",
        "1 of 2",
        "finished platform: 2 resources",
        "started connect",
        "finished connect: ",
    ]
    assert [one.name for one in steps.finished_steps] == ["platform", "connect"]
    first, second = steps.finished_steps
    assert 0 <= first.at <= first.at + first.seconds <= second.at


def test_times_count_from_the_start_of_the_command() -> None:
    steps = Steps(RecordingReporter(), time.monotonic() - 60)
    with steps.step("platform"):
        pass
    assert steps.finished_steps[0].at >= 60


def test_a_step_that_fails_is_reported_and_not_finished() -> None:
    steps = Steps(reporter := RecordingReporter())
    with pytest.raises(OSError, match="full"), steps.step("platform"):
        raise OSError("full")
    assert steps.finished_steps == []
    assert steps.failed
    assert steps.failed.name == "platform"
    assert reporter.calls == ["started platform", "failed platform"]


def test_a_step_that_is_interrupted_has_not_failed() -> None:
    steps = Steps(reporter := RecordingReporter())
    with pytest.raises(KeyboardInterrupt), steps.step("platform"):
        raise KeyboardInterrupt
    assert steps.failed is None
    assert reporter.calls == ["started platform"]


def test_background_work_returns_its_result() -> None:
    go = Event()
    work = Background(lambda: go.wait(10))
    assert not work.finished
    work.check()
    go.set()
    assert work.result() is True
    assert work.finished


@pytest.mark.parametrize("look", [Background.check, Background.result])
def test_the_exception_of_background_work_is_raised_again(look: "object") -> None:
    def fail() -> None:
        raise OSError("full")

    work = Background(fail)
    with pytest.raises(OSError, match="full"):
        work.result()
    assert callable(look)
    with pytest.raises(OSError, match="full"):
        look(work)
