"""Rows that are written while something is done to their connector, and their events."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from threading import Event, Thread
from typing import Final

from tests.cdc.operate.running.pipeline import Pipeline

_EVERY_SECONDS: Final = 0.05


@contextmanager
def writing(pipeline: Pipeline, table: str, name: str) -> Iterator[list[str]]:
    """Rows are written in the background; yields their names, which are complete after the block."""
    done, written = Event(), list[str]()

    def write() -> None:
        for number in count():
            pipeline.lab.sql(f"INSERT INTO {table} (name) VALUES ('{name}{number}')")
            written.append(f"{name}{number}")
            if done.wait(_EVERY_SECONDS):
                return

    writer = Thread(target=write)
    writer.start()
    try:
        yield written
    finally:
        done.set()
        writer.join()


def rows(pipeline: Pipeline, topic: str) -> list[tuple[str, str]]:
    """Operation and name of each event so far; of a deleted row, its last name."""
    return [(one["op"], (one["after"] or one["before"])["name"]) for one in pipeline.lab.messages(topic)]


def complete(pipeline: Pipeline, topic: str, written: list[str]) -> None:
    """Waits until each row that was written has its own event."""
    assert written
    pipeline.wait_for(lambda: {("c", name) for name in written} <= {*rows(pipeline, topic)})
