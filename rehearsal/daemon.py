"""The process that runs a rehearsal's servers: the embedded AWS, brokers, workers and databases.

    python -m rehearsal.daemon FOLDER

Its standard input is a pipe from the command that started it. When the pipe closes, the daemon stops everything,
unless it was asked to keep running.
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
from rehearsal.daemon_client import READY
from rehearsal.daemon_process import CONFIG, DaemonConfig
from rehearsal.processes import pinned_files, sentinel
from rehearsal.processes.runs import Run
from rehearsal.servers import Servers

_POLL_SECONDS: Final = 0.02


class Daemon:
    """Starts the servers that ``daemon.json`` in ``folder`` asks for, once it is there, and stops them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stopping = Event()
        self._keep_running = False

    def run(self) -> None:
        """Starts the servers, waits until asked to stop, stops them. The sentinel cleans up whatever is left."""
        watched = sentinel.watch(self._folder)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self._stopping.set())
        self._record_pid()
        Thread(target=self._stop_with_starter, daemon=True).start()
        if self._is_configured():
            self._serve()
        del watched

    def _is_configured(self) -> bool:
        """Waits for the configuration; False if the daemon is to stop before."""
        while not (self._folder / CONFIG).is_file():
            if self._stopping.wait(_POLL_SECONDS):
                return False
        return True

    def _serve(self) -> None:
        servers = self._servers()
        servers.start()
        servers.access.write(self._folder / READY)
        servers.seed()
        self._stopping.wait()
        servers.stop()

    def _record_pid(self) -> None:
        """From here on the rehearsal is alive as long as this process is."""
        if run := Run.read(self._folder):
            me = psutil.Process()
            replace(run, pid=me.pid, started=me.create_time()).write()

    def _servers(self) -> Servers:
        config = DaemonConfig(**json.loads((self._folder / CONFIG).read_text()))
        environment = load(Path(config.environment))
        os.environ["MOTO_ACCOUNT_ID"] = account_id(environment)
        lock = load_lock()
        mysqld = Path(config.mysqld) if config.mysqld else None
        files = pinned_files.files(lock, *requirements.pinned_sets(mysqld, environment))
        paths = fetch(files, sources=sources([]), cache=Cache(), offline=True)
        return Servers(
            environment,
            folder=self._folder,
            lock=lock,
            paths=paths,
            archives={name: Path(path) for name, path in config.archives.items()},
            max_brokers=config.brokers,
            mysqld=mysqld,
            pages={"keep": self._keep, "stop": self._stop},
        )

    def _keep(self, _: Request) -> object:
        self._keep_running = True
        if run := Run.read(self._folder):
            replace(run, kept=True).write()
        return {"kept": True}

    def _stop(self, _: Request) -> object:
        self._stopping.set()
        return {"stopping": True}

    def _stop_with_starter(self) -> None:
        while os.read(sys.stdin.fileno(), 1):
            pass
        if not self._keep_running:
            self._stopping.set()


if __name__ == "__main__":
    Daemon(Path(sys.argv[1])).run()
    os._exit(0)  # without joining threads that still serve or wait
