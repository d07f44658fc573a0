"""An embedded AWS in a process of its own, with servers that start at once, holding what an environment expects.

python -m tests.hcp.aws_process ENVIRONMENT ARCHIVE      prints its URL, and ends with its standard input

``ARCHIVE`` is the object behind each published plugin.
"""

import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from modules.environment import load
from rehearsal.aws.server import EmbeddedAws
from rehearsal.seed import Endpoint, seed
from tests.rehearsal.aws.runners import Runners

ROOT = Path(__file__).parents[2]


@contextmanager
def embedded_aws(environment: Path, archive: Path) -> Iterator[str]:
    """Its URL."""
    command = [sys.executable, "-m", __name__, str(environment), str(archive)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin
        assert process.stdout
        url = process.stdout.readline().strip()
        assert url, "the embedded AWS must start"
        yield url
        process.stdin.close()


def main() -> None:
    environment, archive = load(Path(sys.argv[1])), Path(sys.argv[2])
    runners = Runners()
    with tempfile.TemporaryDirectory() as folder, socket.create_server(("127.0.0.1", 0)) as listener:
        aws = EmbeddedAws(
            listener,
            folder=Path(folder),
            start_cluster=runners.start_cluster,
            start_connector=runners.start_connector,
        )
        aws.start()
        clusters = {connector.source.cluster for connector in environment.connectors.values()}
        endpoints = {cluster: Endpoint(f"{cluster}.example", 3306) for cluster in clusters}
        seed(environment, url=aws.url, endpoints=endpoints, archives=dict.fromkeys(environment.plugins, archive))
        print(aws.url, flush=True)
        sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    main()
