"""Imports go one way, only ``modules.sdk`` knows the CDK distribution, and synthesis reads nothing of the machine."""

import ast
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

# A module imports from the lines above its own, never from its own line or below.
LAYERS = [
    {
        "addresses",
        "archive.licences",
        "archive.zips",
        "assembly",
        "deployment",
        "locked_providers",
        "msk",
        "names",
        "states",
        "checks.secrecy",
    },
    {"archive.classfile", "archive.libraries", "archive.manifest", "bindings", "checks.problems"},
    {"archive.jar", "artifacts.failures", "artifacts.lock", "artifacts.partial"},
    {"archive.classpath", "artifacts.cache", "artifacts.progress", "artifacts.sources"},
    {"archive.worker", "artifacts.session"},
    {"archive.conflicts", "archive.contents", "archive.plugins", "artifacts.transport"},
    {"archive.linking", "artifacts.fetch", "artifacts.publisher"},
    {"archive.build", "archive.judge", "artifacts.resolve"},
    {"archive.inspection", "artifacts.renew"},
    {"debezium", "checks.document", "checks.rulebook"},
    {"policies", "checks.connector_rules", "checks.platform_rules"},
    {"checks.rules"},
    {"config"},
    {"checks.shape", "contents"},
    {"checks.wording"},
    {"environment"},
    {"sdk"},
    {"hcl"},
    {"bucket", "encryption", "firewall", "monitoring", "rollout"},
    {"network", "plugin", "state_store"},
    {"kafka", "source"},
    {"connector", "consumer"},
    {"stacks"},
    {"app"},
]
PACKAGES = {"modules", "modules.archive", "modules.artifacts", "modules.checks"}
DISTRIBUTION = {"cdktf", "cdktf_cdktf_provider_aws", "constructs", "jsii"}
LOADS_DISTRIBUTION = {"modules.sdk", "modules.bindings"}
DEPLOYED_NEVER_IMPORTS = {"benchmarks", "boto3", "botocore", "cdc", "rehearsal", "tests"}
# The same YAML gives the same bytes on every machine, at any time.
NOT_IN_SYNTHESIS = {"datetime", "getpass", "random", "secrets", "socket", "time", "uuid"}
READS_MACHINE = {"modules.bindings"}
# Fetching and judging go before synthesis, which reads an archive's manifest and nothing else of it.
BEFORE_SYNTHESIS = ("modules.archive.", "modules.artifacts.")
READ_BY_SYNTHESIS = {"modules.archive.manifest", "modules.archive.zips"}
SEEN_BY_REHEARSAL = (
    "modules.archive.",
    "modules.artifacts.",
    "modules.checks.problems",
    "modules.config",
    "modules.debezium",
    "modules.environment",
    "modules.msk",
    "modules.names",
)

Modules = Mapping[str, str]


def python_files(*folders: str) -> dict[str, str]:
    """Source text by dotted name."""
    files = [file.relative_to(ROOT) for folder in folders for file in (ROOT / folder).rglob("*.py")]
    ours = [file for file in files if not any(part.startswith((".", "node_")) for part in file.parts)]
    return {".".join(file.with_suffix("").parts): (ROOT / file).read_text() for file in ours}


def imports(source: str) -> set[str]:
    """The modules that ``source`` imports when it runs, ``from modules import kafka`` as ``modules.kafka``."""
    return {name for node in _run(ast.parse(source)) for name in _imported(node)}


def _run(node: ast.AST) -> Iterator[ast.AST]:
    """Every node but those under ``if TYPE_CHECKING``, which bind nothing."""
    yield node
    for child in ast.iter_child_nodes(node):
        if not (isinstance(child, ast.If) and ast.unparse(child.test).endswith("TYPE_CHECKING")):
            yield from _run(child)


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        name = "." * node.level + (node.module or "")
        return [f"{name}.{alias.name}" for alias in node.names] if name in PACKAGES else [name]
    return []


def top(name: str) -> str:
    return name.partition(".")[0]


def layer(module: str) -> int | None:
    """The position of ``modules.<name>``, None where it has none."""
    return next((i for i, names in enumerate(LAYERS) if module.removeprefix("modules.") in names), None)


def wrong_ways(modules: Modules) -> list[str]:
    """Imports inside ``modules`` that do not point up in LAYERS."""
    return [
        f"{module} imports {name}"
        for module, source in modules.items()
        for name in imports(source)
        if top(name) == "modules" and not _above(name, module)
    ]


def _above(name: str, module: str) -> bool:
    place, own = layer(name), layer(module)
    return place is not None and own is not None and place < own


def distribution_users(modules: Modules) -> list[str]:
    return [m for m, source in modules.items() if DISTRIBUTION & {top(n) for n in imports(source)}]


def outward(modules: Modules) -> list[str]:
    return [m for m, source in modules.items() if DEPLOYED_NEVER_IMPORTS & {top(n) for n in imports(source)}]


def machine_readers(modules: Modules) -> list[str]:
    """Modules that read environment variables, a clock or random numbers."""
    return [
        m
        for m, source in modules.items()
        if NOT_IN_SYNTHESIS & imports(source) or any(word in source for word in ("os.environ", "getenv", "environb"))
    ]


MODULES = python_files("modules")


def test_every_module_has_a_place() -> None:
    assert {m for m in MODULES if layer(m) is None} == {f"{package}.__init__" for package in PACKAGES}
    assert {f"modules.{name}" for names in LAYERS for name in names} <= set(MODULES)


def test_imports_point_up() -> None:
    assert wrong_ways(MODULES) == []


def test_only_the_sdk_names_the_distribution() -> None:
    everything = python_files("modules", "cdc", "rehearsal", "benchmarks", "tests")
    assert set(distribution_users(everything)) <= LOADS_DISTRIBUTION


def test_what_is_deployed_does_not_import_what_runs_beside_it() -> None:
    assert outward(MODULES) == []


def test_the_rehearsal_reads_what_terraform_reads() -> None:
    """It knows the environment file and the pins; of what is deployed it sees the JSON only."""
    assert beyond(python_files("rehearsal")) == []


def beyond(modules: Modules) -> list[str]:
    """Modules that import more than the rehearsal's own, the environment file, archives and pins."""
    return [module for module, source in modules.items() if any(map(_beyond, imports(source)))]


def _beyond(name: str) -> bool:
    ours = top(name) == "modules" and not name.startswith(SEEN_BY_REHEARSAL)
    return ours or top(name) in {"benchmarks", "cdc", "tests"}


def reached(start: str, modules: Modules) -> set[str]:
    """``start`` and all that it imports, directly or not."""
    found: set[str] = set()
    waiting = {start}
    while waiting:
        found |= waiting
        waiting = {name for module in waiting for name in imports(modules[module]) if name in modules} - found
    return found


def test_synthesis_reads_nothing_of_the_machine() -> None:
    synthesis = {name: MODULES[name] for name in reached("modules.app", MODULES)}
    assert "modules.network" in synthesis
    assert set(machine_readers(synthesis)) <= READS_MACHINE


def test_synthesis_fetches_and_judges_nothing() -> None:
    before = {name for name in reached("modules.app", MODULES) if name.startswith(BEFORE_SYNTHESIS)}
    assert before == READ_BY_SYNTHESIS


def test_judging_an_archive_reads_nothing_of_the_machine() -> None:
    assert machine_readers({name: text for name, text in MODULES.items() if name.startswith("modules.archive.")}) == []


def test_main_knows_the_app_only() -> None:
    assert {n for n in imports((ROOT / "main.py").read_text()) if top(n) == "modules"} <= {
        "modules.app",
        "modules.environment",
    }


@pytest.mark.parametrize(
    ("module", "source", "wrong"),
    [
        ("modules.app", "from modules import stacks", False),
        ("modules.stacks", "from modules.app import build", True),
        ("modules.kafka", "from modules.network import Network", False),
        ("modules.network", "import modules.kafka", True),
        ("modules.connector", "from modules import consumer", True),
        ("modules.config", "from modules.sdk import Vpc", True),
        ("modules.checks.rules", "if TYPE_CHECKING:\n    from modules.config import Environment", False),
        ("modules.checks.rules", "def f():\n    from modules.config import Environment", True),
        ("modules.kafka", "from modules.unheard_of import x", True),
    ],
)
def test_the_direction_is_told(module: str, source: str, wrong: bool) -> None:
    assert bool(wrong_ways({module: source})) is wrong


@pytest.mark.parametrize(
    ("check", "source"),
    [
        (distribution_users, "import cdktf"),
        (distribution_users, "from cdktf_cdktf_provider_aws.vpc import Vpc"),
        (outward, "from rehearsal.aws import Aws"),
        (outward, "import boto3"),
        (beyond, "from modules.connector import Connector"),
        (beyond, "from modules import sdk"),
        (beyond, "from cdc import terraform"),
        (machine_readers, "import os\nREGION = os.environ['AWS_REGION']"),
        (machine_readers, "from os import getenv"),
        (machine_readers, "from datetime import date"),
    ],
)
def test_a_forbidden_import_is_told(check: Callable[[Modules], list[str]], source: str) -> None:
    assert check({"modules.kafka": source}) == ["modules.kafka"]
    assert check({"modules.kafka": "import json"}) == []
