"""Steps on the screen: plain lines in a log, wrapped ones on a terminal."""

import io

import pytest
from rich.console import Console

from cdc import console as console_module, display
from cdc.console import show_line
from cdc.display import Display
from rehearsal.steps import Step

LONG = (
    "connectors.shop.source.tables: for shop.* invented shop.customers, shop.products, shop.orders and"
    " /a/path/that/is/longer/than/any/line/and/must/never/be/broken/because/people/copy/it/from/the/screen.yaml"
)


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> io.StringIO:
    terminal, width = request.param
    monkeypatch.delenv("NO_COLOR", raising=False)
    console = Console(file=(output := io.StringIO()), force_terminal=terminal, width=width, color_system=None)
    for module in (display, console_module):
        monkeypatch.setattr(module, "err", console)
    return output


@pytest.mark.parametrize("screen", [(True, 80), (True, 100)], indirect=True, ids=["80", "100"])
def test_a_long_message_is_wrapped_between_words(screen: io.StringIO, request: pytest.FixtureRequest) -> None:
    _, width = request.node.callspec.params["screen"]
    Display().message(LONG)
    lines = screen.getvalue().splitlines()
    assert len(lines) >= 2
    assert " ".join(line.strip() for line in lines) == LONG
    assert [line for line in lines if len(line) > width] == [f"       {LONG.rpartition(' ')[2]}"]


@pytest.mark.parametrize("screen", [(True, 80), (False, 80)], indirect=True, ids=["terminal", "log"])
def test_an_error_is_wrapped_on_a_terminal_only(screen: io.StringIO, request: pytest.FixtureRequest) -> None:
    terminal, width = request.node.callspec.params["screen"]
    show_line(LONG)
    lines = screen.getvalue().splitlines()
    assert " ".join(line.strip() for line in lines) == LONG
    assert [len(line) <= width for line in lines] == ([True, True, False] if terminal else [False])


@pytest.mark.parametrize("screen", [(False, 80)], indirect=True, ids=["log"])
def test_a_log_has_plain_lines(screen: io.StringIO) -> None:
    with Display() as shown:
        shown.started("platform")
        shown.progress("1 of 2 resources")
        shown.message(LONG)
        shown.finished(Step("platform", at=4, seconds=20.25, result="2 resources"))
        shown.failed(Step("snapshot", at=24, seconds=61))
    assert screen.getvalue().splitlines() == [
        LONG,
        " 0:24  platform          20.2 s  2 resources",
        " 1:25  snapshot          61.0 s  FAILED",
    ]


@pytest.mark.parametrize("screen", [(True, 40)], indirect=True, ids=["40"])
def test_the_running_step_is_one_line(screen: io.StringIO) -> None:
    shown = Display()
    shown.started("snapshot")
    shown.progress("x" * 100)
    text = shown.__rich__()
    assert text.no_wrap
    assert text.overflow == "ellipsis"
    assert screen.getvalue() == ""
