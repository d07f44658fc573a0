"""Archives that no JVM can load: each command reports what they are, within seconds and without unpacking them."""

import io
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.places import ROOT

SECONDS = 20


def zipped(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", method) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return content.getvalue()


def truncated() -> bytes:
    return zipped(("plugin/a.jar", os.urandom(10_000)))[:-100]


def a_bomb() -> bytes:
    return zipped(*((f"plugin/{number}.jar", bytes(20_000_000)) for number in range(10)))


def a_bomb_within() -> bytes:
    return zipped(("plugin/a.jar", zipped(("A.class", bytes(200_000_000)))), method=zipfile.ZIP_STORED)


def nested() -> bytes:
    inner = b"x"
    for _ in range(50):
        inner = zipped(("inner.jar", inner), method=zipfile.ZIP_STORED)
    return zipped(("plugin/inner.jar", inner), ("plugin/inner.zip", inner))


KINDS = {
    "truncated": (truncated, "plugin.zip is truncated or damaged"),
    "bomb": (a_bomb, "plugin.zip must unpack to at most 100 times its"),
    "bomb within": (a_bomb_within, "a.jar must unpack to at most 100 times its"),
    "nested": (nested, "io.debezium.connector.mysql.MySqlConnector"),
}
COMMANDS = {
    "inspect": ["plugin", "inspect", "plugin.zip"],
    "check": ["check"],
    "deep": ["check", "--deep", "--offline"],
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("command", COMMANDS)
def test_it_is_reported_as_what_it_is(command: str, kind: str, tmp_path: Path) -> None:
    make: Callable[[], bytes]
    make, expected = KINDS[kind]
    (tmp_path / "plugin.zip").write_bytes(make())
    text = (ROOT / "environments/rehearsal.yaml").read_text()
    lines = ["    archive: plugin.zip" if line.strip().startswith("archive:") else line for line in text.splitlines()]
    (tmp_path / "shop.yaml").write_text("\n".join(lines))
    arguments = [*COMMANDS[command], *([] if command == "inspect" else ["shop.yaml"])]
    done = subprocess.run(
        [sys.executable, "-m", "cdc.cli", *arguments],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        timeout=SECONDS,
        check=False,
    )
    printed = done.stdout + done.stderr
    if (command, kind) == ("inspect", "nested"):
        assert "must contain a source or sink connector, got none" in printed
        return
    assert done.returncode == 1
    assert expected in printed
    assert "Exception" not in printed
