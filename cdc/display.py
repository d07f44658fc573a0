"""Progress of long commands on the terminal, step by step."""

import time
from types import TracebackType
from typing import Final, Self

from rich.live import Live
from rich.spinner import Spinner
from rich.text import Text

from cdc.console import err, wrapped
from modules.messages.escaping import escaped
from rehearsal.steps import Step

_INDENT: Final = 7


def clock(seconds: float) -> str:
    """``1:05`` for 65 seconds."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


class Display:
    """Steps on stderr: finished ones as lines, the current one with its time; a ``rehearsal.steps.Reporter``."""

    def __init__(self, *, quiet: bool = False) -> None:
        self._step = ""
        self._detail = ""
        self._began = time.monotonic()
        self._quiet = quiet
        self._spinner = Spinner("dots", text=self)
        self._live = Live(self._spinner, console=err, transient=True, refresh_per_second=8)

    def __enter__(self) -> Self:
        if err.is_terminal:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()

    def __rich__(self) -> Text:
        if not self._step:
            return Text("")
        detail = f"  {self._detail}" if self._detail else ""
        text = f"{self._step}{detail}  {time.monotonic() - self._began:.0f} s"
        return Text(escaped(text), no_wrap=True, overflow="ellipsis")

    def started(self, step: str) -> None:
        self._step, self._detail, self._began = step, "", time.monotonic()

    def progress(self, text: str) -> None:
        self._detail = text

    def finished(self, step: Step) -> None:
        self._step = ""
        self.message(f"{clock(step.at + step.seconds):>5}  {step.name:<16} {step.seconds:5.1f} s  {step.result}")

    def failed(self, step: Step) -> None:
        self._step = ""
        self.message(f"{clock(step.at + step.seconds):>5}  {step.name:<16} {step.seconds:5.1f} s  FAILED")

    def message(self, text: str) -> None:
        if self._quiet:
            return
        for line in wrapped(text, indent=_INDENT):
            err.print(line, markup=False, soft_wrap=True)
