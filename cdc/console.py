"""Terminal output of all commands: stdout and stderr, failures, tables, download progress."""

import sys
import textwrap
from collections.abc import Iterable, Iterator
from threading import Lock
from types import TracebackType
from typing import IO, Any, NoReturn, Self, cast

import typer
from rich.console import Console, RenderableType
from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn, TransferSpeedColumn
from rich.status import Status
from rich.table import Table
from rich.text import Text

from modules.artifacts.lock import File
from modules.messages.escaping import escaped
from modules.messages.tokens import hidden
from modules.user_files.reading import reason

# A log has no width, and a table cut at 80 columns would lose its content.
LOG_COLUMNS = 200


class FilteredConsole(Console):
    """Escapes control characters and hides secrets before the layout, which may break one into two lines.

    The streams do so with everything that is not printed here. Text is no markup.
    """

    @property
    def file(self) -> IO[str]:
        """The stream, for text that is escaped already and for the console's own colours."""
        stream = super().file
        return cast("IO[str]", getattr(stream, "styled", stream))

    @file.setter
    def file(self, stream: IO[str]) -> None:
        self._file = stream

    def render_str(self, text: str, **options: Any) -> Text:
        return super().render_str(escaped(hidden(text)), **options)

    def status(self, status: RenderableType, **options: Any) -> Status:
        return super().status(self.render_str(status) if isinstance(status, str) else status, **options)

    def print_json(self, json: str | None = None, **options: Any) -> None:
        super().print_json(json and hidden(json), **{"ensure_ascii": True, **options})


def console(*, stderr: bool) -> Console:
    """A console as wide as its terminal; in a file or pipe wide enough for every table."""
    terminal = (sys.stderr if stderr else sys.stdout).isatty()
    return FilteredConsole(
        stderr=stderr,
        width=None if terminal else LOG_COLUMNS,
        highlight=False,
        emoji=False,
        markup=False,
        soft_wrap=not terminal,
    )


out = console(stderr=False)
err = console(stderr=True)


def fail(message: object, *, status: int = 1) -> NoReturn:
    """Ends the command with ``message`` on stderr, without wrapping or markup."""
    err.print(_text(message), markup=False, soft_wrap=True)
    raise typer.Exit(status)


def _text(message: object) -> str:
    """Errors of the system begin with the file, as those of ``user_files`` do, and have no number."""
    if isinstance(message, OSError) and message.filename and str(message).startswith("[Errno"):
        return f"{message.filename}: {reason(message)}"
    return str(message)


def wrapped(text: str, *, indent: int = 2) -> Iterator[str]:
    """Lines for stderr's terminal, never broken within a word, which may be a path; unchanged in a file or pipe."""
    if not err.is_terminal:
        yield text
        return
    for line in text.splitlines():
        yield from textwrap.wrap(
            line, err.width, subsequent_indent=" " * indent, break_long_words=False, break_on_hyphens=False
        ) or [""]


def show_line(text: str) -> None:
    """Prints ``text`` to stderr: see ``wrapped``."""
    for line in wrapped(text):
        err.print(line, markup=False, soft_wrap=True)


def table(title: str, columns: Iterable[str], rows: Iterable[Iterable[str]]) -> Table:
    """A plain table without a frame, so that columns can be copied or cut; the first column is never shortened."""
    made = Table(title=title or None, title_justify="left", box=None, pad_edge=False, header_style="bold")
    for number, column in enumerate(columns):
        made.add_column(column, no_wrap=number == 0)
    for row in rows:
        made.add_row(*row)
    return made


def megabytes(size: int) -> str:
    """``30.9 MB``, in millions of bytes."""
    return f"{size / 1e6:.1f} MB"


class FetchProgress:
    """Downloads on stderr as one progress bar; in a log, one line at the end.

    Implements ``modules.artifacts.progress.Progress``: called from the threads that download.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._received: dict[File, int] = {}
        self._finished = 0
        self._bar = Progress(
            TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn(),
            console=err, transient=True, disable=not err.is_terminal,
        )  # fmt: skip
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()
        if self._finished:
            files = "file" if self._finished == 1 else "files"
            err.print(f"fetched {self._finished} {files}, {megabytes(sum(self._received.values()))}")

    def started(self, file: File, size: int | None) -> None:
        with self._lock:
            if self._task is None:
                self._bar.start()
                self._task = self._bar.add_task("fetching", total=0)
            self._received[file] = 0
            self._show(more=size or 0)

    def advanced(self, file: File, received: int) -> None:
        with self._lock:
            self._received[file] += received
            self._show()

    def restarted(self, file: File) -> None:
        with self._lock:
            self._received[file] = 0
            self._show()

    def finished(self, file: File) -> None:  # noqa: ARG002 - the protocol's
        with self._lock:
            self._finished += 1
            self._show()

    def _show(self, *, more: int = 0) -> None:
        if self._task is None:
            return
        task = self._bar.tasks[0]
        self._bar.update(
            self._task,
            total=(task.total or 0) + more,
            completed=sum(self._received.values()),
            description=f"fetching {self._finished} of {len(self._received)}",
        )
