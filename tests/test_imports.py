"""Imports go one way, only synthesis imports the CDK distribution, and it does not depend on the machine."""

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence

import pytest

from tests.places import ROOT

# Rooms from the bottom up: folders, and files next to folders. The rooms of one list may import from all lists above,
# never from their own or a later one; within a folder only circular imports are forbidden.
MODULES = [
    ["program"],
    ["cache_folder", "certificates", "messages", "properties_file", "template_text", "user_files"],
    ["archive", "debezium", "self_healing"],
    ["artifacts"],
    ["environment"],
    ["synthesis"],
    ["deployment", "states", "subnets"],
    ["iam"],
    ["storage"],
    ["monitoring", "rollout", "security_group_rules"],
    ["logs", "plugin", "registry"],
    ["environment_stack", "healing", "network"],
    ["kafka", "source"],
    ["connector", "consumer", "lambda_consumer"],
    ["stacks"],
    ["connect_stack"],
    ["app"],
]
REHEARSAL = [
    ["processes"],
    ["aws"],
    ["kafka", "database", "registry"],
    ["iam", "deploy"],
    ["connect", "events"],
    ["failures", "steps", "substitutions", "requirements", "daemon_process"],
    ["daemon_client", "second_plans"],
    ["databases", "deployment", "disk_watch", "embedded_account", "schema_registry"],
    [
        "evidence",
        "inputs",
        "kept_limits",
        "lab",
        "lab_access",
        "observations",
        "outcome",
        "running_servers",
        "wait_reports",
    ],
    ["servers"],
    ["daemon", "rehearsal"],
    ["kept"],
]
CDC = [
    ["aws", "findings", "options", "environments", "terraform", "console", "version"],
    ["display", "jars", "pricing", "report"],
    ["deep", "definitions"],
    ["artifacts", "check", "deployer", "explain", "imports", "schema", "delivery", "plans", "plugin", "state"],
    ["diagram"],
    ["cost", "kafka", "preflight", "verify"],
    ["operate"],
    ["drift"],
    ["rehearse"],
    ["cli"],
    ["start"],
]
ORDERS: Mapping[str, Sequence[Sequence[str]]] = {"modules": MODULES, "rehearsal": REHEARSAL, "cdc": CDC}
# The allowed imports between top-level folders.
TOPS = [["modules"], ["rehearsal"], ["cdc"], ["benchmarks", "tests", "main"]]

DISTRIBUTION = {"cdktf", "cdktf_cdktf_provider_aws", "constructs", "jsii"}
LOADS_DISTRIBUTION = {"modules.synthesis.sdk", "modules.synthesis.bindings"}
DEPLOYED_NEVER_IMPORTS = {"boto3", "botocore"}
# Runs on Lambda, and is no part of synthesis: that reads its text.
RUNS_ON_LAMBDA = "modules.self_healing.function"
# The same YAML gives the same bytes on every machine, at any time.
NOT_IN_SYNTHESIS = {"datetime", "getpass", "random", "secrets", "socket", "time", "uuid"}
READS_MACHINE = {"modules.cache_folder", "modules.synthesis.bindings"}
# Downloads and checks run before synthesis, which reads only the manifest of an archive.
BEFORE_SYNTHESIS = ("modules.archive.", "modules.artifacts.")
READ_BY_SYNTHESIS = {"modules.archive.manifest", "modules.archive.zips"}
SEEN_BY_REHEARSAL = (
    "archive", "artifacts", "cache_folder", "certificates", "debezium", "environment", "messages", "properties_file",
    "self_healing", "user_files",
)  # fmt: skip

Sources = Mapping[str, str]


def python_files(*folders: str) -> dict[str, str]:
    """Source text by dotted name."""
    files = [file.relative_to(ROOT) for folder in folders for file in (ROOT / folder).rglob("*.py")]
    own = [file for file in files if not any(part.startswith((".", "node_")) for part in file.parts)]
    return {".".join(file.with_suffix("").parts).removesuffix(".__init__"): (ROOT / file).read_text() for file in own}


def imports(source: str, known: Sources | None = None) -> set[str]:
    """The modules that ``source`` imports, for types too; ``from modules import kafka`` as ``modules.kafka``."""
    known = EVERYTHING if known is None else known
    return {name for node in ast.walk(ast.parse(source)) for name in _imported(node, known)}


def _imported(node: ast.AST, known: Sources) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        name = "." * node.level + (node.module or "")
        for alias in node.names:
            full = f"{name}.{alias.name}"
            yield full if full in known or name in ORDERS else name


def top(name: str) -> str:
    return name.partition(".")[0]


def room(name: str) -> str:
    """``aws`` of ``rehearsal.aws.msk.record``."""
    return name.split(".")[1] if "." in name else ""


def place(name: str, order: Sequence[Sequence[str]]) -> int | None:
    return next((level for level, rooms in enumerate(order) if name in rooms), None)


def wrong_directions(sources: Sources) -> list[str]:
    """Imports of a room that is not listed before the importing one."""
    return [
        f"{module} imports {name}"
        for module, source in sources.items()
        for name in imports(source)
        if _is_own(name) and not _may(module, name)
    ]


def _is_own(name: str) -> bool:
    return place(top(name), TOPS) is not None


def _may(module: str, name: str) -> bool:
    if top(module) != top(name):
        return _below(top(name), top(module), TOPS)
    if room(module) == room(name) or top(module) not in ORDERS:
        return True
    return _below(room(name), room(module), ORDERS[top(module)])


def _below(lower: str, upper: str, order: Sequence[Sequence[str]]) -> bool:
    one, other = place(lower, order), place(upper, order)
    return one is not None and other is not None and one < other


def circles(sources: Sources) -> list[str]:
    """Modules that import themselves through others."""
    graph = {name: imports(source, sources) & sources.keys() for name, source in sources.items()}
    return [name for name in graph if name in _reached(graph[name], graph)]


def _reached(start: set[str], graph: Mapping[str, set[str]]) -> set[str]:
    found: set[str] = set()
    waiting = start
    while waiting:
        found |= waiting
        waiting = {name for module in waiting for name in graph[module]} - found
    return found


def distribution_users(sources: Sources) -> list[str]:
    return [m for m, source in sources.items() if DISTRIBUTION & {top(n) for n in imports(source)}]


def outward(sources: Sources) -> list[str]:
    deployed = {module: source for module, source in sources.items() if module != RUNS_ON_LAMBDA}
    return [m for m, source in deployed.items() if DEPLOYED_NEVER_IMPORTS & {top(n) for n in imports(source)}]


def machine_readers(sources: Sources) -> list[str]:
    """Modules that read environment variables, a clock or random numbers."""
    return [
        m
        for m, source in sources.items()
        if NOT_IN_SYNTHESIS & imports(source) or any(word in source for word in ("os.environ", "getenv", "environb"))
    ]


def beyond(sources: Sources) -> list[str]:
    """Modules that import more of ``modules`` than the environment file, archives and pins."""
    return [
        module
        for module, source in sources.items()
        if any(top(name) == "modules" and room(name) not in SEEN_BY_REHEARSAL for name in imports(source))
    ]


EVERYTHING = python_files("modules", "rehearsal", "cdc", "benchmarks", "tests")
OWN = {name: source for name, source in EVERYTHING.items() if top(name) in ORDERS}
DEPLOYED = {name: source for name, source in EVERYTHING.items() if top(name) == "modules"}


@pytest.mark.parametrize("folder", ORDERS)
def test_every_room_has_a_place(folder: str) -> None:
    rooms = {room(name) for name in OWN if top(name) == folder} - {""}
    assert rooms == {name for names in ORDERS[folder] for name in names}


def test_imports_point_one_way() -> None:
    assert wrong_directions({**OWN, "main": (ROOT / "main.py").read_text()}) == []


def test_there_are_no_circular_imports() -> None:
    assert circles(OWN) == []


def test_only_synthesis_names_the_distribution() -> None:
    assert set(distribution_users(EVERYTHING)) <= LOADS_DISTRIBUTION


def test_modules_do_not_import_aws_clients() -> None:
    assert outward(DEPLOYED) == []


def test_the_rehearsal_reads_the_synthesized_json_only() -> None:
    """It imports the environment file and the pins, but no constructs."""
    assert beyond({name: source for name, source in OWN.items() if top(name) == "rehearsal"}) == []


def synthesis() -> dict[str, str]:
    graph = {name: imports(source) & DEPLOYED.keys() for name, source in DEPLOYED.items()}
    return {name: DEPLOYED[name] for name in _reached({"modules.app"}, graph)}


def test_synthesis_does_not_depend_on_the_machine() -> None:
    assert "modules.network" in synthesis()
    assert RUNS_ON_LAMBDA not in synthesis()
    assert set(machine_readers(synthesis())) <= READS_MACHINE


def test_synthesis_downloads_and_checks_nothing() -> None:
    assert {name for name in synthesis() if name.startswith(BEFORE_SYNTHESIS)} == READ_BY_SYNTHESIS


def test_archive_checks_do_not_depend_on_the_machine() -> None:
    assert machine_readers({name: text for name, text in DEPLOYED.items() if name.startswith("modules.archive.")}) == []


def test_main_imports_the_app_and_its_start_only() -> None:
    assert imports((ROOT / "main.py").read_text()) == {"sys", "modules.program", "modules.app"}


@pytest.mark.parametrize(
    ("module", "source", "wrong"),
    [
        ("modules.app", "from modules import stacks", False),
        ("modules.stacks", "from modules.app import build", True),
        ("modules.kafka", "from modules.network import Network", False),
        ("modules.network", "import modules.kafka", True),
        ("modules.connector", "from modules import consumer", True),
        ("modules.environment.models.kafka", "from modules.synthesis.sdk import Vpc", True),
        ("modules.environment.checks.rules", "def f():\n    from modules.environment import names", False),
        ("modules.debezium.topics", "if TYPE_CHECKING:\n    from modules.environment import names", True),
        ("modules.kafka", "from modules.unknown import x", True),
        ("modules.kafka", "from rehearsal.aws import names", True),
        ("modules.kafka", "from cdc import terraform", True),
        ("modules.kafka", "from tests import places", True),
        ("rehearsal.kafka.cluster", "from rehearsal.iam.access import Access", True),
        ("rehearsal.iam.access", "from rehearsal.kafka.brokers import Listener", False),
        ("rehearsal.aws.seed", "from rehearsal import rehearsal", True),
        ("rehearsal.rehearsal", "from rehearsal.servers import Servers", False),
        ("rehearsal.servers", "from cdc import terraform", True),
        ("cdc.cli", "from rehearsal.rehearsal import rehearse", False),
        ("cdc.plans.guard", "from cdc.cli import app", True),
    ],
)
def test_the_direction_is_checked(module: str, source: str, wrong: bool) -> None:
    assert bool(wrong_directions({module: source})) is wrong


@pytest.mark.parametrize(
    ("sources", "found"),
    [
        ({"a": "import b", "b": "import c", "c": ""}, []),
        ({"a": "import b", "b": "import c", "c": "from a import x"}, ["a", "b", "c"]),
        ({"a": "import b", "b": "if TYPE_CHECKING:\n    import a"}, ["a", "b"]),
        ({"a": "def f():\n    import b", "b": "import a"}, ["a", "b"]),
    ],
)
def test_a_circular_import_is_found(sources: Sources, found: list[str]) -> None:
    assert circles(sources) == found


@pytest.mark.parametrize(
    ("check", "source"),
    [
        (distribution_users, "import cdktf"),
        (distribution_users, "from cdktf_cdktf_provider_aws.vpc import Vpc"),
        (outward, "import boto3"),
        (beyond, "from modules.connector import Connector"),
        (beyond, "from modules import connector"),
        (beyond, "from modules.synthesis import sdk"),
        (machine_readers, "import os\nREGION = os.environ['AWS_REGION']"),
        (machine_readers, "from os import getenv"),
        (machine_readers, "from datetime import date"),
    ],
)
def test_a_forbidden_import_is_found(check: Callable[[Sources], list[str]], source: str) -> None:
    assert check({"modules.kafka": source}) == ["modules.kafka"]
    assert check({"modules.kafka": "import json"}) == []
