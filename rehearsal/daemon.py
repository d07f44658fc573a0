"""The process that a rehearsal lives in: the embedded AWS, and every server behind it.

    python -m rehearsal.daemon FOLDER

Its input is a pipe from the command that started it: when that closes, everything ends, unless it was told to keep on.
"""

import json
import os
import signal
import sys
from dataclasses import replace
from pathlib import Path
from threading import Event, Thread
from typing import Final

import psutil
from werkzeug.wrappers import Request

from modules.artifacts.cache import Cache
from modules.artifacts.fetch import fetch
from modules.artifacts.lock import load as load_lock
from modules.artifacts.sources import sources
from modules.environment.loading import load
from rehearsal import requirements
from rehearsal.aws.seed import account_id
from rehearsal.engine import READY, Order
from rehearsal.processes import parts, sentinel
from rehearsal.processes.runs import Run
from rehearsal.world import World

_ORDER: Final = "order.json"


class Daemon:
    """One rehearsal's world, from its order to its end."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._end = Event()
        self._kept = False

    def run(self) -> None:
        """Brings the world up, waits for the end, ends it. What it leaves the sentinel clears."""
        watched = sentinel.watch(self._folder)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self._end.set())
        self._sign()
        world = self._world()
        world.start()
        self._tell(world.url)
        world.settle()
        Thread(target=self._follow_starter, daemon=True).start()
        self._end.wait()
        world.stop()
        del watched

    def _sign(self) -> None:
        """The rehearsal lives by this process from here on."""
        if run := Run.read(self._folder):
            me = psutil.Process()
            replace(run, pid=me.pid, started=me.create_time()).write()

    def _world(self) -> World:
        order = Order(**json.loads((self._folder / _ORDER).read_text()))
        environment = load(Path(order.environment))
        os.environ["MOTO_ACCOUNT_ID"] = account_id(environment)
        lock = load_lock()
        paths = fetch(parts.files(lock, *requirements.sets()), sources=sources([]), cache=Cache(), offline=True)
        return World(
            environment,
            folder=self._folder,
            pins=lock,
            paths=paths,
            archives={name: Path(path) for name, path in order.archives.items()},
            brokers=order.brokers,
            pages={"keep": self._keep, "stop": self._stop},
        )

    def _tell(self, url: str) -> None:
        new = self._folder / f"{READY}.new"
        new.write_text(json.dumps({"url": url}))
        new.replace(self._folder / READY)

    def _keep(self, _: Request) -> object:
        self._kept = True
        if run := Run.read(self._folder):
            replace(run, kept=True).write()
        return {"kept": True}

    def _stop(self, _: Request) -> object:
        self._end.set()
        return {"stopping": True}

    def _follow_starter(self) -> None:
        while os.read(sys.stdin.fileno(), 1):
            pass
        if not self._kept:
            self._end.set()


if __name__ == "__main__":
    Daemon(Path(sys.argv[1])).run()
    os._exit(0)  # threads that serve or wait are nothing to wait for
