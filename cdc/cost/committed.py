"""An environment file as it was at another commit."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from modules.user_files.reading import reason


class CommitError(Exception):
    """Git does not have the file at this commit; the message says why."""


@contextmanager
def at_commit(file: Path, commit: str) -> Iterator[Path]:
    """``file`` as it was at ``commit``, under the same name, until the end of the block; raises CommitError.

    Only the file: plugins and certificates that it names are those of now.
    """
    name = f"{commit}:./{file.name}"
    command = ["git", "-C", str(file.parent), "show", "--end-of-options", name]
    try:
        done = subprocess.run(command, capture_output=True, check=False)
    except OSError as error:
        raise CommitError(f"git cannot be run: {reason(error)}") from None
    if done.returncode:
        last = done.stderr.decode(errors="replace").strip().splitlines()[-1:] or ["no message"]
        raise CommitError(f"{file} at {commit}: {last[0].removeprefix('fatal: ')}")
    with TemporaryDirectory(prefix="msk-cdc-") as folder:
        (there := Path(folder, file.name)).write_bytes(done.stdout)
        yield there
