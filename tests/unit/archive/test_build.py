"""A plugin's archive has the required jars only, and the same bytes on every machine."""

import os
import stat
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from modules.archive import build
from modules.archive.build import Assembly, AssemblyError, Part, assemble, describe, write
from modules.archive.manifest import read
from modules.archive.worker import Worker
from modules.archive.zips import BadArchiveError
from tests.places import ROOT
from tests.unit.archive.classes import SOURCE, class_file, connector, jar_bytes, make_worker, method, pom, zipped

NAME = "org.example.Connector"
JAR = jar_bytes(connector(), pom("org.example", "connector", "1", "MIT"))
RESPONSE = "jakarta/ws/rs/core/Response"


def part(folder: Path, name: str, data: bytes, file_name: str = "") -> Part:
    path = folder / f"cached-{name}"
    path.write_bytes(data)
    return Part(name, f"org.example:{name}:1", "1", "MIT", file_name or f"{name}.zip", path)


def bundle(folder: Path, files: Mapping[str, bytes | str], name: str = "connector") -> Part:
    return part(folder, name, zipped({f"top/{file}": data for file, data in files.items()}))


def built(folder: Path, worker: Worker, *parts: Part) -> Path:
    assembly = assemble("orders", parts, workers=[worker])
    target = folder / "out" / "orders.zip"
    write(assembly, describe(assembly, connector=NAME, workers=[worker]), target)
    return target


def jars(assembly: Assembly) -> list[str]:
    return [jar.name for jar in assembly.contents.jars]


def test_jars_are_in_one_folder_and_licence_texts_by_part(tmp_path: Path, worker: Worker) -> None:
    archive = bundle(tmp_path, {"LICENSE.txt": "mit", "sub/NOTICE": "n", "README.md": "no", "sub/connector-1.jar": JAR})
    single = part(tmp_path, "thing", jar_bytes(["t/T"]), "thing-2.jar")
    with zipfile.ZipFile(built(tmp_path, worker, archive, single)) as result:
        assert result.namelist() == [
            "orders/connector-1.jar",
            "orders/licences/connector/LICENSE.txt",
            "orders/licences/connector/sub/NOTICE",
            "orders/plugin.json",
            "orders/thing-2.jar",
        ]
        assert result.read("orders/connector-1.jar") == JAR


def test_the_manifest_describes_the_archive(tmp_path: Path, worker: Worker) -> None:
    files = {"connector-1.jar": JAR, "kafka-clients-4.3.0.jar": jar_bytes(["org/apache/kafka/clients/A"])}
    manifest = read(built(tmp_path, worker, bundle(tmp_path, files)))
    assert manifest is not None
    assert (manifest.plugin, manifest.connector, manifest.connectors) == ("orders", NAME, (NAME,))
    assert [(entry.name, entry.coordinates) for entry in manifest.parts] == [("connector", "org.example:connector:1")]
    assert [(entry.name, entry.coordinates) for entry in manifest.jars] == [
        ("connector-1.jar", ("org.example:connector:1",))
    ]
    assert manifest.worker_owned == ("kafka-clients-4.3.0.jar",)
    assert (manifest.java, manifest.kafkaconnect_versions) == (17, ("3.7.x",))


def test_jars_of_the_worker_are_left_out(tmp_path: Path, worker: Worker) -> None:
    files = {"connector-1.jar": JAR, "lz4-java-1.8.jar": jar_bytes(["net/jpountz/A"])}
    assembly = assemble("orders", [bundle(tmp_path, files)], workers=[worker])
    assert jars(assembly) == ["connector-1.jar"]
    assert [jar.name for jar in assembly.contents.worker_owned] == ["lz4-java-1.8.jar"]


@pytest.mark.parametrize("worker_has_it", [True, False])
def test_a_jar_that_the_worker_cannot_replace_is_kept(tmp_path: Path, worker_has_it: bool) -> None:
    response = {RESPONSE: class_file(RESPONSE, methods={("ok", "()V"): 1})}
    worker = make_worker(tmp_path, more=response if worker_has_it else {})
    needs = jar_bytes(connector(references=[method(RESPONSE, "ok")]))
    files = {"connector-1.jar": needs, "jakarta.ws.rs-api-3.1.0.jar": jar_bytes(response)}
    kept = jars(assemble("orders", [bundle(tmp_path, files)], workers=[worker]))
    assert ("jakarta.ws.rs-api-3.1.0.jar" in kept) is not worker_has_it


@pytest.mark.parametrize("other", ["connector-1.jar", "Connector-1.jar"])
def test_two_jars_of_one_name_must_be_equal(tmp_path: Path, worker: Worker, other: str) -> None:
    first, same = bundle(tmp_path, {"connector-1.jar": JAR}), bundle(tmp_path, {"connector-1.jar": JAR}, "copy")
    assert jars(assemble("orders", [first, same], workers=[worker])) == ["connector-1.jar"]
    differs = bundle(tmp_path, {other: jar_bytes(["a/A"])}, "differs")
    with pytest.raises(AssemblyError, match=rf"{other} must be one jar, got sha256 .* from connector and .* differs;"):
        assemble("orders", [first, differs], workers=[worker])


@pytest.mark.parametrize(
    ("data", "file_name", "message"),
    [
        (b"", "connector.zip", "connector.zip must be a ZIP or JAR"),
        (zipped({"../a.jar": JAR}), "connector.zip", "connector.zip: entry '../a.jar' must be inside"),
        (zipped({"a.jar": b"no jar"}), "connector.zip", "a.jar must be a ZIP or JAR, got b'no jar'"),
        (zipped({"a.jar": JAR[:-30]}), "connector.zip", "a.jar is truncated or damaged"),
        (zipped({"a.jar": zipped({"/A.class": b""})}), "connector.zip", "a.jar: entry '/A.class' must have a relative"),
        (JAR[:-30], "connector-1.jar", "connector-1.jar is truncated or damaged"),
        (zipped({"a.jar": jar_bytes({"a/A": b"no"})}), "connector.zip", "a.jar: a/A.class must be a class file"),
    ],
)
def test_a_damaged_part_is_an_error(tmp_path: Path, worker: Worker, data: bytes, file_name: str, message: str) -> None:
    with pytest.raises(BadArchiveError, match=message):
        assemble("orders", [part(tmp_path, "connector", data, file_name)], workers=[worker])


BUILD = """
import sys
from pathlib import Path
from modules.archive.build import Part, assemble, describe, write
from modules.archive.worker import Worker
parts, worker, umask, target = sys.argv[1:]
import os
os.umask(int(umask, 8))
worker = Worker("3.7.x", 17, (Path(worker),))
parts = [Part(p.stem, p.stem, "1", "MIT", p.name, p) for p in sorted(Path(parts).iterdir())]
assembly = assemble("orders", parts, workers=[worker])
write(assembly, describe(assembly, connector="org.example.Connector", workers=[worker]), Path(target))
"""


def test_the_bytes_are_the_same_on_every_machine(tmp_path: Path, worker: Worker) -> None:
    inner = {f"j{number}.jar": jar_bytes([f"a/A{number}"]) for number in range(9)}
    archives = {
        "a.zip": zipped({"top/LICENSE": "mit", "top/connector-1.jar": JAR}),
        "b.zip": zipped({"NOTICE": "n", **inner}),
    }
    results = []
    for zone, umask, seed in (("UTC", "022", "1"), ("Asia/Tokyo", "077", "2")):
        parts = tmp_path / seed / "parts"
        parts.mkdir(parents=True)
        for name, content in archives.items():
            (parts / name).write_bytes(content)
        target = tmp_path / seed / "orders.zip"
        variables = {**os.environ, "TZ": zone, "PYTHONHASHSEED": seed}
        command = [sys.executable, "-c", BUILD, str(parts), str(worker.jars[0]), umask, str(target)]
        subprocess.run(command, check=True, env=variables, cwd=ROOT)
        results.append(target.read_bytes())
    assert results[0] == results[1]


def test_entries_do_not_depend_on_the_machine(tmp_path: Path, worker: Worker) -> None:
    target = built(tmp_path, worker, bundle(tmp_path, {"LIZENZ/LICENSE-Grüße": "x", "connector-1.jar": JAR}))
    with zipfile.ZipFile(target) as result:
        assert {
            (entry.date_time, entry.compress_type, entry.external_attr >> 16, entry.create_system, entry.extra)
            for entry in result.infolist()
        } == {((1980, 1, 1, 0, 0, 0), zipfile.ZIP_STORED, stat.S_IFREG | 0o644, 3, b"")}
        assert "orders/licences/connector/LIZENZ/LICENSE-Grüße" in result.namelist()
    assert stat.S_IMODE(target.stat().st_mode) == 0o644


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError])
def test_no_incomplete_file_remains(
    tmp_path: Path, worker: Worker, monkeypatch: pytest.MonkeyPatch, error: type[BaseException]
) -> None:
    target = built(tmp_path, worker, bundle(tmp_path, {"connector-1.jar": JAR}))
    before = target.read_bytes()
    entries = iter([build._plain("orders/connector-1.jar")])

    def interrupted(name: str) -> zipfile.ZipInfo:
        if entry := next(entries, None):
            return entry
        raise error(name)

    monkeypatch.setattr(build, "_plain", interrupted)
    other = jar_bytes({"org/example/Connector": class_file("org/example/Connector", superclass=SOURCE, java=11)})
    with pytest.raises(error):
        built(tmp_path, worker, bundle(tmp_path, {"connector-1.jar": other}))
    assert target.read_bytes() == before
    assert list(target.parent.iterdir()) == [target]
