"""No command prints a control character of its input: it would move the cursor, hide text, or end a CI log's group."""

import io
import json
import os
import pty
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from cdc.console import FilteredConsole, table
from tests.places import ROOT
from tests.unit.environment.environment_files import PROD

EVIL = "x\x1b[2J\x1b]0;title\x07\r\x9b1m\u202e\u2066y"
CONTROL = re.compile(r"[^\S\n\t ]|[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
# The colours of rich, and the cursor of its spinner.
STYLES = re.compile(r"\x1b\[[\d;]*[mAK]|\x1b\[\?25[lh]|\r")


def environment(change: Callable[[dict[str, object]], object], folder: Path, name: str = "shop.yaml") -> str:
    document = yaml.safe_load(PROD)
    change(document)
    (folder / name).write_text(yaml.safe_dump(document, allow_unicode=False))
    return name


def a_value(folder: Path) -> list[str]:
    return ["check", environment(lambda document: document.update(region=EVIL), folder)]


def a_key(folder: Path) -> list[str]:
    return ["check", environment(lambda document: document.update({EVIL: 1}), folder)]


def a_json_report(folder: Path) -> list[str]:
    return ["check", "--json", environment(lambda document: document.update({EVIL: 1}), folder)]


def a_file_name(folder: Path) -> list[str]:
    return ["check", environment(lambda document: document.pop("region"), folder, f"{EVIL}.yaml")]


def an_argument(_: Path) -> list[str]:
    return ["check", EVIL]


def a_command(_: Path) -> list[str]:
    return [EVIL]


def an_option(_: Path) -> list[str]:
    return ["check", f"--{EVIL}"]


def a_member(folder: Path) -> list[str]:
    with zipfile.ZipFile(folder / "plugin.zip", "w") as archive:
        archive.writestr(f"plugin/{EVIL}.jar", b"no jar")
    return ["plugin", "inspect", "plugin.zip"]


def an_archive(folder: Path) -> list[str]:
    (folder / f"[bold]{EVIL}.zip").write_bytes(b"no archive")
    return ["plugin", "inspect", f"[bold]{EVIL}.zip"]


def an_imported_connector(folder: Path) -> list[str]:
    configuration = {"connector.class": "io.debezium.connector.mysql.MySqlConnector", EVIL: EVIL}
    (folder / "connector.json").write_text(json.dumps({"name": EVIL, "config": configuration}))
    return ["import", "connector.json"]


def a_property(_: Path) -> list[str]:
    return ["explain", EVIL]


KINDS = (
    a_value, a_key, a_json_report, a_file_name, an_argument, a_command, an_option, a_member, an_archive,
    an_imported_connector, a_property,
)  # fmt: skip


def run(arguments: list[str], folder: Path) -> str:
    """Everything that ``cdc`` prints."""
    done = subprocess.run(
        [sys.executable, "-m", "cdc.cli", *arguments],
        capture_output=True,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        timeout=60,
    )
    return (done.stdout + done.stderr).decode()


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_of_each_kind(kind: Callable[[Path], list[str]], tmp_path: Path) -> None:
    printed = run(kind(tmp_path), tmp_path)
    assert "Traceback" not in printed
    assert re.search(r"x\\+(x1b|u001b)\[2J", printed), printed
    assert not CONTROL.search(printed), repr(printed)


def test_of_an_environment_that_is_synthesized(tmp_path: Path) -> None:
    (tmp_path / "shop.yaml").write_text(f"region: {json.dumps(EVIL)}\n")
    done = subprocess.run(
        [sys.executable, str(ROOT / "main.py"), "shop.yaml"], capture_output=True, cwd=tmp_path, timeout=60, check=False
    )
    assert "x\\x1b[2J" in done.stderr.decode()
    assert not CONTROL.search(done.stderr.decode())


def test_on_a_terminal(tmp_path: Path) -> None:
    """There only the console's own colours and its spinner are printed."""
    controller, terminal = pty.openpty()
    arguments = an_archive(tmp_path)
    process = subprocess.Popen(
        [sys.executable, "-m", "cdc.cli", *arguments],
        stdout=terminal,
        stderr=terminal,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm"},
    )
    os.close(terminal)
    printed = b""
    try:
        while chunk := os.read(controller, 4096):
            printed += chunk
    except OSError:  # Linux ends a terminal so
        process.wait(60)
    found = STYLES.sub("", printed.decode())
    assert "x\\x1b[2J" in found
    assert not CONTROL.search(found), repr(found)


def test_of_a_servers_log() -> None:
    """Whatever a console prints: text, a table, a status, JSON."""
    for terminal in (False, True):
        stream = io.StringIO()
        console = FilteredConsole(file=stream, width=120, force_terminal=terminal, highlight=False)
        console.print(EVIL, table("", ["log"], [[EVIL]]), console.status(EVIL), f"[red]{EVIL}[/nothing]", markup=False)
        console.print_json(json.dumps({"log": EVIL}, ensure_ascii=False))
        found = STYLES.sub("", stream.getvalue())
        assert found.count("x\\x1b[2J") >= 3
        assert "x\\u001b[2J" in found
        assert not CONTROL.search(found), repr(found)
