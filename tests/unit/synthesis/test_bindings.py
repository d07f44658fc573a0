"""Bindings load fast or, if anything is unexpected, in jsii's own way: the output is the same."""

import io
import json
import os
import subprocess
import sys
import tarfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from modules.synthesis.assembly import cut, reduced
from tests.places import ROOT

APP = """
import sys
from modules.synthesis import sdk

app = sdk.App(outdir=sys.argv[1])
stack = sdk.TerraformStack(app, "stack")
sdk.AwsProvider(stack, "aws", region="us-east-1")
vpc = sdk.Vpc(stack, "vpc", cidr_block="10.0.0.0/16", tags={"owner": "us"})
sdk.TerraformOutput(stack, "id", value=sdk.SecurityGroup(stack, "group", vpc_id=vpc.id).id)
app.synth()
"""
NODE = "import modules.synthesis.sdk, jsii; print(jsii.kernel.provider._process._process._process.pid, flush=True)\n"


def python(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Runs Python in the project folder, with the default bindings."""
    inherited = {key: value for key, value in os.environ.items() if key != "MSK_CDC_STOCK_BINDINGS"}
    return subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=inherited | environment, capture_output=True, text=True, timeout=300
    )


def synthesized(outdir: Path, **environment: str) -> tuple[dict[str, bytes], str]:
    """The files that APP writes to ``outdir``, and its stderr."""
    process = python("-c", APP, str(outdir), **environment)
    assert process.returncode == 0, process.stderr
    return contents(outdir), process.stderr


def contents(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache that already has the reduced assembly."""
    folder = tmp_path_factory.mktemp("cache")
    assert python("-c", "from modules.synthesis import sdk", XDG_CACHE_HOME=str(folder)).stderr == ""
    return folder


@pytest.fixture(scope="module")
def fast(tmp_path_factory: pytest.TempPathFactory, cache: Path) -> dict[str, bytes]:
    written, stderr = synthesized(tmp_path_factory.mktemp("fast"), XDG_CACHE_HOME=str(cache))
    assert stderr == ""
    assert "stacks/stack/cdk.tf.json" in written
    return written


def test_an_environment_is_the_same_with_stock_bindings(tmp_path: Path, cache: Path) -> None:
    def environment(folder: Path, **variables: str) -> dict[str, bytes]:
        process = python("main.py", "environments/prod.yaml", CDKTF_OUTDIR=str(folder), **variables)
        assert process.returncode == 0, process.stderr
        assert "bindings:" not in process.stderr
        return contents(folder)

    untouched = tmp_path / "cache"
    stock = environment(tmp_path / "stock", MSK_CDC_STOCK_BINDINGS="1", XDG_CACHE_HOME=str(untouched))
    assert not untouched.exists()
    assert environment(tmp_path / "fast", XDG_CACHE_HOME=str(cache)) == stock
    assert len([name for name in stock if name.endswith("cdk.tf.json")]) == 3


def test_a_second_run_uses_the_cache(tmp_path: Path, cache: Path, fast: dict[str, bytes]) -> None:
    (entry,) = cache.rglob("*.tgz")
    before = entry.stat()
    assert synthesized(tmp_path, XDG_CACHE_HOME=str(cache)) == (fast, "")
    assert (entry.stat().st_ino, entry.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_a_damaged_cache_entry_is_replaced(tmp_path: Path, cache: Path, fast: dict[str, bytes]) -> None:
    (entry,) = cache.rglob("*.tgz")
    good = entry.read_bytes()
    entry.write_bytes(good[: len(good) // 2])
    assert synthesized(tmp_path, XDG_CACHE_HOME=str(cache)) == (fast, "")
    assert [file.read_bytes() for file in cache.rglob("*.tgz")] == [good]


def test_without_a_writable_cache_loading_is_slow_but_works(tmp_path: Path, fast: dict[str, bytes]) -> None:
    (tmp_path / "file").touch()
    written, stderr = synthesized(tmp_path / "out", XDG_CACHE_HOME=str(tmp_path / "file"))
    assert written == fast
    assert stderr.startswith("bindings: loading them in jsii's own way, which is slow: ")


def test_if_node_refuses_the_reduced_assembly_loading_is_slow_but_works(tmp_path: Path, fast: dict[str, bytes]) -> None:
    broken = "import modules.synthesis.assembly\nmodules.synthesis.assembly.cut = lambda *_, **__: b'no archive'\n"
    process = python("-c", broken + APP, str(tmp_path / "out"), XDG_CACHE_HOME=str(tmp_path / "cache"))
    assert process.returncode == 0, process.stderr
    assert contents(tmp_path / "out") == fast
    assert process.stderr.startswith("bindings: loading them in jsii's own way, which is slow: ")


@pytest.mark.parametrize("files", [[], ["a.tgz", "b.tgz"]])
def test_a_package_with_another_layout_is_imported_in_jsiis_way(tmp_path: Path, files: list[str]) -> None:
    package = tmp_path / "other_provider"
    for folder in ("_jsii", "vpc"):
        (package / folder).mkdir(parents=True)
    for file in files:
        (package / "_jsii" / file).touch()
    (package / "__init__.py").write_text("print('all of it')")
    (package / "vpc" / "__init__.py").write_text("from .. import _jsii")
    code = (
        "from modules.synthesis.bindings import loading\n"
        "with loading(provider='other_provider'): import other_provider.vpc"
    )
    process = python("-c", code, PYTHONPATH=f"{tmp_path}:{ROOT}")
    assert (process.returncode, process.stdout) == (0, "all of it\n"), process.stderr
    assert "values to unpack" in process.stderr


def test_a_late_import_is_refused(cache: Path) -> None:
    code = "from modules.synthesis import sdk\nfrom cdktf_cdktf_provider_aws.sqs_queue import SqsQueue"
    process = python("-c", code, XDG_CACHE_HOME=str(cache))
    assert process.returncode == 1
    assert process.stderr.splitlines()[-1] == (
        "ImportError: cdktf_cdktf_provider_aws.sqs_queue must be imported in modules/synthesis/sdk.py, "
        "where the bindings are loaded"
    )


def test_an_error_of_node_is_raised(tmp_path: Path, cache: Path) -> None:
    process = python("-c", APP.replace('"group"', '"vpc"'), str(tmp_path), XDG_CACHE_HOME=str(cache))
    assert process.returncode == 1
    assert "There is already a Construct with name 'vpc'" in process.stderr


@pytest.mark.parametrize(
    ("code", "last"),
    [
        (NODE + "raise RuntimeError('early')", "RuntimeError: early"),
        (
            NODE + "modules.synthesis.sdk.App(outdir='/dev/null/out')",
            "RuntimeError: ENOTDIR: not a directory, mkdir '/dev/null/out'",
        ),
    ],
)
def test_a_failure_ends_node_and_prints_nothing_else(code: str, last: str, cache: Path) -> None:
    started = time.monotonic()
    process = python("-c", code, XDG_CACHE_HOME=str(cache))
    assert time.monotonic() - started < 5
    assert process.returncode == 1
    assert "Exception ignored" not in process.stderr
    assert process.stderr.splitlines()[-1] == last
    with pytest.raises(ProcessLookupError):
        os.kill(int(process.stdout), 0)


def test_stderr_has_the_traceback_only(cache: Path) -> None:
    process = python(
        "-c", "from modules.synthesis import sdk\nraise SystemExit(sdk.App.no_such_thing)", XDG_CACHE_HOME=str(cache)
    )
    first, *quoted, last = process.stderr.splitlines()
    assert first == "Traceback (most recent call last):"
    assert quoted[0] == '  File "<string>", line 2, in <module>'
    assert all(line.startswith("  ") for line in quoted)
    assert last == "AttributeError: type object 'App' has no attribute 'no_such_thing'"


# --- the reduction itself, on an assembly of two submodules

NAME = "@acme/provider"
DESCRIPTION = {
    "name": NAME,
    "dependencies": {"cdktf": "^0.21.0"},
    "metadata": {"tscRootDir": "src"},
    "submodules": {f"{NAME}.{name}": {"symbolId": f"src/{name}/index:"} for name in ("vpc", "subnet")},
    "types": {f"{NAME}.vpc.Vpc": {"docs": {"summary": "long"}}, f"{NAME}.subnet.Subnet": {"base": "cdktf.Resource"}},
}
FILES = {
    ".jsii": json.dumps(DESCRIPTION),
    "package.json": '{"main": "lib/index.js"}',
    "lib/index.js": 'exports.vpc = require("./vpc");\nexports.subnet = require("./subnet");\n',
    "lib/vpc/index.js": 'const cdktf = require("cdktf");\n//# sourceMappingURL=data:long',
    "lib/vpc/index.d.ts": "export declare class Vpc {}",
    "lib/subnet/index.js": "",
}


def assembly(folder: Path, files: Mapping[str, str]) -> Path:
    path = folder / "assembly.tgz"
    with tarfile.open(path, "w:gz") as archive:
        for name, text in files.items():
            member = tarfile.TarInfo(f"package/{name}")
            member.size = len(text.encode())
            archive.addfile(member, io.BytesIO(text.encode()))
    return path


def unpacked(data: bytes) -> dict[str, str]:
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        files = {member.name: archive.extractfile(member) for member in archive}
        return {name: file.read().decode() for name, file in files.items() if file}


def described(**changes: Any) -> str:
    return json.dumps(DESCRIPTION | changes)


def test_a_reduced_assembly_has_only_the_used_submodules(tmp_path: Path) -> None:
    files = unpacked(cut(assembly(tmp_path, FILES), name=NAME, types=[f"{NAME}.vpc.Vpc"]))
    assert files.keys() == {f"package/{name}" for name in (".jsii", "package.json", "lib/index.js", "lib/vpc/index.js")}
    assert json.loads(files["package/.jsii"])["types"] == {f"{NAME}.vpc.Vpc": {}}
    assert files["package/lib/index.js"] == 'exports.vpc = require("./vpc");\n'
    assert files["package/lib/vpc/index.js"] == 'const cdktf = require("cdktf");'


@pytest.mark.parametrize(
    ("files", "error"),
    [
        ({".jsii": described(types={f"{NAME}.vpc.Vpc": {"base": f"{NAME}.subnet.Subnet"}})}, "must contain every type"),
        ({".jsii": described(types={})}, "must contain every type"),
        ({".jsii": described(types=DESCRIPTION["types"] | {f"{NAME}.Root": {}})}, "must be in a submodule"),  # type: ignore[operator]
        ({".jsii": described(submodules={f"{NAME}.vpc": {"symbolId": "src/vpc:"}})}, "must have an index"),
        ({".jsii": described(submodules={})}, "vpc"),
        ({"lib/vpc/index.js": 'require("../subnet")'}, "must require only"),
        ({"lib/vpc/index.js": 'require("fs-extra")'}, "must require only"),
        (
            {"lib/vpc/index.js": 'require("./structs")', "lib/vpc/structs.js": "require('..')"},
            "must require only",
        ),
    ],
)
def test_an_incomplete_reduction_is_an_error(tmp_path: Path, files: dict[str, str], error: str) -> None:
    with pytest.raises((ValueError, LookupError), match=error):
        cut(assembly(tmp_path, FILES | files), name=NAME, types=[f"{NAME}.vpc.Vpc"])


def test_a_submodule_without_code_is_refused(tmp_path: Path) -> None:
    files = {name: text for name, text in FILES.items() if name != "lib/vpc/index.js"}
    with pytest.raises(ValueError, match="must have code"):
        cut(assembly(tmp_path, files), name=NAME, types=[f"{NAME}.vpc.Vpc"])


def test_another_assembly_of_the_same_version_is_another_entry(tmp_path: Path) -> None:
    def entry(files: Mapping[str, str]) -> Path:
        source = assembly(tmp_path, files)
        return reduced(source, name=NAME, version="1", types=[f"{NAME}.vpc.Vpc"], cache=tmp_path / "cache")

    first = entry(FILES)
    assert entry(FILES) == first
    assert entry(FILES | {"lib/vpc/index.js": "'use strict'"}) != first
