"""A moto server in a process of its own, patched or not.

python -m tests.rehearsal.aws.moto_process [patched]      prints its port, and exits when its standard input closes
"""

import logging
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from moto.server import ThreadedMotoServer

from rehearsal.aws.access import AwsAccess
from rehearsal.aws.moto_patches import patch_moto
from tests.places import ROOT


@contextmanager
def moto(*, patched: bool) -> Iterator[AwsAccess]:
    """How to call it; it verifies no signatures."""
    command = [sys.executable, "-m", __name__, *(["patched"] if patched else [])]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin
        assert process.stdout
        yield AwsAccess.create(f"http://127.0.0.1:{int(process.stdout.readline())}")
        process.stdin.close()


def main() -> None:
    if sys.argv[1:] == ["patched"]:
        patch_moto()
    logging.getLogger("werkzeug").setLevel(logging.CRITICAL)
    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    print(server.get_host_and_port()[1], flush=True)
    sys.stdin.read()
    server.stop()


if __name__ == "__main__":
    main()
