"""Steps are timed in turn, and work beside them fails the story where it looks next."""

from threading import Event

import pytest

from rehearsal.processes.background import Background
from rehearsal.steps import Step, Steps


class Told:
    """Keeps what it hears; a ``rehearsal.steps.Teller``."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    def began(self, step: str) -> None:
        self.heard.append(f"began {step}")

    def detail(self, text: str) -> None:
        self.heard.append(text)

    def ended(self, step: Step) -> None:
        self.heard.append(f"ended {step.name}: {step.result}")

    def note(self, text: str) -> None:
        self.heard.append(text)


def test_a_step_is_told_and_kept() -> None:
    steps = Steps(told := Told())
    with steps.step("platform") as step:
        steps.teller.detail("1 of 2")
        step.result = "2 resources"
    with steps.step("connect"):
        pass
    assert told.heard == ["began platform", "1 of 2", "ended platform: 2 resources", "began connect", "ended connect: "]
    assert [one.name for one in steps.done] == ["platform", "connect"]
    first, second = steps.done
    assert 0 <= first.at <= first.at + first.seconds <= second.at


def test_a_step_that_fails_is_not_done() -> None:
    steps = Steps(told := Told())
    with pytest.raises(OSError, match="full"), steps.step("platform"):
        raise OSError("full")
    assert steps.done == []
    assert told.heard == ["began platform"]


def test_work_beside_the_story_gives_its_result() -> None:
    go = Event()
    work = Background(lambda: go.wait(10))
    assert not work.ended
    work.check()
    go.set()
    assert work.result() is True
    assert work.ended


@pytest.mark.parametrize("look", [Background.check, Background.result])
def test_work_that_failed_fails_whoever_looks(look: "object") -> None:
    def fail() -> None:
        raise OSError("full")

    work = Background(fail)
    with pytest.raises(OSError, match="full"):
        work.result()
    assert callable(look)
    with pytest.raises(OSError, match="full"):
        look(work)
